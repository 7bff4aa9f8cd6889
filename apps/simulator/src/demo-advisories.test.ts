import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { recipeFolder } from "./image/read-recipes.ts";
import { parseRecipe, type Recipe } from "./image/recipe.ts";

const folder = join(import.meta.dirname, "../demo-advisories");

const advisorySchema = z.strictObject({
  schema_version: z.literal("1.7.0"),
  id: z.string(),
  modified: z.iso.datetime(),
  published: z.iso.datetime().optional(),
  aliases: z.array(z.string()).optional(),
  upstream: z.array(z.string()).optional(),
  summary: z.string().min(10).max(120),
  details: z.string().min(40),
  severity: z.array(z.object({ type: z.literal("CVSS_V3"), score: z.string().startsWith("CVSS:3.1/AV:") })).length(1),
  affected: z.array(
    z.object({
      package: z.object({ ecosystem: z.string(), name: z.string(), purl: z.string().startsWith("pkg:") }),
      ranges: z.array(
        z.object({ type: z.enum(["ECOSYSTEM", "SEMVER"]), events: z.array(z.record(z.string(), z.string())) }),
      ),
    }),
  ),
  references: z.array(z.object({ type: z.string(), url: z.url() })),
  database_specific: z.record(z.string(), z.unknown()).optional(),
});

/** As much of a public record as is compared. */
const recordSchema = z.object({
  affected: z.array(
    z.object({
      package: z.object({ ecosystem: z.string(), name: z.string() }),
      ranges: z.array(z.object({ events: z.unknown() })).optional(),
    }),
  ),
});

const ecosystems = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
const advisories = ecosystems.flatMap((ecosystem) =>
  readdirSync(join(folder, ecosystem)).map((file) => ({
    ecosystem,
    file,
    advisory: advisorySchema.parse(JSON.parse(readFileSync(join(folder, ecosystem, file), "utf8"))),
  })),
);

/** Package names advisories go by, of everything the recipes install: source packages for distributions. */
function listPackages(recipe: Recipe): string[] {
  return recipe.layers.flatMap((layer) => [
    ...(layer.debian?.install ?? []).map(({ name, source }) => `Debian ${source ?? name}`),
    ...(layer.alpine?.install ?? []).map(({ name, origin }) => `Alpine ${origin ?? name}`),
    ...(layer.npm?.packages ?? []).map(({ name }) => `npm ${name}`),
    ...(layer.python?.packages ?? []).map(({ name }) => `PyPI ${name.toLowerCase()}`),
  ]);
}

const installed = new Set(
  readdirSync(recipeFolder).flatMap((file) => {
    const parsed = parseRecipe(parse(readFileSync(join(recipeFolder, file), "utf8")));
    return "recipe" in parsed ? listPackages(parsed.recipe) : [];
  }),
);

describe("demo advisories", () => {
  it("are at least 25, each in the file and folder its id and ecosystem say", () => {
    expect(advisories.length).toBeGreaterThanOrEqual(25);
    for (const { ecosystem, file, advisory } of advisories) {
      expect(file).toBe(`${advisory.id}.json`);
      expect(advisory.affected.map((affected) => affected.package.ecosystem.split(":")[0])).toContain(ecosystem);
    }
  });

  it("speak of packages the recipes install", () => {
    for (const { ecosystem, advisory } of advisories) {
      for (const affected of advisory.affected) {
        expect(installed).toContain(`${ecosystem} ${affected.package.name}`);
      }
    }
  });

  const data = process.env["SIGHTLINE_CONFORMANCE_DATA"] ?? join(import.meta.dirname, "../../../../shared/data");
  const archive = join(data, "advisories/small.tar.gz");

  it.skipIf(!existsSync(archive))("have the ids and ranges of the public records", () => {
    const unpacked = mkdtempSync(join(tmpdir(), "advisories-"));
    const wanted = advisories.map(({ ecosystem, file }) => `small/${ecosystem}/${file}`);
    spawnSync("tar", ["--extract", "--gzip", "--file", archive, "--directory", unpacked, ...wanted]);
    let compared = 0;
    for (const { advisory, ecosystem, file } of advisories) {
      const path = join(unpacked, "small", ecosystem, file);
      const known = existsSync(path) ? recordSchema.parse(JSON.parse(readFileSync(path, "utf8"))).affected : [];
      for (const affected of known.length === 0 ? [] : advisory.affected) {
        const { ecosystem: wantedEcosystem, name } = affected.package;
        const same = known.filter(
          (entry) => entry.package.ecosystem === wantedEcosystem && entry.package.name === name,
        );
        const timelines = same.flatMap((entry) => entry.ranges ?? []).map(({ events }) => events);
        for (const range of affected.ranges) {
          expect(timelines, advisory.id).toContainEqual(range.events);
          compared += 1;
        }
      }
    }
    rmSync(unpacked, { recursive: true, force: true });
    expect(compared).toBeGreaterThan(0);
    process.stdout.write(`demo advisories: ${compared} ranges compared with the public records\n`);
  });
});
