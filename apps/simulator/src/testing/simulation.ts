/** A started Azure and a plain client for it: `node:https` straight at the TLS port, without any code under test. */
import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { z } from "zod";
import { isJsonObject, readPath } from "../json.ts";
import { type RunningAzure, startAzure } from "../start-azure.ts";

/** One answer over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body, typed as loosely as `JSON.parse` does, because tests look into bodies of every API; `undefined` when it is no JSON. */
  readonly json: ReturnType<typeof JSON.parse>;
}

/** What a call may say beside its address. */
export interface CallOptions {
  readonly method?: string;
  readonly bearer?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly form?: Readonly<Record<string, string>>;
}

/** The running simulation with its client. */
export interface Simulation {
  readonly azure: RunningAzure;
  readonly call: (host: string, path: string, options?: CallOptions) => Promise<WireAnswer>;
  /** A token of an application of the first tenant, by secret. */
  readonly tokenFor: (resource: string, application?: string) => Promise<string>;
  readonly control: (method: string, name: string, body?: unknown) => Promise<WireAnswer>;
  readonly close: () => Promise<void>;
}

export const smallScenario: string = join(import.meta.dirname, "../testdata/small.yaml");

/** Ids of the small scenario. */
export const ids = {
  alpha: "10000000-0000-4000-8000-000000000001",
  beta: "10000000-0000-4000-8000-000000000002",
  readerApp: "20000000-0000-4000-8000-000000000001",
  ownerApp: "20000000-0000-4000-8000-000000000002",
  absentApp: "20000000-0000-4000-8000-000000000003",
  reader: "30000000-0000-4000-8000-000000000001",
  owner: "30000000-0000-4000-8000-000000000002",
  one: "40000000-0000-4000-8000-000000000001",
  two: "40000000-0000-4000-8000-000000000002",
  three: "40000000-0000-4000-8000-000000000003",
  clusterHost: "cluster-1.hcp.westeurope.azmk8s.io",
} as const;

export const group = `/subscriptions/${ids.one}/resourceGroups/rg`;
export const management = "management.azure.com";
export const login = "login.microsoftonline.com";

const tokenSchema = z.object({ access_token: z.string() });

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toBody(options: CallOptions): { readonly type: string; readonly text: string } | undefined {
  if (options.form !== undefined) {
    return { type: "application/x-www-form-urlencoded", text: new URLSearchParams(options.form).toString() };
  }
  return options.body === undefined
    ? undefined
    : {
        type: "application/json",
        text: typeof options.body === "string" ? options.body : JSON.stringify(options.body),
      };
}

/** The value at a dotted path of every member of a list. */
export function pluck(list: unknown, path: string): unknown[] {
  const members: readonly unknown[] = Array.isArray(list) ? list : [];
  return members.map((member) => readPath(isJsonObject(member) ? member : {}, path.split(".")));
}

/** Starts a scenario (the small one unless told otherwise). */
export async function openSimulation(scenario: string = smallScenario): Promise<Simulation> {
  const azure = await startAzure({ scenario });
  const files = [azure.caFile, ...azure.clusters.map(({ caFile }) => caFile)];
  const ca = await Promise.all(files.map((file) => readFile(file, "utf8")));

  const call: Simulation["call"] = (host, path, options = {}) =>
    new Promise((resolve, reject) => {
      const body = toBody(options);
      const headers: Record<string, string> = {
        host,
        ...(options.bearer === undefined ? {} : { authorization: `Bearer ${options.bearer}` }),
        ...(body === undefined
          ? {}
          : { "content-type": body.type, "content-length": String(Buffer.byteLength(body.text)) }),
        ...options.headers,
      };
      const method = options.method ?? (body === undefined ? "GET" : "POST");
      const target = {
        host: "127.0.0.1",
        port: azure.tlsPort,
        servername: host,
        ca,
        method,
        path,
        headers,
        agent: false,
      };
      const outgoing = request(target, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("aborted", () => reject(new Error("aborted")));
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) });
        });
      });
      outgoing.on("error", reject);
      outgoing.end(body?.text);
    });

  const tokenFor: Simulation["tokenFor"] = async (resource, application = "reader") => {
    const found = azure.credentials.find((entry) => entry.application === application);
    const form = {
      client_id: found?.appId ?? "",
      client_secret: found?.secrets[0] ?? "",
      grant_type: "client_credentials",
      scope: `${resource}/.default`,
    };
    const answer = await call(login, `/${found?.tenantId ?? ""}/oauth2/v2.0/token`, { form });
    return tokenSchema.parse(answer.json).access_token;
  };

  const control: Simulation["control"] = async (method, name, body) => {
    const response = await fetch(`${azure.control}/_simulator/${name}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: {}, text, json: parse(text) };
  };

  return { azure, call, tokenFor, control, close: () => azure.close() };
}
