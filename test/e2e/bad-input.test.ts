import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CliOutcome, runCli } from "./cli.ts";
import { buildSmallImage, type SmallImage } from "./small-image.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A registry that serves one image truthfully, except where `spoil` answers first. */
interface SpoiltRegistry {
  readonly host: string;
  image: SmallImage;
  spoil: Answer;
  readonly server: Server;
}

async function startRegistry(): Promise<SpoiltRegistry> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const registry: SpoiltRegistry = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    image: buildSmallImage(),
    spoil: () => false,
    server,
  };
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (!registry.spoil(request, response)) {
      serve(registry.image, request, response);
    }
  });
  return registry;
}

function serve(image: SmallImage, request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? "";
  const blob = [image.config, image.layer].find((each) => path.endsWith(`/blobs/${each.digest}`));
  if (path.includes("/manifests/")) {
    response.setHeader("content-type", "application/vnd.oci.image.manifest.v1+json");
    response.setHeader("docker-content-digest", image.manifest.digest);
    response.end(request.method === "HEAD" ? undefined : image.manifest.bytes);
  } else if (blob !== undefined) {
    response.setHeader("content-length", blob.bytes.length);
    response.end(blob.bytes);
  } else {
    response.writeHead(path === "/v2/" ? 200 : 404).end("{}");
  }
}

const isLayer = (registry: SpoiltRegistry, request: IncomingMessage): boolean =>
  (request.url ?? "").endsWith(registry.image.layer.digest);
const isManifest = (request: IncomingMessage): boolean => (request.url ?? "").includes("/manifests/");

describe("what a user sees when the registry is not as it should be", () => {
  const folder = mkdtempSync(join(tmpdir(), "sightline-bad-"));
  let registry: SpoiltRegistry;

  beforeAll(async () => {
    registry = await startRegistry();
  });

  afterEach(() => {
    registry.image = buildSmallImage();
    registry.spoil = () => false;
  });

  afterAll(async () => {
    registry.server.closeAllConnections();
    registry.server.close();
    await once(registry.server, "close");
    rmSync(folder, { recursive: true, force: true });
  });

  const scan = (data: string): Promise<CliOutcome> =>
    runCli(["sbom", `${registry.host}/shop/web:1`, "--format", "json"], {
      SIGHTLINE_DATA_DIR: data,
      DOCKER_CONFIG: join(folder, "none"),
    });

  /** The code, a next step, status 3, nothing on stdout, and no layer facts kept. */
  const expectFailure = async (code: string): Promise<CliOutcome> => {
    const data = mkdtempSync(join(folder, "data-"));
    const outcome = await scan(data);
    expect(outcome.stderr).toContain(code);
    expect(outcome.stderr).toMatch(/^next\s+\S/m);
    expect(outcome.stdout).toBe("");
    expect(outcome.status).toBe(3);
    const layers = join(data, "layers");
    expect(existsSync(layers) ? readdirSync(layers) : []).toEqual([]);
    return outcome;
  };

  it("reads the image when nothing is wrong", async () => {
    const outcome = await scan(mkdtempSync(join(folder, "data-")));
    expect(outcome.status, outcome.stderr).toBe(0);
    expect(outcome.stdout).toContain("pkg:deb/debian/zlib1g@1");
  });

  it.each([
    [401, "registry.unauthorized"],
    [403, "registry.forbidden"],
    [404, "registry.not-found"],
  ] as const)("names a %i by its own code", async (status, code) => {
    registry.spoil = (request, response) =>
      isManifest(request) && (response.writeHead(status, { "www-authenticate": 'Basic realm="test"' }).end("{}"), true);
    await expectFailure(code);
  });

  it.each([
    [429, "registry.throttled"],
    [503, "registry.server-error"],
  ] as const)("waits and asks again on a %i, then names it", async (status, code) => {
    let asked = 0;
    registry.spoil = (request, response) => {
      asked += Number(isManifest(request));
      return isManifest(request) && (response.writeHead(status, { "retry-after": "0" }).end("{}"), true);
    };
    await expectFailure(code);
    expect(asked).toBeGreaterThan(1);
  });

  it("refuses a manifest that is not the digest asked for", async () => {
    registry.spoil = (request, response) =>
      isManifest(request) &&
      (response
        .writeHead(200, { "content-type": "application/vnd.oci.image.manifest.v1+json" })
        .end(`${registry.image.manifest.bytes.toString()} `),
      true);
    const data = mkdtempSync(join(folder, "data-"));
    const outcome = await runCli(["sbom", `${registry.host}/shop/web@${registry.image.manifest.digest}`], {
      SIGHTLINE_DATA_DIR: data,
      DOCKER_CONFIG: join(folder, "none"),
    });
    expect(outcome.stderr).toContain("registry.digest-mismatch");
    expect(outcome.status).toBe(3);
  });

  it("refuses a layer whose bytes are not the digest's", async () => {
    const wrong = Buffer.from(registry.image.layer.bytes);
    wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 1;
    registry.spoil = (request, response) => isLayer(registry, request) && (response.end(wrong), true);
    await expectFailure("archive.digest-mismatch");
  });

  it("refuses a layer that ends early", async () => {
    registry.spoil = (request, response) =>
      isLayer(registry, request) && (response.end(registry.image.layer.bytes.subarray(0, 40)), true);
    await expectFailure("registry.layer-truncated");
  });

  it("names a layer of an unknown media type", async () => {
    registry.image = buildSmallImage({ layerMediaType: "application/vnd.example.layer.v9" });
    await expectFailure("registry.media-type-unknown");
  });

  it("says that an image without layers is empty, and does not call it complete", async () => {
    registry.image = buildSmallImage({ noLayers: true });
    const outcome = await scan(mkdtempSync(join(folder, "data-")));
    expect(outcome.status, outcome.stderr).toBe(0);
    expect(outcome.stdout).toContain("registry.image-empty");
    expect(outcome.stdout).toContain('"complete": false');
  });

  it("follows a layer to another host without showing it the credential", async () => {
    const elsewhere = await startRegistry();
    const seen: (string | undefined)[] = [];
    elsewhere.spoil = (request) => {
      seen.push(request.headers.authorization);
      return false;
    };
    const config = mkdtempSync(join(folder, "docker-"));
    const auth = Buffer.from("reader:secret-of-the-test").toString("base64");
    writeFileSync(join(config, "config.json"), JSON.stringify({ auths: { [registry.host]: { auth } } }));
    const authorised: string[] = [];
    registry.spoil = (request, response) => {
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { "www-authenticate": 'Basic realm="test"' }).end("{}");
        return true;
      }
      authorised.push(request.url ?? "");
      // Another port is another origin.
      return (
        isLayer(registry, request) &&
        (response.writeHead(307, { location: `http://${elsewhere.host}${request.url ?? ""}` }).end(), true)
      );
    };
    const outcome = await runCli(["sbom", `${registry.host}/shop/web:1`, "--format", "json"], {
      SIGHTLINE_DATA_DIR: mkdtempSync(join(folder, "data-")),
      DOCKER_CONFIG: config,
    });
    elsewhere.server.closeAllConnections();
    elsewhere.server.close();
    expect(outcome.status, outcome.stderr).toBe(0);
    expect(authorised.length).toBeGreaterThan(0);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every((value) => value === undefined)).toBe(true);
    expect(outcome.stdout + outcome.stderr).not.toContain("secret-of-the-test");
  });
});

describe("what a user sees when the advisory database is not as it should be", () => {
  const folder = mkdtempSync(join(tmpdir(), "sightline-db-"));
  const environment = { SIGHTLINE_DATA_DIR: join(folder, "data"), DOCKER_CONFIG: join(folder, "none") };

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("says that there is none, and how to build it, before any image is read", async () => {
    const outcome = await runCli(["scan", "127.0.0.1:1/none:1", "--db", join(folder, "absent")], environment);
    expect(outcome.stderr).toContain("vulndb.missing");
    expect(outcome.stderr).toContain("db import");
    expect(outcome.status).toBe(3);
  });

  it("refuses a folder without advisories and leaves nothing behind", async () => {
    const empty = join(folder, "empty");
    mkdirSync(join(empty, "npm"), { recursive: true });
    writeFileSync(join(empty, "npm", "BROKEN-1.json"), "{ not json");
    const target = join(folder, "built");
    const outcome = await runCli(["db", "import", empty, "--db", target], environment);
    expect(outcome.stderr).toContain("vulndb.nothing-imported");
    expect(outcome.status).toBe(3);
    const status = await runCli(["db", "status", "--db", target], environment);
    expect(status.stderr).toContain("vulndb.missing");
  });

  it("counts and names a broken record, and imports the rest", async () => {
    const mixed = join(folder, "mixed");
    mkdirSync(join(mixed, "npm"), { recursive: true });
    writeFileSync(join(mixed, "npm", "BROKEN-1.json"), "{ not json");
    writeFileSync(
      join(mixed, "npm", "TEST-1.json"),
      JSON.stringify({
        id: "TEST-1",
        modified: "2026-01-01T00:00:00Z",
        summary: "a record of this test",
        affected: [
          {
            package: { ecosystem: "npm", name: "left-pad" },
            ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: "1.0.0" }] }],
          },
        ],
      }),
    );
    const outcome = await runCli(
      ["db", "import", mixed, "--db", join(folder, "mixed-db"), "--format", "json"],
      environment,
    );
    expect(outcome.status, outcome.stderr).toBe(0);
    const report = JSON.parse(outcome.stdout) as { counts: { rejects: number }; rejects: { id: string }[] };
    expect(report.counts.rejects).toBe(1);
    expect(JSON.stringify(report.rejects)).toContain("BROKEN-1");
  });
});

describe("what a user sees when the command line is not as it should be", () => {
  it.each([
    [["scan"], 2],
    [["no-such-command"], 2],
    [["lab", "versions", "--scheme", "nonsense", "package.json"], 3],
    [["scan", "not a reference"], 3],
    [["--help"], 0],
    [["--version"], 0],
  ] as const)("%j ends with status %i and says why", async (args, status) => {
    const outcome = await runCli(args, { SIGHTLINE_DATA_DIR: tmpdir() });
    expect(outcome.status, outcome.stderr).toBe(status);
    expect((outcome.stdout + outcome.stderr).length).toBeGreaterThan(0);
    expect(outcome.stderr).not.toContain("    at ");
  });

  it("refuses a misspelt setting instead of going on without it", async () => {
    const outcome = await runCli(["--version"], { SIGHTLINE_DATA_DIRECTORY: "/tmp" });
    expect(outcome.status).toBe(2);
    expect(outcome.stderr).toContain("config.unknown-variable");
    expect(outcome.stderr).toContain("SIGHTLINE_DATA_DIRECTORY");
  });
});
