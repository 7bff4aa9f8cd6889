import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { toDigest } from "../oci/content-store.ts";
import { type BuiltImage, buildImage } from "./build-image.ts";
import { readImages } from "./read-recipes.ts";
import { parseRecipe } from "./recipe.ts";
import { type TarEntry, writeTar } from "./write-tar.ts";

let folder: string;
let images: readonly BuiltImage[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "recipes-"));
  images = await readImages();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the system's tar makes of an archive: an opinion that is not ours. */
function extract(archive: Buffer): { readonly list: string; readonly read: (path: string) => string } {
  const file = join(folder, "layer.tar");
  writeFileSync(file, archive);
  const listed = spawnSync("tar", ["--list", "--verbose", "--file", file], { encoding: "utf8" });
  expect(listed.stderr).toBe("");
  return {
    list: listed.stdout,
    read: (path) => spawnSync("tar", ["--extract", "--to-stdout", "--file", file, path], { encoding: "utf8" }).stdout,
  };
}

function toFile(path: string, text: string): TarEntry {
  return { path, mode: 0o644, user: 0, modifiedSeconds: 0, content: { kind: "file", bytes: Buffer.from(text) } };
}

const manifestSchema = z.object({
  config: z.object({ digest: z.string() }),
  layers: z.array(z.object({ digest: z.string(), mediaType: z.string(), size: z.number() })),
});
const configSchema = z.object({
  architecture: z.string(),
  rootfs: z.object({ diff_ids: z.array(z.string()) }),
  config: z.record(z.string(), z.unknown()),
});

/** The layers of an image's first platform, unpacked, and its configuration. */
function openImage(image: BuiltImage, platform = 0) {
  const { manifest, blobs } = image.images[platform] ?? expect.fail("no such platform");
  const parsed = manifestSchema.parse(JSON.parse(manifest.bytes.toString("utf8")));
  const find = (digest: string) => blobs.find((blob) => blob.descriptor.digest === digest)?.bytes ?? Buffer.alloc(0);
  const layers = parsed.layers.map(({ digest, mediaType }) =>
    mediaType.endsWith("zstd") ? zstdDecompressSync(find(digest)) : gunzipSync(find(digest)),
  );
  const config = configSchema.parse(JSON.parse(find(parsed.config.digest).toString("utf8")));
  return { layers, config, manifest: parsed, find };
}

function findImage(repository: string): BuiltImage {
  return (
    images.find((candidate) => candidate.repository === repository) ?? expect.fail(`no recipe makes ${repository}`)
  );
}

describe("a tar", () => {
  it("is read by the system's tar with its kinds, modes and links", () => {
    const archive = writeTar([
      { path: "bin", mode: 0o755, user: 0, modifiedSeconds: 0, content: { kind: "directory" } },
      { ...toFile("bin/tool", "content"), mode: 0o4755 },
      { ...toFile("bin/link", ""), content: { kind: "symlink", target: "tool" } },
      { ...toFile("bin/hard", ""), content: { kind: "hardlink", target: "bin/tool" } },
    ]);
    const { list, read } = extract(archive);
    expect(list).toMatch(/drwxr-xr-x .* bin\//);
    expect(list).toMatch(/-rwsr-xr-x .* bin\/tool/);
    expect(list).toContain("bin/link -> tool");
    expect(list).toContain("bin/hard link to bin/tool");
    expect(read("bin/tool")).toBe("content");
    expect(archive.length % 512).toBe(0);
  });

  it("carries names of any length and script", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.constantFrom("a", "ä", "名"), (depth, letter) => {
        const path = `${Array.from({ length: depth }, () => letter.repeat(30)).join("/")}/end`;
        expect(extract(writeTar([toFile(path, "text")])).read(path)).toBe("text");
      }),
      { numRuns: 12 },
    );
  });
});

describe("recipes", () => {
  it("give the same digests every time", async () => {
    const again = await readImages();
    expect(images.map(({ digest }) => digest)).toEqual(again.map(({ digest }) => digest));
    expect(images.map(({ repository }) => repository)).toEqual([
      "legacy/admin",
      "shop/orders",
      "shop/web",
      "tools/batch",
    ]);
  });

  it("give layers whose content hashes to the configuration's diff ids and sizes", () => {
    for (const image of images) {
      const { layers, config, manifest, find } = openImage(image);
      expect(layers.map((layer) => toDigest(layer))).toEqual(config.rootfs.diff_ids);
      expect(manifest.layers.map(({ size }) => size)).toEqual(manifest.layers.map(({ digest }) => find(digest).length));
    }
  });

  it("make an index with one manifest for each architecture", () => {
    const image = findImage("shop/orders");
    expect(Object.keys(image.platformDigests)).toEqual(["linux/amd64", "linux/arm64"]);
    expect([0, 1].map((platform) => openImage(image, platform).config.architecture)).toEqual(["amd64", "arm64"]);
    const index = z
      .object({ manifests: z.array(z.object({ digest: z.string() })) })
      .parse(JSON.parse(image.top.bytes.toString("utf8")));
    expect(index.manifests.map(({ digest }) => digest)).toEqual(Object.values(image.platformDigests));
  });

  it("write package databases the native tools write", () => {
    const web = openImage(findImage("shop/web"));
    const status = extract(web.layers[0] ?? Buffer.alloc(0)).read("var/lib/dpkg/status");
    expect(status).toMatch(
      /Package: libssl3\nStatus: install ok installed\n(?:.+\n)*Source: openssl\nVersion: 3\.0\.9-1\n/,
    );
    const application = extract(web.layers[2] ?? Buffer.alloc(0));
    expect(JSON.parse(application.read("app/node_modules/mkdirp/node_modules/minimist/package.json"))).toMatchObject({
      version: "0.0.8",
    });
    const orders = openImage(findImage("shop/orders"));
    const installed = extract(orders.layers[1] ?? Buffer.alloc(0)).read("lib/apk/db/installed");
    expect(installed).toMatch(/P:libcurl\nV:8\.4\.0-r0\n/);
    expect(installed).toContain("P:busybox\n");
    const python = extract(orders.layers[2] ?? Buffer.alloc(0));
    expect(python.read("usr/lib/python3.11/site-packages/Django-3.2.12.dist-info/METADATA")).toContain(
      "Name: Django\n",
    );
    expect(python.read("usr/lib/python3.11/site-packages/Django-3.2.12.dist-info/RECORD")).toMatch(
      /django\/__init__\.py,sha256=[\w-]+,\d+/,
    );
  });

  it("upgrade, remove and hide in upper layers as layers do", () => {
    const { layers } = openImage(findImage("legacy/admin"));
    const [first, , upgraded, removed] = layers.map((layer) => extract(layer).list);
    expect(first).toContain("usr/bin/curl");
    const status = (index: number) => extract(layers[index] ?? Buffer.alloc(0)).read("var/lib/dpkg/status");
    expect(status(0)).toContain("Version: 3.0.9-1\n");
    expect(status(2)).toContain("Version: 3.0.11-1~deb12u2\n");
    expect(status(2)).not.toContain("Version: 3.0.9-1\n");
    expect(status(3)).not.toContain("Package: curl\n");
    expect(upgraded).not.toContain(".wh.");
    expect(removed).toContain("usr/bin/.wh.curl");
    expect(removed).toContain("opt/admin/node_modules/.wh.lodash");
    expect(removed).toContain("opt/admin/secrets/.wh..wh..opq");
  });

  it("are refused with every fault named", () => {
    const parsed = parseRecipe({
      repository: "a",
      tags: [],
      created: "now",
      layers: [{ createdBy: 1, colour: "red" }],
    });
    const faults = "faults" in parsed ? parsed.faults.join("\n") : "";
    expect(faults).toMatch(/^tags: /m);
    expect(faults).toMatch(/^created: /m);
    expect(faults).toMatch(/^layers\.0\.createdBy: /m);
    expect(faults).toContain("colour");
  });

  it("of one's own can generate large files that differ by path only", () => {
    const parsed = parseRecipe({
      repository: "a/b",
      tags: ["1"],
      created: "2026-01-01T00:00:00Z",
      layers: [
        {
          createdBy: "x",
          files: [
            { path: "/a", sizeBytes: 100 },
            { path: "/b", sizeBytes: 100 },
          ],
        },
      ],
    });
    const image = "recipe" in parsed ? buildImage(parsed.recipe) : expect.fail("not a recipe");
    const { read } = extract(openImage(image).layers[0] ?? Buffer.alloc(0));
    expect(Buffer.byteLength(read("a"), "utf8")).toBeGreaterThan(0);
    expect(read("a")).not.toBe(read("b"));
  });
});

describe("the demo's advisories", () => {
  const advisories = join(import.meta.dirname, "../../demo-advisories");

  it("list the known exploited ones with the count they state", () => {
    const catalog = z
      .object({ count: z.number(), vulnerabilities: z.array(z.object({ cveID: z.string(), dateAdded: z.iso.date() })) })
      .parse(JSON.parse(readFileSync(join(advisories, "known_exploited_vulnerabilities.json"), "utf8")));
    expect(catalog.vulnerabilities.map(({ cveID }) => cveID)).toEqual([
      "CVE-2024-1086",
      "CVE-2023-4911",
      "CVE-2023-44487",
    ]);
    expect(catalog.count).toBe(3);
  });
});
