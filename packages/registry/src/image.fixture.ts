/** Small images and a registry that serves them on this machine, with every way of going wrong a test asks for. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import type { Digest } from "@sightline/model";
import { type Clock, createHttpClient, type HttpClient, type HttpJournal } from "@sightline/platform";
import { computeDigest } from "./content.ts";

/** A descriptor of some bytes. */
export interface FixtureDescriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

/** An image as blobs. */
export interface FixtureImage {
  readonly manifest: Buffer;
  readonly manifestType: string;
  readonly digest: Digest;
  readonly config: Buffer;
  readonly layers: readonly Buffer[];
  readonly blobs: ReadonlyMap<string, Buffer>;
}

export const ociManifest = "application/vnd.oci.image.manifest.v1+json";
export const ociIndex = "application/vnd.oci.image.index.v1+json";
export const ociConfig = "application/vnd.oci.image.config.v1+json";
export const ociLayer = "application/vnd.oci.image.layer.v1.tar+gzip";

export function describe(mediaType: string, bytes: Buffer): FixtureDescriptor {
  return { mediaType, digest: computeDigest(bytes), size: bytes.length };
}

export function toJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value), "utf8");
}

/** One tar member: a ustar header, its content, padding. */
export function toTarMember(name: string, content: Buffer, typeFlag = "0", linkName = ""): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write(typeFlag, 156);
  header.write(linkName, 157, 100);
  header.write("ustar\x0000", 257, "latin1");
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

/** A tar of these files. */
export function toTar(members: Readonly<Record<string, Buffer | string>>): Buffer {
  const parts = Object.entries(members).map(([name, content]) => toTarMember(name, Buffer.from(content)));
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

/** What a test changes about an image. */
export interface ImageChanges {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly layers?: readonly Buffer[];
  readonly layerType?: string;
  readonly manifestType?: string;
  readonly configType?: string;
}

/** An image of one gzip layer unless told otherwise. */
export function createImage(changes: ImageChanges = {}): FixtureImage {
  const tars = changes.layers ?? [toTar({ "etc/os-release": "ID=test\n" })];
  const layers = tars.map((tar) => gzipSync(tar));
  const config = toJson({
    os: "linux",
    architecture: "amd64",
    config: {},
    rootfs: { type: "layers", diff_ids: tars.map(computeDigest) },
    ...changes.config,
  });
  const manifestType = changes.manifestType ?? ociManifest;
  const manifest = toJson({
    schemaVersion: 2,
    mediaType: manifestType,
    config: describe(changes.configType ?? ociConfig, config),
    layers: layers.map((layer) => describe(changes.layerType ?? ociLayer, layer)),
    ...changes.manifest,
  });
  const blobs = new Map([config, ...layers].map((bytes) => [computeDigest(bytes), bytes] as const));
  return { manifest, manifestType, digest: computeDigest(manifest), config, layers, blobs };
}

/** A request as the registry saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Answers a request and says so, or leaves it to the registry. */
export type Intervention = (request: SeenRequest, response: ServerResponse) => boolean;

/** A registry with one repository, `shop/api`. */
export interface FixtureRegistry {
  readonly host: string;
  readonly seen: readonly SeenRequest[];
  /** Looked at before the registry's own answers; the first that answers ends it. */
  readonly interventions: Intervention[];
  put(image: FixtureImage, tag?: string): void;
  putManifest(bytes: Buffer, mediaType: string, tag?: string): void;
  close(): Promise<void>;
}

/** Starts a registry on a free port of this machine, over plain http and without authentication. */
export async function startRegistry(): Promise<FixtureRegistry> {
  const manifests = new Map<string, { bytes: Buffer; mediaType: string }>();
  const blobs = new Map<string, Buffer>();
  const seen: SeenRequest[] = [];
  const interventions: Intervention[] = [];
  const answer = (request: SeenRequest, response: ServerResponse): void => {
    seen.push(request);
    if (interventions.some((intervene) => intervene(request, response))) {
      return;
    }
    const reference = /^\/v2\/shop\/api\/(manifests|blobs)\/(.+)$/.exec(request.path);
    const manifest = manifests.get(reference?.[2] ?? "");
    const blob = blobs.get(reference?.[2] ?? "");
    if (reference?.[1] === "manifests" && manifest !== undefined) {
      const digest = computeDigest(manifest.bytes);
      response.writeHead(200, { "content-type": manifest.mediaType, "docker-content-digest": digest });
      response.end(manifest.bytes);
    } else if (reference?.[1] === "blobs" && blob !== undefined) {
      response.writeHead(200, { "content-length": blob.length }).end(blob);
    } else {
      response.writeHead(404, { "content-type": "application/json" });
      response.end(toJson({ errors: [{ code: "MANIFEST_UNKNOWN", message: "manifest unknown" }] }));
    }
  };
  const server = await listen(answer);
  const putManifest = (bytes: Buffer, mediaType: string, tag?: string): void => {
    for (const name of [computeDigest(bytes), ...(tag === undefined ? [] : [tag])]) {
      manifests.set(name, { bytes, mediaType });
    }
  };
  const put = (image: FixtureImage, tag?: string): void => {
    putManifest(image.manifest, image.manifestType, tag);
    for (const [digest, bytes] of image.blobs) {
      blobs.set(digest, bytes);
    }
  };
  return { host: server.host, seen, interventions, put, putManifest, close: () => server.close() };
}

/** A bare server on this machine that hands its requests over with their bodies. */
export async function listen(
  answer: (request: SeenRequest, response: ServerResponse) => void,
): Promise<{ readonly host: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts).toString("utf8");
      answer({ method: request.method ?? "", path: request.url ?? "", headers: request.headers, body }, response);
    });
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    host: `127.0.0.1:${port}`,
    close: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A clock that sleeps in no time and remembers for how long. */
export function createTestClock(): Clock & { readonly slept: number[]; advance(ms: number): void } {
  const slept: number[] = [];
  let now = 0;
  return {
    slept,
    advance: (ms) => {
      now += ms;
    },
    nowMs: () => Date.parse("2026-01-01T00:00:00Z") + now,
    elapsedMs: () => now,
    sleep: (ms) => {
      slept.push(ms);
      now += ms;
      return Promise.resolve();
    },
  };
}

/** A client whose waits take no time. */
export function createTestHttp(clock: Clock, journal?: HttpJournal): HttpClient {
  return createHttpClient({
    userAgent: "sightline-test",
    clock,
    random: { nextFraction: () => 0, nextUuid: () => "id" },
    ...(journal === undefined ? {} : { journal }),
  });
}

/** A JSON web token with these claims and no signature. */
export function toJwt(claims: unknown): string {
  return ["{}", JSON.stringify(claims), createHash("sha256").update("x").digest("hex")]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");
}
