/** The simulated Azure as a child process: started, read for its addresses, stopped with us. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { readBoundedFile, Secret } from "@sightline/platform";
import { z } from "zod";
import { toCliError } from "../cli-error.ts";
import { simulatorProgram } from "../commands/simulator.ts";

const readySchema = z.object({
  ready: z.literal(true),
  proxy: z.string(),
  control: z.string(),
  caFile: z.string(),
  tenants: z.array(z.object({ name: z.string(), id: z.string() })).min(1),
  subscriptions: z.array(z.object({ name: z.string(), id: z.string(), tenantId: z.string() })),
  clusters: z.array(z.object({ caFile: z.string() })),
  credentials: z.array(z.object({ tenantId: z.string(), appId: z.string(), secrets: z.array(z.string()) })),
});

/** A simulated estate, and how a customer would be set up to reach it. */
export interface SimulatedAzure {
  readonly proxy: string;
  /** PEM file with the authorities of the cloud and of its clusters, for `SIGHTLINE_CA_FILE`. */
  readonly caFile: string;
  readonly tenantId: string;
  readonly subscriptions: readonly { readonly name: string; readonly id: string }[];
  readonly clientId: string;
  readonly clientSecret: Secret;
  stop(): Promise<void>;
}

const pemBytesMax = 1024 * 1024;

/** Starts the scenario with its files in `folder`; the first tenant is the one to connect. Throws `cli.demo-failed`. */
export async function startSimulatedAzure(scenario: string, folder: string): Promise<SimulatedAzure> {
  const args = ["--disable-warning=ExperimentalWarning", simulatorProgram, "--scenario", scenario, "--output", folder];
  // Its standard input ends when this process ends, however that happens.
  const child = spawn(process.execPath, [...args, "--until-stdin-ends"], { stdio: ["pipe", "pipe", "pipe"] });
  const said: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    once(child, "exit").then(() => [""]),
  ])) as [string];
  const ready = readySchema.safeParse(parseLine(line));
  if (!ready.success) {
    child.kill();
    const words = Buffer.concat(said).toString("utf8").trim();
    throw toCliError("cli.demo-failed", "simulator", `The simulated Azure did not start. ${words}`);
  }
  const { data } = ready;
  const [tenant] = data.tenants;
  const credential = data.credentials.find((each) => each.tenantId === tenant?.id);
  const secret = credential?.secrets[0];
  if (tenant === undefined || credential === undefined || secret === undefined) {
    child.kill();
    throw toCliError("cli.demo-failed", scenario, "The scenario has no tenant with an application and a secret.");
  }
  return {
    proxy: data.proxy,
    caFile: await joinAuthorities([data.caFile, ...data.clusters.map((each) => each.caFile)], folder),
    tenantId: tenant.id,
    subscriptions: data.subscriptions.filter((each) => each.tenantId === tenant.id),
    clientId: credential.appId,
    clientSecret: new Secret(secret),
    stop: async () => {
      const gone = once(child, "exit");
      child.stdin.end();
      await gone;
    },
  };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

async function joinAuthorities(files: readonly string[], folder: string): Promise<string> {
  const texts = await Promise.all(
    files.map(async (file) => (await readBoundedFile(file, pemBytesMax)).toString("utf8").trim()),
  );
  const path = join(folder, "authorities.pem");
  await writeFile(path, `${texts.join("\n")}\n`);
  return path;
}
