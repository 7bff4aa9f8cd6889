/** One answer: its status, its headers and its body as a bounded read or as a stream. */
import { PassThrough, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { readBounded } from "../limits.ts";
import { fromNetworkError, toHttpError } from "./http-error.ts";

/** An answer whose body has not been read yet. Read it, stream it or call `discard`: an unread body holds a connection. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Where the answer came from, after redirects. May hold a credential in its query: print it through `redactUrl`. */
  readonly url: string;
  /** Requests sent until this answer, redirects not counted. */
  readonly attempts: number;
  /** The body's bytes. Its errors are HttpErrors: `http.body-interrupted`, `http.timeout`, `http.cancelled`. */
  readonly body: Readable;
  /** The whole body. Throws `http.body-too-large` above `bytesMax` and what `body` throws. */
  readBytes(bytesMax: number): Promise<Buffer>;
  /** The whole body as JSON, unchecked. Throws what `readBytes` throws and `http.body-invalid` for anything but JSON. */
  readJson(bytesMax: number): Promise<unknown>;
  /** Lets the connection go without reading further. */
  discard(): void;
}

/** What the client knows about an answer before its body is read. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Headers;
  readonly url: string;
  readonly attempts: number;
}

/** How the body is read. */
export interface BodyReading {
  readonly signal: AbortSignal | undefined;
  /** Whether a gzip content coding was asked for and is undone here. */
  readonly decode: boolean;
  /** Bound on reading a whole body into memory. */
  readonly wholeTimeoutMs: number;
}

/** Wraps what came from the wire. */
export function createResponse(head: ResponseHead, source: Readable, reading: BodyReading): HttpResponse {
  const body = toBody(head, source, reading);
  const readBytes = async (bytesMax: number): Promise<Buffer> => {
    const timer = setTimeout(() => {
      body.destroy(toHttpError("http.timeout", head.url, "the answer did not arrive whole in time"));
    }, reading.wholeTimeoutMs);
    try {
      return await readBounded(body, bytesMax, () =>
        toHttpError("http.body-too-large", head.url, `the answer is larger than ${bytesMax} bytes`, {
          details: { bytesMax },
        }),
      );
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    ...head,
    body,
    readBytes,
    readJson: async (bytesMax) => parseJson(await readBytes(bytesMax), head.url),
    discard: () => {
      body.destroy();
    },
  };
}

/** The same answer with its body already in memory; it can be read more than once. */
export function createBufferedResponse(head: ResponseHead, bytes: Buffer): HttpResponse {
  const readBytes = (bytesMax: number): Promise<Buffer> =>
    bytes.length <= bytesMax
      ? Promise.resolve(bytes)
      : Promise.reject(toHttpError("http.body-too-large", head.url, `the answer is larger than ${bytesMax} bytes`));
  const body = new PassThrough();
  body.end(bytes);
  return {
    ...head,
    body,
    readBytes,
    readJson: async (bytesMax) => parseJson(await readBytes(bytesMax), head.url),
    discard: () => undefined,
  };
}

function toBody(head: ResponseHead, source: Readable, reading: BodyReading): Readable {
  const body = new PassThrough();
  const fail = (error: unknown): void => {
    body.destroy(
      reading.signal?.aborted === true
        ? toHttpError("http.cancelled", head.url, "cancelled while the answer arrived", { cause: error })
        : fromNetworkError(error, head.url, "body"),
    );
  };
  // Without a listener an error before anyone reads would end the process; who reads later still gets it.
  body.on("error", () => undefined);
  source.on("error", fail);
  body.once("close", () => source.destroy());
  const coding = head.headers.get("content-encoding")?.toLowerCase();
  if (reading.decode && (coding === "gzip" || coding === "x-gzip")) {
    const gunzip = createGunzip();
    gunzip.on("error", fail);
    body.once("close", () => gunzip.destroy());
    source.pipe(gunzip).pipe(body);
  } else {
    source.pipe(body);
  }
  return body;
}

function parseJson(bytes: Buffer, url: string): unknown {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return value;
  } catch {
    // The parser's own error quotes the text, which may hold a token: it is left out.
    throw toHttpError("http.body-invalid", url, "the answer is not JSON", { details: { sizeBytes: bytes.length } });
  }
}
