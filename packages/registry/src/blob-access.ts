/**
 * How to get at an image's layers, as plain data: it crosses to a worker thread, which opens the bytes itself. It may hold
 * a credential in `authorization`: never log it, never store it.
 */
import { Readable } from "node:stream";
import type { Digest, LayerRef } from "@sightline/model";
import { type HttpClient, HttpError, type HttpResponse, Secret } from "@sightline/platform";
import { streamFilePart } from "./local/image-file.ts";
import { toBlobPath } from "./local/oci-layout.ts";
import { toRegistryError } from "./registry-error.ts";
import { toAnswerError } from "./remote/answers.ts";
import { isForeignLayer } from "./resolve-image.ts";

/** Where the layers of one image are. */
export type BlobAccess =
  | {
      readonly kind: "registry";
      /** `https://host[:port]`. */
      readonly origin: string;
      readonly repository: string;
      /** Value of the `Authorization` header; absent when the registry asks for none. */
      readonly authorization?: string;
    }
  | { readonly kind: "oci-layout"; readonly folder: string }
  | {
      readonly kind: "docker-archive";
      readonly file: string;
      readonly parts: ReadonlyMap<Digest, { readonly offset: number; readonly sizeBytes: number }>;
    }
  /** A folder has no layers: walk it with `walkRootfs`. */
  | { readonly kind: "rootfs"; readonly folder: string };

/** With what to open. */
export interface OpenBlobOptions {
  /** Needed for images in a registry. */
  readonly http: HttpClient;
  readonly signal?: AbortSignal;
}

/** How often a broken transfer is taken up again where it stopped. */
const resumesMax = 5;

/**
 * The stored bytes of a layer, unverified: whoever reads them checks the digest (`readLayerBlob`). A transfer that breaks
 * off is taken up where it stopped. Throws RegistryError: `registry.layer-foreign`, `registry.unauthorized` (also when the
 * credential has run out: open the image again), `registry.not-found`, …; the stream fails with
 * `registry.layer-truncated` or an HttpError.
 */
export async function openBlob(access: BlobAccess, layer: LayerRef, options: OpenBlobOptions): Promise<Readable> {
  if (isForeignLayer(layer)) {
    const reason = `it is not distributed with its image (${layer.mediaType})`;
    throw toRegistryError({ code: "registry.layer-foreign", subject: layer.digest, reason });
  }
  switch (access.kind) {
    case "registry":
      return await openRemoteBlob(access, layer, options);
    case "oci-layout":
      return toLocalStream(toBlobPath(access.folder, layer.digest), 0, layer, options.signal);
    case "docker-archive": {
      const part = access.parts.get(layer.digest);
      if (part === undefined) {
        const reason = `it lacks the layer ${layer.digest}`;
        throw toRegistryError({ code: "registry.archive-invalid", subject: access.file, reason });
      }
      return toLocalStream(access.file, part.offset, layer, options.signal);
    }
    case "rootfs":
      throw new TypeError("a root file system has no layers; walk it with walkRootfs");
  }
}

function toLocalStream(path: string, offset: number, layer: LayerRef, signal: AbortSignal | undefined): Readable {
  const { sizeBytes } = layer;
  return sizeBytes === 0 ? Readable.from([]) : streamFilePart({ path, offset, sizeBytes }, signal);
}

type RemoteAccess = Extract<BlobAccess, { kind: "registry" }>;

async function openRemoteBlob(access: RemoteAccess, layer: LayerRef, options: OpenBlobOptions): Promise<Readable> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const request = { access, layer, http: options.http, signal };
  const first = await requestFrom(request, 0);
  const bytes = readResuming(request, first);
  return new Readable({
    highWaterMark: 1024 * 1024,
    read() {
      // Only one read is asked for at a time: Node calls again after the push.
      bytes.next().then(
        ({ done, value }) => this.push(done === true ? null : value),
        (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
      );
    },
    destroy(error, callback) {
      // Ends the running answer at once, also one that stalls.
      stop.abort();
      callback(error);
    },
  });
}

interface BlobRequest {
  readonly access: RemoteAccess;
  readonly layer: LayerRef;
  readonly http: HttpClient;
  readonly signal: AbortSignal;
}

async function* readResuming(request: BlobRequest, first: HttpResponse): AsyncGenerator<Buffer, void, undefined> {
  const { layer } = request;
  let response = first;
  let received = 0;
  for (let resumes = 0; ; resumes += 1) {
    const before = received;
    try {
      for await (const chunk of toBuffers(response)) {
        received += chunk.length;
        yield chunk;
      }
    } catch (error) {
      if (!isInterruption(error)) {
        throw error;
      }
    }
    if (received >= layer.sizeBytes) {
      return;
    }
    if (resumes === resumesMax || (resumes > 0 && received === before)) {
      const reason = `${received} of ${layer.sizeBytes} bytes came`;
      throw toRegistryError({ code: "registry.layer-truncated", subject: layer.digest, reason });
    }
    response = await requestFrom(request, received);
  }
}

async function* toBuffers(response: HttpResponse): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of response.body) {
    if (Buffer.isBuffer(chunk)) {
      yield chunk;
    }
  }
}

function isInterruption(error: unknown): boolean {
  return error instanceof HttpError && (error.code === "http.body-interrupted" || error.code === "http.timeout");
}

/** The blob from a position on. Source: distribution-spec 1.1 ("Pulling blobs": servers may support Range), RFC 9110 §14. */
async function requestFrom({ access, layer, http, signal }: BlobRequest, start: number): Promise<HttpResponse> {
  const subject = `${new URL(access.origin).host}/${access.repository}@${layer.digest}`;
  const response = await http.request({
    method: "GET",
    url: `${access.origin}/v2/${access.repository}/blobs/${layer.digest}`,
    towards: "registry",
    purpose: "image layer",
    headers: {
      // The digest is that of the stored bytes: no coding on the way.
      "accept-encoding": "identity",
      ...(access.authorization === undefined ? {} : { authorization: new Secret(access.authorization) }),
      ...(start === 0 ? {} : { range: `bytes=${start}-` }),
    },
    signal,
  });
  const isWhole = response.status === 200 && start === 0;
  const isRest =
    response.status === 206 && response.headers.get("content-range")?.startsWith(`bytes ${start}-`) === true;
  if (isWhole || isRest) {
    return response;
  }
  if (response.status === 200 || response.status === 206) {
    response.discard();
    const reason = `the transfer broke off after ${start} bytes and the registry does not go on from there`;
    throw toRegistryError({ code: "registry.layer-truncated", subject, reason });
  }
  throw await toAnswerError(response, subject);
}
