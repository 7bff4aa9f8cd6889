import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { ImageInventory, MatchReport, Package } from "@sightline/model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "./cli.ts";
import { buildRealImage, type RealImage } from "./real-image.ts";
import { startTokenRegistry, type TokenRegistry } from "./token-registry.ts";
import { requireTool } from "./tools.ts";

/** Not the synchronous form: the token server answers from this very process. */
const run = promisify(execFile);
const suite = "scan of a real Debian image";
const tools: readonly (readonly [string, string])[] = [
  ["mmdebstrap", "mmdebstrap"],
  ["umoci", "umoci"],
  ["skopeo", "skopeo"],
  ["docker-registry", "docker-registry"],
];
const isRoot = process.getuid?.() === 0;
if (!isRoot) {
  process.stderr.write(`skipped: ${suite} needs root, because mmdebstrap and umoci make device nodes and owners\n`);
}
const ready = isRoot && tools.map(([tool, name]) => requireTool(tool, name, suite)).every(Boolean);
const advisories = resolve(process.env["SIGHTLINE_CONFORMANCE_DATA"] ?? "../shared/data", "advisories/full");

interface ScanFile {
  readonly inventory: ImageInventory;
  readonly matches?: MatchReport;
}

/** `name version architecture` as dpkg-query prints it, with the index of the layer that introduced it. */
function dpkgLines(inventory: ImageInventory): string[] {
  return inventory.packages
    .filter((each) => each.type === "deb")
    .map((each) => `${each.name} ${each.version} ${each.architecture ?? ""}`)
    .toSorted();
}

/** `name version folder` as `npm ls --long` gives it. */
function npmLines(inventory: ImageInventory): string[] {
  return inventory.packages
    .filter((each) => each.type === "npm")
    .map((each) => `${each.name} ${each.version} ${each.locations[0].path.replace(/\/package\.json$/, "")}`)
    .toSorted();
}

function layerOf(each: Package): number {
  const { layer } = each.locations[0];
  return layer.kind === "layer" ? layer.index : -1;
}

describe.skipIf(!ready)("a scan of a real Debian image", () => {
  const folder = mkdtempSync(join(tmpdir(), "sightline-e2e-"));
  let image: RealImage;
  let registry: TokenRegistry;
  let reference: string;
  const environment = { SIGHTLINE_DATA_DIR: join(folder, "data"), DOCKER_CONFIG: join(folder, "docker") };

  const scan = async (location: string, more: readonly string[] = []): Promise<ScanFile> => {
    const outcome = await runCli(["sbom", location, "--format", "json", ...more], environment);
    expect(outcome.status, outcome.stderr).toBe(0);
    return JSON.parse(outcome.stdout) as ScanFile;
  };

  beforeAll(async () => {
    image = buildRealImage(join(folder, "image"));
    registry = await startTokenRegistry(join(folder, "registry"));
    reference = `${registry.host}/shop/web:1`;
    const credentials = `${registry.username}:${registry.password}`;
    await run("skopeo", [
      "copy",
      "--quiet",
      "--dest-tls-verify=false",
      `--dest-creds=${credentials}`,
      `oci:${image.layout}:${image.tag}`,
      `docker://${reference}`,
    ]);
    await run("skopeo", [
      "copy",
      "--quiet",
      `oci:${image.layout}:${image.tag}`,
      `docker-archive:${join(folder, "image.tar")}:shop/web:1`,
    ]);
    mkdirSync(environment.DOCKER_CONFIG);
    const auth = Buffer.from(credentials).toString("base64");
    writeFileSync(
      join(environment.DOCKER_CONFIG, "config.json"),
      JSON.stringify({ auths: { [registry.host]: { auth } } }),
    );
    registry.takeRequests();
  });

  afterAll(async () => {
    await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("finds exactly what dpkg-query and npm ls list, each in the layer that introduced it, and moves no byte twice", async () => {
    const { inventory } = await scan(reference);
    const [first, second, third, last] = image.stages;
    expect(dpkgLines(inventory)).toEqual(last?.dpkg);
    expect(npmLines(inventory)).toEqual(last?.npm);
    expect(inventory.complete).toBe(true);

    const expectedLayer = (line: string, stages: readonly (readonly string[] | undefined)[]): number =>
      stages.findIndex((stage) => stage?.includes(line) === true);
    for (const each of inventory.packages) {
      const line =
        each.type === "deb"
          ? `${each.name} ${each.version} ${each.architecture ?? ""}`
          : `${each.name} ${each.version} ${each.locations[0].path.replace(/\/package\.json$/, "")}`;
      const stages = [first, second, third, last].map((stage) => (each.type === "deb" ? stage?.dpkg : stage?.npm));
      expect(layerOf(each), line).toBe(expectedLayer(line, stages));
    }

    const layerRequests = (): string[] =>
      registry.takeRequests().filter((line) => inventory.layers.some((layer) => line.includes(layer.digest)));
    expect(layerRequests().length).toBeGreaterThanOrEqual(inventory.layers.length);
    const again = await scan(reference);
    expect(again.inventory).toEqual(inventory);
    expect(layerRequests()).toEqual([]);
  });

  it("gives the same inventory from an OCI layout and from a docker-archive, and the same packages from a root file system", async () => {
    const { inventory } = await scan(reference);
    const withoutNames = ({ packages, misconfigurations, configuration, distribution }: ImageInventory): unknown => ({
      packages: packages.map(({ locations, changes, ...each }) => ({
        ...each,
        changes,
        locations: locations.map(({ path, layer }) => ({
          path,
          layer:
            layer.kind === "layer" ? { index: layer.index, diffId: layer.diffId, createdBy: layer.createdBy } : layer,
        })),
      })),
      misconfigurations: misconfigurations.map(({ layer: _layer, ...each }) => each),
      configuration,
      distribution,
    });
    const layout = await scan(`oci:${image.layout}:${image.tag}`, ["--no-cache"]);
    expect(withoutNames(layout.inventory)).toEqual(withoutNames(inventory));
    expect(layout.inventory.image.digest).toBe(inventory.image.digest);
    const archive = await scan(`docker-archive:${join(folder, "image.tar")}`, ["--no-cache"]);
    expect(withoutNames(archive.inventory)).toEqual(withoutNames(inventory));

    const rootfs = await scan(`rootfs:${image.rootfs}`);
    expect(rootfs.inventory.packages.map((each) => each.purl)).toEqual(inventory.packages.map((each) => each.purl));
    for (const each of rootfs.inventory.packages) {
      expect(each.locations[0].layer).toEqual({ kind: "unknown", reason: "rootfs" });
    }
  });

  it.skipIf(!existsSync(advisories))(
    "lists findings of known old packages against the whole advisory corpus",
    async () => {
      const db = join(folder, "db");
      const imported = await runCli(["db", "import", advisories, "--db", db, "--format", "json"], environment);
      expect(imported.status, imported.stderr).toBe(0);
      const outcome = await runCli(["scan", reference, "--db", db, "--format", "json"], environment);
      expect(outcome.status, outcome.stderr).toBe(0);
      const { matches } = JSON.parse(outcome.stdout) as ScanFile;
      const found = new Set(matches?.findings.map((each) => `${each.vulnerability} ${each.package.name}`));
      // lodash 4.17.4 and minimist 1.2.0 are old enough to be in every public corpus.
      expect([...found].filter((line) => line.endsWith(" lodash")).length).toBeGreaterThan(0);
      expect([...found].filter((line) => line.endsWith(" minimist")).length).toBeGreaterThan(0);
      expect([...found].filter((line) => line.endsWith(" zlib1g")).length).toBeGreaterThan(0);
      expect(
        matches?.findings
          .filter((each) => each.package.type === "deb")
          .every((each) => each.package.sourcePackage !== undefined || each.evidence.length > 0),
      ).toBe(true);
    },
  );
});
