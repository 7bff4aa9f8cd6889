/** Debian's docker-registry behind token auth, as a real peer to scan from: the token server is a few lines of ours. */
import "../../apps/simulator/src/http/reflect-metadata.ts";
import { type ChildProcess, spawn } from "node:child_process";
import { webcrypto } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as x509 from "@peculiar/x509";
import { SignJWT } from "jose";

/** A running registry. */
export interface TokenRegistry {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly username: string;
  readonly password: string;
  /** Requests seen by the registry's own access log since the last call, `GET /v2/…`. */
  takeRequests(): string[];
  stop(): Promise<void>;
}

const service = "sightline-test-registry";
const issuer = "sightline-test-issuer";
const username = "reader";
const password = "a-test-password";

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  return port;
}

async function isAccepting(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function makeSigner(folder: string): Promise<(scopes: readonly string[]) => Promise<string>> {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=sightline-test-issuer",
    keys,
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 86_400_000),
    signingAlgorithm: algorithm,
  });
  writeFileSync(join(folder, "issuer.pem"), certificate.toString("pem"));
  return async (scopes) => {
    const access = scopes.map((scope) => {
      const [type = "", name = "", actions = ""] = scope.split(":");
      return { type, name, actions: actions.split(",") };
    });
    const seconds = Math.floor(Date.now() / 1000);
    return new SignJWT({ access })
      .setProtectedHeader({ alg: "RS256", typ: "JWT", x5c: [Buffer.from(certificate.rawData).toString("base64")] })
      .setIssuer(issuer)
      .setAudience(service)
      .setSubject(username)
      .setIssuedAt(seconds)
      .setNotBefore(seconds - 60)
      .setExpirationTime(seconds + 3600)
      .setJti(webcrypto.randomUUID())
      .sign(keys.privateKey);
  };
}

function tokenServer(sign: (scopes: readonly string[]) => Promise<string>): Server {
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  return createServer((request, response) => {
    if (request.headers.authorization !== expected) {
      response.writeHead(401).end();
      return;
    }
    const url = new URL(request.url ?? "/", "http://token.invalid");
    sign(url.searchParams.getAll("scope")).then(
      (token) => response.setHeader("content-type", "application/json").end(JSON.stringify({ token })),
      (cause: unknown) => response.writeHead(500).end(String(cause)),
    );
  });
}

function configuration(folder: string, port: number, tokenPort: number): string {
  return [
    "version: 0.1",
    "log: { level: info, accesslog: { disabled: false } }",
    `storage: { filesystem: { rootdirectory: ${join(folder, "blobs")} } }`,
    `http: { addr: "127.0.0.1:${port}", secret: test }`,
    "auth:",
    "  token:",
    `    realm: http://127.0.0.1:${tokenPort}/token`,
    `    service: ${service}`,
    `    issuer: ${issuer}`,
    `    rootcertbundle: ${join(folder, "issuer.pem")}`,
    "",
  ].join("\n");
}

async function waitUntilAccepting(child: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await isAccepting(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`docker-registry did not start (exit status ${child.exitCode})`);
    }
    await delay(50);
  }
}

/** Starts docker-registry with its data under `folder` and a token server beside it, both on loopback. */
export async function startTokenRegistry(folder: string): Promise<TokenRegistry> {
  mkdirSync(folder, { recursive: true });
  const tokens = tokenServer(await makeSigner(folder));
  const tokenPort = await listen(tokens);
  const port = await freePort();
  const file = join(folder, "config.yml");
  writeFileSync(file, configuration(folder, port, tokenPort));
  const child = spawn("docker-registry", ["serve", file], { stdio: ["ignore", "pipe", "pipe"] });
  let seen: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => {
    seen.push(
      ...[...chunk.toString().matchAll(/"((?:GET|HEAD|POST|PUT|PATCH) \/v2\/[^ ]*)/g)].map((hit) => hit[1] ?? ""),
    );
  });
  await waitUntilAccepting(child, port);
  child.stderr.resume();
  return {
    host: `127.0.0.1:${port}`,
    username,
    password,
    takeRequests: () => {
      const taken = seen;
      seen = [];
      return taken;
    },
    stop: async () => {
      child.kill();
      await once(child, "exit");
      tokens.close();
      await once(tokens, "close");
    },
  };
}
