/** Images for tests: layers of entries, read and merged. */
import { createHash } from "node:crypto";
import { type Digest, type ImageConfiguration, type ImageInventory, type LayerRef, toDigest } from "@sightline/model";
import type { LayerFacts } from "../layer/layer-facts.ts";
import { readLayer } from "../layer/read-layer.ts";
import { mergeLayers } from "../merge/merge-layers.ts";
import { feedOf, type TreeEntry } from "./tree.ts";

/** A digest that depends on nothing but the text. */
export function digestOf(text: string): Digest {
  const digest = toDigest(`sha256:${createHash("sha256").update(text).digest("hex")}`);
  if (digest === undefined) {
    throw new TypeError("not a digest");
  }
  return digest;
}

/** A configuration that says nothing. */
export const plainConfiguration: ImageConfiguration = {
  user: "app",
  environment: [],
  exposedPorts: [],
  entrypoint: [],
  command: [],
  workingDirectory: "",
  volumes: [],
  labels: {},
  healthcheck: "absent",
  history: [],
};

/** The layer at that position. */
export function layerAt(index: number): LayerRef {
  return {
    digest: digestOf(`stored ${index}`),
    diffId: digestOf(`tar ${index}`),
    mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
    compression: "gzip",
    sizeBytes: 1,
    index,
    createdBy: `RUN step ${index}`,
  };
}

/** An image of these layers, from the bottom. */
export async function scanTree(
  layers: readonly (readonly TreeEntry[])[],
  configuration: ImageConfiguration = plainConfiguration,
): Promise<ImageInventory> {
  const facts = await Promise.all(layers.map((entries) => readLayer(feedOf(entries))));
  return mergeFacts(facts, configuration);
}

/** An image of layers whose facts are known; `undefined` for one that was not read. */
export function mergeFacts(
  facts: readonly (LayerFacts | undefined)[],
  configuration: ImageConfiguration = plainConfiguration,
): ImageInventory {
  return mergeLayers({
    image: { source: "registry", name: "registry.example/app:1" },
    configuration,
    layers: facts.map((_facts, index) => layerAt(index)),
    facts,
  });
}

/** `name version path` of every package. */
export function listPackages({ packages }: ImageInventory): readonly string[] {
  return packages.map(({ name, version, locations }) => `${name} ${version} ${locations[0].path}`);
}
