import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toJson } from "./image.fixture.ts";
import { parseConfiguration } from "./image-configuration.ts";
import { parseManifest } from "./manifest.ts";
import { RegistryError } from "./registry-error.ts";

const diffId = `sha256:${"0a".repeat(32)}`;

function parse(more: Record<string, unknown>): ReturnType<typeof parseConfiguration> {
  const usual = { os: "linux", architecture: "amd64", rootfs: { type: "layers", diff_ids: [diffId, diffId] } };
  return parseConfiguration(toJson({ ...usual, ...more }), "image");
}

describe("an image configuration", () => {
  it("tells how the image runs", () => {
    const { configuration, platform } = parse({
      variant: "v2",
      created: "2026-01-01T00:00:00Z",
      config: {
        User: "app:app",
        Env: ["PATH=/bin", "TOKEN=hunter2"],
        ExposedPorts: { "8080/tcp": {}, "53/udp": {} },
        Entrypoint: ["/app"],
        Cmd: ["--token", "hunter2", "--password=hunter2"],
        WorkingDir: "/srv",
        Volumes: { "/data": {} },
        Labels: { maintainer: "team", "my.token": "hunter2" },
        StopSignal: "SIGINT",
        Healthcheck: { Test: ["CMD", "true"] },
      },
    });
    expect(platform).toEqual({ os: "linux", architecture: "amd64", variant: "v2" });
    expect(configuration).toMatchObject({
      user: "app:app",
      environment: [
        { name: "PATH", value: "/bin" },
        { name: "TOKEN", lengthBytes: 7 },
      ],
      exposedPorts: ["53/udp", "8080/tcp"],
      entrypoint: ["/app"],
      command: ["--token", "[redacted]", "--password=[redacted]"],
      workingDirectory: "/srv",
      volumes: ["/data"],
      labels: { maintainer: "team", "my.token": "[redacted]" },
      stopSignal: "SIGINT",
      healthcheck: "declared",
      created: "2026-01-01T00:00:00Z",
    });
    expect(JSON.stringify(configuration)).not.toContain("hunter2");
  });

  it("may say nothing, in any of the ways tools write nothing", () => {
    const nothing = { config: { Env: null, Labels: null, Entrypoint: null, ExposedPorts: null }, history: null };
    for (const config of [{}, { config: null }, nothing]) {
      expect(parse(config).configuration).toMatchObject({
        user: "",
        environment: [],
        healthcheck: "absent",
        history: [],
      });
    }
  });

  it("runs a command that is one text through a shell", () => {
    expect(parse({ config: { Cmd: "run it" } }).configuration.command).toEqual(["/bin/sh", "-c", "run it"]);
  });

  it.each([
    [undefined, "absent"],
    [[], "absent"],
    [["NONE"], "disabled"],
    [["CMD-SHELL", "true"], "declared"],
  ])("health check %j is %s", (Test, expected) => {
    expect(parse({ config: { Healthcheck: { Test } } }).configuration.healthcheck).toBe(expected);
  });

  it("says which line of history made which layer", () => {
    const { configuration } = parse({
      history: [
        { created_by: "ADD rootfs" },
        { created_by: "ENV API=hunter2", empty_layer: true },
        { created_by: "RUN make", comment: "buildkit" },
      ],
    });
    expect(configuration.history).toEqual([
      { createdBy: "ADD rootfs", emptyLayer: false, layerIndex: 0 },
      { createdBy: "ENV API=[redacted]", emptyLayer: true },
      { createdBy: "RUN make", comment: "buildkit", emptyLayer: false, layerIndex: 1 },
    ]);
  });

  it("attributes nothing when history and layers do not fit", () => {
    const { configuration } = parse({ history: [{ created_by: "squashed" }] });
    expect(configuration.history).toEqual([{ createdBy: "squashed", emptyLayer: false }]);
  });

  it.each([
    ["is no JSON", Buffer.from("hunter2")],
    ["names no platform", toJson({ rootfs: { type: "layers", diff_ids: [] } })],
    [
      "has a layer without a digest",
      toJson({ os: "l", architecture: "a", rootfs: { type: "layers", diff_ids: ["x"] } }),
    ],
    ["has no file system", toJson({ os: "linux", architecture: "amd64" })],
  ])("that %s is refused without being quoted", (_why, bytes) => {
    const parsing = (): unknown => parseConfiguration(bytes, "image");
    expect(parsing).toThrow(expect.objectContaining({ code: "registry.config-invalid" }));
    expect(parsing).toThrow(expect.not.stringContaining("hunter2"));
  });
});

describe("documents from outside", () => {
  it("are read or refused, whatever they hold", () => {
    const parsers = [
      (bytes: Buffer) => parseConfiguration(bytes, "image"),
      (bytes: Buffer) => parseManifest(bytes, { subject: "image", layersMax: 10 }),
    ];
    const json = fc.oneof(
      fc.json(),
      fc
        .record({
          schemaVersion: fc.constantFrom(1, 2, "2"),
          mediaType: fc.constantFrom(undefined, "application/vnd.oci.image.index.v1+json", "x"),
          manifests: fc.anything(),
          layers: fc.anything(),
          config: fc.anything(),
          rootfs: fc.anything(),
          history: fc.anything(),
          os: fc.anything(),
          architecture: fc.constant("amd64"),
        })
        .map((value) => {
          try {
            return JSON.stringify(value);
          } catch {
            return "{}";
          }
        }),
    );
    fc.assert(
      fc.property(json, fc.constantFrom(...parsers), (text, parser) => {
        try {
          parser(Buffer.from(text));
        } catch (error) {
          if (!(error instanceof RegistryError)) {
            throw error;
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});
