import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { layerOf, readBlob, useBench } from "./bench.fixture.ts";
import { computeDigest } from "./content.ts";
import {
  createImage,
  describe as describeBytes,
  type FixtureImage,
  ociConfig,
  ociIndex,
  ociManifest,
  toJson,
} from "./image.fixture.ts";

const bench = useBench();

describe("an image in a registry", () => {
  it("is found by tag and verified, and its layers can be read", async () => {
    const image = createImage();
    bench.current.registry.put(image, "1");
    const opened = await bench.current.open("shop/api:1");
    expect(opened.resolved).toMatchObject({
      reference: { registry: bench.current.registry.host, repository: "shop/api", tag: "1" },
      digest: image.digest,
      platform: { os: "linux", architecture: "amd64" },
      layers: [{ compression: "gzip", index: 0, sizeBytes: image.layers[0]?.length }],
    });
    expect(opened.identity).toMatchObject({ source: "registry", digest: image.digest });
    expect(opened.problems).toEqual([]);
    expect(await readBlob(bench.current.http, opened.blobs, layerOf(opened))).toEqual(image.layers[0]);
  });

  it("is found by digest", async () => {
    const image = createImage({ manifestType: "application/vnd.docker.distribution.manifest.v2+json" });
    bench.current.registry.put(image);
    expect((await bench.current.open(`shop/api@${image.digest}`)).resolved.digest).toBe(image.digest);
  });

  it("says so when it has no layers", async () => {
    bench.current.registry.put(createImage({ layers: [] }), "1");
    const opened = await bench.current.open("shop/api:1");
    expect(opened.resolved.layers).toEqual([]);
    expect(opened.problems).toMatchObject([{ code: "registry.image-empty" }]);
  });

  it("names layers that are published elsewhere, and does not fetch them", async () => {
    bench.current.registry.put(
      createImage({ layerType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip" }),
      "1",
    );
    const opened = await bench.current.open("shop/api:1");
    expect(opened.problems).toMatchObject([{ code: "registry.layer-foreign" }]);
    await expect(readBlob(bench.current.http, opened.blobs, layerOf(opened))).rejects.toMatchObject({
      code: "registry.layer-foreign",
    });
  });
});

describe("an index", () => {
  function putIndex(images: readonly { image: FixtureImage; more: object }[]): void {
    for (const { image } of images) {
      bench.current.registry.put(image);
    }
    const manifests = images.map(({ image, more }) => ({ ...describeBytes(ociManifest, image.manifest), ...more }));
    bench.current.registry.putManifest(toJson({ schemaVersion: 2, mediaType: ociIndex, manifests }), ociIndex, "multi");
  }

  const amd64 = createImage();
  const arm64 = createImage({ config: { architecture: "arm64", variant: "v8" } });
  const attestation = createImage({ config: { os: "unknown", architecture: "unknown" } });

  function putUsual(): void {
    putIndex([
      {
        image: attestation,
        more: {
          platform: { os: "unknown", architecture: "unknown" },
          annotations: { "vnd.docker.reference.type": "attestation-manifest" },
        },
      },
      { image: arm64, more: { platform: { os: "linux", architecture: "arm64", variant: "v8" } } },
      { image: amd64, more: { platform: { os: "linux", architecture: "amd64" } } },
    ]);
  }

  it("gives linux/amd64 when nobody says, and remembers itself", async () => {
    putUsual();
    const { resolved } = await bench.current.open("shop/api:multi");
    expect(resolved.digest).toBe(amd64.digest);
    expect(resolved.indexDigest).toMatch(/^sha256:/);
    expect(resolved.indexDigest).not.toBe(amd64.digest);
  });

  it.each([{}, { variant: "v8" }])("gives the asked platform, variant %o", async (variant) => {
    putUsual();
    const platform = { os: "linux", architecture: "arm64", ...variant };
    expect((await bench.current.open("shop/api:multi", { platform })).resolved.digest).toBe(arm64.digest);
  });

  it("lists what is there when the asked platform is not", async () => {
    putUsual();
    const platform = { os: "windows", architecture: "amd64" };
    await expect(bench.current.open("shop/api:multi", { platform })).rejects.toMatchObject({
      code: "registry.platform-not-found",
      details: { present: "linux/arm64/v8, linux/amd64" },
    });
  });

  it("with one image that names no platform gives that image, unless its configuration is for another", async () => {
    putIndex([{ image: arm64, more: {} }]);
    expect((await bench.current.open("shop/api:multi")).resolved.platform.architecture).toBe("arm64");
    const platform = { os: "linux", architecture: "s390x" };
    await expect(bench.current.open("shop/api:multi", { platform })).rejects.toMatchObject({
      code: "registry.platform-not-found",
      details: { present: "linux/arm64/v8" },
    });
  });

  it("that holds itself by way of others ends", async () => {
    let inner = amd64.manifest;
    let type = ociManifest;
    bench.current.registry.put(amd64);
    for (let depth = 0; depth < 6; depth += 1) {
      inner = toJson({ schemaVersion: 2, manifests: [describeBytes(type, inner)] });
      type = ociIndex;
      bench.current.registry.putManifest(inner, ociIndex, "nested");
    }
    await expect(bench.current.open("shop/api:nested")).rejects.toMatchObject({ code: "registry.manifest-invalid" });
  });
});

describe("content that is not what it claims", () => {
  it("is refused when a digest is answered with another manifest", async () => {
    const image = createImage();
    bench.current.registry.putManifest(
      createImage({ config: { architecture: "arm64" } }).manifest,
      ociManifest,
      image.digest,
    );
    await expect(bench.current.open(`shop/api@${image.digest}`)).rejects.toMatchObject({
      code: "registry.digest-mismatch",
    });
  });

  it("is refused when the registry's own digest header differs from the body", async () => {
    const image = createImage();
    bench.current.registry.put(image, "1");
    bench.current.registry.interventions.push(({ path }, response) => {
      if (!path.includes("/manifests/")) {
        return false;
      }
      response.writeHead(200, {
        "content-type": ociManifest,
        "docker-content-digest": computeDigest(Buffer.from("x")),
      });
      response.end(image.manifest);
      return true;
    });
    await expect(bench.current.open("shop/api:1")).rejects.toMatchObject({ code: "registry.digest-mismatch" });
  });

  it("is refused when the configuration is another one", async () => {
    const image = createImage();
    bench.current.registry.put(image, "1");
    bench.current.registry.interventions.push(({ path }, response) => {
      const isConfig = path.endsWith(computeDigest(image.config));
      if (isConfig) {
        response.end(createImage({ config: { config: { User: "root" } } }).config);
      }
      return isConfig;
    });
    await expect(bench.current.open("shop/api:1")).rejects.toMatchObject({ code: "registry.digest-mismatch" });
  });

  it.each([
    ["no JSON", Buffer.from("<html>"), "registry.manifest-invalid"],
    [
      "both a manifest and an index",
      toJson({ schemaVersion: 2, layers: [], manifests: [] }),
      "registry.manifest-invalid",
    ],
    [
      "a manifest by its header and an index by its field",
      toJson({ mediaType: ociIndex, manifests: [] }),
      "registry.manifest-invalid",
    ],
    ["without a configuration", toJson({ schemaVersion: 2, layers: [] }), "registry.manifest-invalid"],
    [
      "with a digest that is a path",
      toJson({
        schemaVersion: 2,
        config: { mediaType: ociConfig, digest: "../../etc/passwd", size: 1 },
        layers: [],
      }),
      "registry.manifest-invalid",
    ],
  ])("is refused when a manifest is %s", async (_what, bytes, code) => {
    bench.current.registry.putManifest(bytes, ociManifest, "1");
    await expect(bench.current.open("shop/api:1")).rejects.toMatchObject({ code });
  });

  it("is refused when layers and configuration do not fit", async () => {
    bench.current.registry.put(createImage({ config: { rootfs: { type: "layers", diff_ids: [] } } }), "1");
    await expect(bench.current.open("shop/api:1")).rejects.toMatchObject({ code: "registry.config-invalid" });
  });

  it.each([
    ["a chart", { configType: "application/vnd.cncf.helm.config.v1+json" }],
    ["an encrypted layer", { layerType: "application/vnd.oci.image.layer.v1.tar+gzip+encrypted" }],
    ["an unknown manifest", { manifestType: "application/vnd.example.thing.v1+json" }],
    ["schema 1", { manifestType: "application/vnd.docker.distribution.manifest.v1+prettyjws" }],
  ])("is named when it is %s", async (_what, changes) => {
    bench.current.registry.put(createImage(changes), "1");
    await expect(bench.current.open("shop/api:1")).rejects.toMatchObject({ code: "registry.media-type-unknown" });
  });

  it("does not fill the memory", async () => {
    bench.current.registry.putManifest(
      Buffer.concat([Buffer.from('"'), Buffer.alloc(5_000_000, 32), Buffer.from('"')]),
      ociManifest,
      "1",
    );
    await expect(bench.current.open("shop/api:1")).rejects.toMatchObject({ code: "http.body-too-large" });
  });
});

describe("a registry's refusals", () => {
  it.each([
    [401, "registry.challenge-invalid"],
    [403, "registry.forbidden"],
    [404, "registry.not-found"],
    [429, "registry.throttled"],
    [500, "registry.server-error"],
    [418, "registry.answer-unexpected"],
  ])("%i is %s", async (status, code) => {
    bench.current.registry.interventions.push((_request, response) => {
      response.writeHead(status).end(toJson({ errors: [{ code: "WHY", message: "because" }] }));
      return true;
    });
    const failure: unknown = await bench.current.open("shop/api:1").catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    expect(failure).toHaveProperty("next", expect.stringMatching(/\w+/));
  });

  it("by its network rules is told apart from one by its roles", async () => {
    bench.current.registry.interventions.push((_request, response) => {
      const message = "client with IP '203.0.113.9' is not allowed access. Refer https://aka.ms/acr/firewall";
      response.writeHead(403).end(toJson({ errors: [{ code: "DENIED", message }] }));
      return true;
    });
    await expect(bench.current.open("shop/api:1")).rejects.toMatchObject({ code: "registry.network-denied" });
  });

  it("429 is waited out as long as the registry asks", async () => {
    const image = createImage();
    bench.current.registry.put(image, "1");
    let asked = 0;
    bench.current.registry.interventions.push(({ path }, response) => {
      asked += path.includes("/manifests/") ? 1 : 0;
      if (asked !== 1 || !path.includes("/manifests/")) {
        return false;
      }
      response.writeHead(429, { "retry-after": "17" }).end();
      return true;
    });
    expect((await bench.current.open("shop/api:1")).resolved.digest).toBe(image.digest);
    expect(bench.current.clock.slept).toEqual([17_000]);
  });
});

describe("compressed answers", () => {
  it("do not change what a digest is computed over", async () => {
    const image = createImage();
    bench.current.registry.put(image, "1");
    bench.current.registry.interventions.push(({ path, headers }, response) => {
      const isManifest = path.includes("/manifests/") && headers["accept-encoding"] === "gzip";
      if (isManifest) {
        response.writeHead(200, { "content-type": ociManifest, "content-encoding": "gzip" });
        response.end(gzipSync(image.manifest));
      }
      return isManifest;
    });
    expect((await bench.current.open("shop/api:1")).resolved.digest).toBe(image.digest);
  });
});
