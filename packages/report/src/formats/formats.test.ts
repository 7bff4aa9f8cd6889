import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import type { ReportFormat, Surface } from "../format.ts";
import { reportFormats } from "../formats.ts";
import { cycloneDxFormat } from "./cyclonedx.ts";
import { sampleReport } from "./sample.fixture.ts";
import { tableFormat } from "./table.ts";

const plain: Surface = { colour: false };

function textOf(format: ReportFormat, surface = plain, report = sampleReport): string {
  return [...format.write(report, surface)].join("");
}

/** Compares with a committed file; `SIGHTLINE_TEST_GOLDEN=1` rewrites it for review. */
function expectGolden(name: string, text: string): void {
  const path = join(import.meta.dirname, "testdata", name);
  if (process.env["SIGHTLINE_TEST_GOLDEN"] === "1") {
    writeFileSync(path, text);
  }
  expect(text).toBe(readFileSync(path, "utf8"));
}

describe("every report format", () => {
  it.each(reportFormats.map((format) => [format.id, format] as const))(
    "%s writes the same bytes for the same report",
    (id, format) => {
      const text = textOf(format);
      expect(textOf(format)).toBe(text);
      expectGolden(`sample.${id}.${format.extension}`, text);
    },
  );

  it.each(reportFormats.map((format) => [format.id, format] as const))("%s names every finding", (_, format) => {
    const text = textOf(format);
    for (const finding of sampleReport.matches?.findings ?? []) {
      expect(text).toContain(finding.vulnerability);
    }
  });
});

describe("the table", () => {
  it("lists the worst finding first", () => {
    const text = textOf(tableFormat);
    expect(text.indexOf("CVE-2023-5363")).toBeLessThan(text.indexOf("CVE-2023-0001"));
  });

  it("makes control characters from an image visible instead of sending them to the terminal", () => {
    const text = textOf(tableFormat, { colour: false });
    expect(text).not.toContain("\u001b");
    expect(text).not.toContain("\u202e");
    expect(text).toContain("evil\\x1b[31m\\x202e");
  });

  it.each([72, 80, 120])("keeps its rows within %i columns", (columns) => {
    const text = textOf(tableFormat, { colour: false, columns });
    const rows = text.split("\n").filter((line) => line.includes("CVE-") || line.startsWith("SEVERITY"));
    expect(rows.length).toBeGreaterThan(2);
    for (const row of rows) {
      expect(stringWidth(row)).toBeLessThanOrEqual(columns);
    }
  });

  it("colours severities only where the surface has colour", () => {
    expect(textOf(tableFormat, { colour: true })).toContain("\u001b[1m\u001b[31mcritical");
  });

  it("says when the inventory is not complete", () => {
    const report = { ...sampleReport, inventory: { ...sampleReport.inventory, complete: false } };
    expect(textOf(tableFormat, plain, report)).toContain("absence of a finding proves nothing");
  });
});

describe("the CycloneDX document", () => {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve("@cyclonedx/cyclonedx-library")),
    "..",
    "res",
    "schema",
  );
  const schemaOf = (name: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(folder, `${name}.SNAPSHOT.schema.json`), "utf8")) as Record<string, unknown>;

  it("is valid against the official 1.7 schema", () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    for (const name of ["spdx", "jsf-0.82", "cryptography-defs"]) {
      ajv.addSchema(schemaOf(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
    }
    const validate = ajv.compile(schemaOf("bom-1.7"));
    const document: unknown = JSON.parse(textOf(cycloneDxFormat));
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...(document as object), components: [{ name: 3 }] })).toBe(false);
  });

  it("says in which layer and under which path each package lies", () => {
    const document = JSON.parse(textOf(cycloneDxFormat)) as {
      components: { name: string; properties: { name: string; value: string }[] }[];
    };
    const component = document.components.find((each) => each.name === "libssl3");
    expect(component?.properties).toContainEqual({ name: "sightline:layer:index", value: "0" });
    expect(component?.properties).toContainEqual({ name: "sightline:path", value: "/var/lib/dpkg/status" });
  });
});
