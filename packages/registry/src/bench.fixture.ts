/** What every test against a registry needs: the registry, a client, and the proof that only reads were sent. */

import type { ServerResponse } from "node:http";
import type { LayerRef } from "@sightline/model";
import { createHttpJournal, type HttpClient } from "@sightline/platform";
import { afterEach, beforeEach, expect } from "vitest";
import { type BlobAccess, openBlob } from "./blob-access.ts";
import {
  createTestClock,
  createTestHttp,
  type FixtureRegistry,
  listen,
  type SeenRequest,
  startRegistry,
} from "./image.fixture.ts";
import { parseImageLocation } from "./image-location.ts";
import { createRegistryClient, type OpenedImage, type OpenImageOptions, type RegistryClient } from "./open-image.ts";
import { anonymousTokens, type RegistryCredential, type TokenSource } from "./remote/token-source.ts";

/** A registry and a client, made anew for each test. */
export interface Bench {
  readonly registry: FixtureRegistry;
  readonly http: HttpClient;
  readonly clock: ReturnType<typeof createTestClock>;
  createClient(credentials?: TokenSource): RegistryClient;
  /** Opens `name` of the bench's registry. */
  open(name: string, options?: OpenImageOptions, credentials?: TokenSource): Promise<OpenedImage>;
  /** Another server on this machine until the test is over. */
  serve(answer: (request: SeenRequest, response: ServerResponse) => void): Promise<string>;
}

/** Sets the bench up before each test of a file and checks after each that only reads went out. */
export function useBench(): { readonly current: Bench } {
  const held: { current: Bench | undefined; closers: (() => Promise<void>)[] } = { current: undefined, closers: [] };
  beforeEach(async () => {
    const registry = await startRegistry();
    const clock = createTestClock();
    const journal = createHttpJournal(10_000);
    const http = createTestHttp(clock, journal);
    const createClient = (credentials: TokenSource = anonymousTokens): RegistryClient =>
      createRegistryClient({ http, clock, credentials });
    const serve: Bench["serve"] = async (answer) => {
      const server = await listen(answer);
      held.closers.push(() => server.close());
      return server.host;
    };
    held.current = {
      registry,
      http,
      clock,
      createClient,
      serve,
      open: async (name, options, credentials) =>
        await createClient(credentials).openImage(parseLocation(`${registry.host}/${name}`), options),
    };
    held.closers.push(
      () => registry.close(),
      () => http.close(),
      () => {
        assertReads(journal.entries());
        return Promise.resolve();
      },
    );
  });
  afterEach(async () => {
    await Promise.all(held.closers.splice(0).map((close) => close()));
  });
  return {
    get current() {
      if (held.current === undefined) {
        throw new Error("no test is running");
      }
      return held.current;
    },
  };
}

function assertReads(entries: readonly { readonly method: string; readonly url: string }[]): void {
  for (const { method, url } of entries) {
    if (method !== "GET") {
      expect(`${method} ${url}`).toMatch(/^POST [^?]*\/oauth2\/(?:exchange|token)$/);
    }
  }
}

/** The location a text names; throws when it names none. */
export function parseLocation(text: string): Parameters<RegistryClient["openImage"]>[0] {
  const location = parseImageLocation(text);
  if (!location.ok) {
    throw new Error(location.problem.message);
  }
  return location.value;
}

/** A layer of an opened image. */
export function layerOf(opened: OpenedImage, index = 0): LayerRef {
  const layer = opened.resolved.layers[index];
  if (layer === undefined) {
    throw new Error(`no layer ${index}`);
  }
  return layer;
}

/** A layer's stored bytes, opened through a structured clone as in a worker thread. */
export async function readBlob(http: HttpClient, blobs: BlobAccess, layer: LayerRef): Promise<Buffer> {
  const stream = await openBlob(structuredClone(blobs), layer, { http });
  const parts: Buffer[] = [];
  for await (const part of stream) {
    parts.push(Buffer.from(part));
  }
  return Buffer.concat(parts);
}

/** A source that has one credential for everybody. */
export function tokensOf(credential: RegistryCredential): TokenSource {
  return { credentialFor: () => Promise.resolve(credential) };
}
