import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { defaultArchiveLimits, readLayerBlob, systemClock } from "@sightline/platform";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseLocation } from "../bench.fixture.ts";
import { openBlob } from "../blob-access.ts";
import { computeDigest } from "../content.ts";
import {
  createImage,
  createTestClock,
  createTestHttp,
  describe as describeBytes,
  type FixtureImage,
  ociIndex,
  ociManifest,
  toJson,
  toTar,
  toTarMember,
} from "../image.fixture.ts";
import { createRegistryClient, type OpenedImage } from "../open-image.ts";
import { anonymousTokens } from "../remote/token-source.ts";

let folder = "";
const http = createTestHttp(createTestClock());
const client = createRegistryClient({ http, clock: systemClock, credentials: anonymousTokens });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "registry-test-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

afterAll(() => http.close());

function open(text: string): Promise<OpenedImage> {
  return client.openImage(parseLocation(text));
}

function write(path: string, content: Buffer | string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** The paths in all layers, read the way an inventory reads them: both digests verified. */
async function readPaths(opened: OpenedImage): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const layer of opened.resolved.layers) {
    const stream = await openBlob(structuredClone(opened.blobs), layer, { http });
    const visitor = {
      wish: (entry: { path: string }) => {
        paths.push(entry.path);
        return "skip" as const;
      },
      content: () => undefined,
    };
    const reading = await readLayerBlob(stream, { ...layer, limits: defaultArchiveLimits }, visitor);
    expect(reading.problems).toEqual([]);
  }
  return paths;
}

interface Named {
  readonly image: FixtureImage;
  readonly tag?: string;
  readonly more?: object;
}

function toLayoutFiles(images: readonly Named[]): Map<string, Buffer> {
  const manifests = images.map(({ image, tag, more }) => ({
    ...describeBytes(ociManifest, image.manifest),
    ...(tag === undefined ? {} : { annotations: { "org.opencontainers.image.ref.name": tag } }),
    ...more,
  }));
  const blobs = images.flatMap(({ image }) => [...image.blobs.values(), image.manifest]);
  return new Map([
    ["oci-layout", toJson({ imageLayoutVersion: "1.0.0" })],
    ["index.json", toJson({ schemaVersion: 2, mediaType: ociIndex, manifests })],
    ...blobs.map((bytes) => [`blobs/sha256/${computeDigest(bytes).slice(7)}`, bytes] as const),
  ]);
}

function writeLayout(images: readonly Named[]): void {
  for (const [path, bytes] of toLayoutFiles(images)) {
    write(`layout/${path}`, bytes);
  }
}

const one = createImage({ layers: [toTar({ "bin/one": "1" }), toTar({ "bin/two": "2" })] });
const other = createImage({ config: { architecture: "arm64" } });

describe("an image in a layout folder", () => {
  it("is found by its tag, and its layers hold what they should", async () => {
    writeLayout([
      { image: one, tag: "1" },
      { image: other, tag: "example.org/other:2" },
    ]);
    const opened = await open(`oci:${folder}/layout:1`);
    expect(opened.resolved).toMatchObject({ digest: one.digest, reference: { registry: "", repository: "layout" } });
    expect(opened.identity).toMatchObject({ source: "oci-layout", name: `oci:${folder}/layout:1` });
    expect(opened.identity.reference).toBeUndefined();
    expect(await readPaths(opened)).toEqual(["bin/one", "bin/two"]);
    expect((await open(`oci:${folder}/layout:2`)).resolved.digest).toBe(other.digest);
  });

  it("is found without a tag when it is the only one, under however many names", async () => {
    writeLayout([
      { image: one, tag: "1" },
      { image: one, tag: "latest" },
    ]);
    expect((await open(`oci:${folder}/layout`)).resolved.digest).toBe(one.digest);
  });

  it("is picked by platform when index.json is itself the choice of platforms", async () => {
    writeLayout([
      { image: other, more: { platform: { os: "linux", architecture: "arm64" } } },
      { image: one, more: { platform: { os: "linux", architecture: "amd64" } } },
    ]);
    expect((await open(`oci:${folder}/layout`)).resolved.digest).toBe(one.digest);
  });

  it("must be named when there are several, and the names are said", async () => {
    writeLayout([
      { image: one, tag: "1" },
      { image: other, tag: "2" },
    ]);
    for (const text of [`oci:${folder}/layout`, `oci:${folder}/layout:3`]) {
      const failure: unknown = await open(text).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "registry.layout-invalid" });
      expect(String(failure)).toContain("1, 2");
    }
  });

  it("that was altered is refused", async () => {
    writeLayout([{ image: one, tag: "1" }]);
    write(`layout/blobs/sha256/${one.digest.slice(7)}`, other.manifest);
    await expect(open(`oci:${folder}/layout:1`)).rejects.toMatchObject({ code: "registry.digest-mismatch" });
  });

  it.each([
    "oci-layout",
    "index.json",
    `blobs/sha256/${one.digest.slice(7)}`,
    `blobs/sha256/${computeDigest(one.config).slice(7)}`,
  ])("without %s is refused", async (missing) => {
    writeLayout([{ image: one }]);
    rmSync(join(folder, "layout", missing));
    await expect(open(`oci:${folder}/layout`)).rejects.toMatchObject({ code: "registry.layout-invalid" });
  });
});

describe("a saved image", () => {
  const tars = [toTar({ "bin/one": "1" }), toTar({ "bin/two": "2".repeat(1000) })];
  const config = toJson({
    os: "linux",
    architecture: "amd64",
    rootfs: { type: "layers", diff_ids: tars.map(computeDigest) },
    history: [{ created_by: "ADD one" }, { created_by: "ADD two" }],
  });

  function toSaved(layers: readonly (Buffer | undefined)[], more: object = {}): Buffer {
    const paths = layers.map((_layer, index) => `${index}/layer.tar`);
    const manifest = [{ Config: "config.json", RepoTags: ["shop.example/api:1"], Layers: paths, ...more }];
    const members = layers.map((layer, index) =>
      layer === undefined ? Buffer.alloc(0) : toTarMember(paths[index] ?? "", layer),
    );
    return Buffer.concat([
      ...members,
      toTarMember("config.json", config),
      toTarMember("manifest.json", toJson(manifest)),
      Buffer.alloc(1024),
    ]);
  }

  it.each([
    ["plain", tars],
    ["gzip", tars.map((tar) => gzipSync(tar))],
    ["zstd", tars.map((tar) => zstdCompressSync(tar))],
  ])("in the older form with %s layers is read", async (packing, layers) => {
    write("image.tar", toSaved(layers));
    const opened = await open(`docker-archive:${folder}/image.tar`);
    expect(opened.resolved).toMatchObject({
      reference: { registry: "shop.example", repository: "api", tag: "1" },
      digest: computeDigest(config),
      layers: [{ compression: packing === "plain" ? "none" : packing, createdBy: "ADD one" }, { createdBy: "ADD two" }],
    });
    expect(await readPaths(opened)).toEqual(["bin/one", "bin/two"]);
  });

  it("as a layout inside a tar is read, and wins over the older form beside it", async () => {
    const files = toLayoutFiles([
      { image: one, more: { annotations: { "io.containerd.image.name": "shop.example/api:2" } } },
    ]);
    const members = [...files].map(([path, bytes]) => toTarMember(path, bytes));
    const saved = toTarMember("manifest.json", toJson([{ Config: "x", Layers: [] }]));
    write("image.tar", Buffer.concat([...members, saved, Buffer.alloc(1024)]));
    const opened = await open(`docker-archive:${folder}/image.tar`);
    expect(opened.resolved).toMatchObject({ digest: one.digest, reference: { repository: "api", tag: "2" } });
    expect(await readPaths(opened)).toEqual(["bin/one", "bin/two"]);
  });

  it("finds a layer through the links old versions wrote", async () => {
    const manifest = toJson([{ Config: "config.json", Layers: ["a/layer.tar", "b/layer.tar"] }]);
    const parts = [
      toTarMember("a/layer.tar", Buffer.alloc(0), "2", "../shared/layer.tar"),
      toTarMember("shared/layer.tar", tars[0] ?? Buffer.alloc(0)),
      toTarMember("b/layer.tar", tars[1] ?? Buffer.alloc(0)),
      toTarMember("config.json", config),
      toTarMember("manifest.json", manifest),
      Buffer.alloc(1024),
    ];
    write("image.tar", Buffer.concat(parts));
    expect(await readPaths(await open(`docker-archive:${folder}/image.tar`))).toEqual(["bin/one", "bin/two"]);
  });

  it("whose layer was altered is found out while it is read", async () => {
    write("image.tar", toSaved([tars[0], toTar({ "bin/evil": "x" })]));
    const opened = await open(`docker-archive:${folder}/image.tar`);
    await expect(readPaths(opened)).rejects.toMatchObject({ code: "archive.digest-mismatch" });
  });

  it.each([
    ["is not there", undefined],
    ["is empty", Buffer.alloc(0)],
    ["is no tar", Buffer.alloc(2000, "x")],
    ["is compressed as a whole", gzipSync(toSaved(tars))],
    ["is cut off", toSaved(tars).subarray(0, 1500)],
    ["lacks a layer", toSaved([tars[0], undefined])],
    ["lacks its configuration", toSaved(tars, { Config: "none.json" })],
    ["has a layer too few", toSaved(tars, { Layers: ["0/layer.tar"] })],
    [
      "has a loop of links",
      Buffer.concat([toTarMember("manifest.json", Buffer.alloc(0), "2", "manifest.json"), Buffer.alloc(1024)]),
    ],
    ["has a manifest that is none", toTar({ "manifest.json": "{}" })],
    ["holds two images", toTar({ "manifest.json": '[{"Config":"a","RepoTags":["a:1"]},{"Config":"b"}]' })],
    ["holds nothing", toTar({})],
    ["climbs out", toTar({ "../../etc/passwd": "x" })],
  ])("that %s is refused", async (_why, bytes) => {
    if (bytes !== undefined) {
      write("image.tar", bytes);
    }
    await expect(open(`docker-archive:${folder}/image.tar`)).rejects.toMatchObject({
      code: "registry.archive-invalid",
    });
  });

  it("for another platform than asked is refused", async () => {
    write("image.tar", toSaved(tars));
    const platform = { os: "linux", architecture: "arm64" };
    await expect(
      client.openImage(parseLocation(`docker-archive:${folder}/image.tar`), { platform }),
    ).rejects.toMatchObject({ code: "registry.platform-not-found" });
  });
});

describe("a root file system", () => {
  it("opens without configuration or layers; its folder is walked instead", async () => {
    const opened = await open(`rootfs:${folder}`);
    expect(opened.resolved).toMatchObject({ layers: [], configuration: { user: "" } });
    expect(opened.resolved.digest).toBeUndefined();
    expect(opened.blobs).toEqual({ kind: "rootfs", folder });
  });
});
