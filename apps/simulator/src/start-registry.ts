/** The registry alone, over plain HTTP: enough for a first scan, for tests of pull and push, and for benchmarks. */
import { randomBytes } from "node:crypto";
import { startHttpListener } from "./http/listener.ts";
import { publishImage } from "./image/build-image.ts";
import { readImages } from "./image/read-recipes.ts";
import { createContentStore } from "./oci/content-store.ts";
import { toPasswordRegistry } from "./oci/password-registry.ts";

export interface RegistryOptions {
  /** Folder of recipes to serve; by default those of the simulator. */
  readonly recipes?: string;
  /** 0 takes a free port. */
  readonly port?: number;
}

/** A running registry and the one user it knows. */
export interface RunningRegistry {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** `127.0.0.1:port`, as an image reference begins. */
  readonly host: string;
  readonly username: string;
  readonly password: string;
  /** What it serves. `digest` is what every tag resolves to. */
  readonly images: readonly {
    readonly repository: string;
    readonly tags: readonly string[];
    readonly digest: string;
  }[];
  readonly close: () => Promise<void>;
}

/** Builds the recipes and serves them on the loopback address behind token authentication. */
export async function startRegistry(options: RegistryOptions = {}): Promise<RunningRegistry> {
  const images = await readImages(options.recipes);
  const now = (): Date => new Date();
  const store = createContentStore(now);
  for (const image of images) {
    publishImage(store, image);
  }
  const user = { username: "scanner", password: randomBytes(18).toString("hex") };
  const listener = await startHttpListener(toPasswordRegistry(store, user, now), options.port ?? 0);
  const host = `127.0.0.1:${listener.port}`;
  return {
    url: `http://${host}`,
    host,
    ...user,
    images: images.map(({ repository, tags, digest }) => ({ repository, tags, digest })),
    close: () => listener.close(),
  };
}
