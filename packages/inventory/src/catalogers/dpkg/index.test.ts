import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { catalogFile } from "../../catalog.ts";
import { createCatalogContext } from "../../catalogers.ts";
import { hasPackageDatabases, readCase, readExpected } from "../../testing/conformance-data.ts";
import { dpkgStanza } from "../../testing/tree.ts";
import { dpkgCataloger } from "./index.ts";

const context = createCatalogContext(1000);

function catalogText(path: string, text: string): ReturnType<typeof dpkgCataloger.catalog> {
  return dpkgCataloger.catalog({ path, bytes: Buffer.from(text) }, context);
}

function wants(path: string): boolean {
  return dpkgCataloger.wants({ path, sizeBytes: 1, mode: 0o644 });
}

describe("a dpkg status file", () => {
  const bytes = readFileSync(join(import.meta.dirname, "testdata/status"));
  const { packages, problems } = dpkgCataloger.catalog({ path: "var/lib/dpkg/status", bytes }, context);

  it("lists what is installed, with the source advisories speak of", () => {
    expect(packages.map(({ name, version, sourcePackage }) => [name, version, sourcePackage])).toEqual([
      ["zlib1g", "1:1.2.13.dfsg-1", { name: "zlib", version: "1:1.2.13.dfsg-1" }],
      ["bash", "5.2.15-2+b13", { name: "bash", version: "5.2.15-2" }],
      ["util-linux-extra", "2.38.1-5+b1", { name: "util-linux-extra", version: "2.38.1-5" }],
      ["purged-but-there", "2.0", { name: "purged-but-there", version: "2.0" }],
      ["waiting", "3.0", { name: "waiting", version: "3.0" }],
    ]);
    expect(packages[0]?.architecture).toBe("amd64");
  });

  it("names what is neither installed nor removed, and what has no version", () => {
    expect(problems.map(({ code }) => code)).toEqual(["inventory.half-installed", "inventory.incomplete-entry"]);
    expect(problems[0]?.message).toContain("broken-off");
  });

  it("is read past lines that are no fields", () => {
    const { packages: found, problems: named } = catalogText(
      "var/lib/dpkg/status",
      `garbage here\n${dpkgStanza("a", "1")}\n\u0000\u0001\n\n${dpkgStanza("b", "2")}`,
    );
    expect(found.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(named.map(({ code }) => code)).toEqual(["inventory.damaged-file", "inventory.damaged-file"]);
  });

  it("may end its lines like DOS and spell its fields in any case", () => {
    const text = "package: a\r\nSTATUS: install ok installed\r\nVersion: 1\r\n\r\npackage: b\r\nversion: 2\r\n";
    expect(catalogText("var/lib/dpkg/status", text).packages.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("is not read past the bound, and says so", () => {
    const text = Array.from({ length: 1001 }, (_, index) => dpkgStanza(`p${index}`, "1")).join("");
    const { packages: found, problems: named } = catalogText("var/lib/dpkg/status", text);
    expect([found.length, named.map(({ code }) => code)]).toEqual([1000, ["inventory.limit-exceeded"]]);
  });
});

describe("the files dpkg keeps", () => {
  it("are wanted where they list packages or files, and nowhere else", () => {
    const wanted = [
      "var/lib/dpkg/status",
      "usr/lib/dpkg/status",
      "var/lib/dpkg/status.d/libc6",
      "var/lib/dpkg/status.d/python3.11-minimal",
      "var/lib/dpkg/status.d/libc6.md5sums",
      "var/lib/dpkg/info/libc6:amd64.list",
      "var/lib/dpkg/info/adduser.md5sums",
    ];
    const others = [
      "var/lib/dpkg/status-old",
      "var/lib/dpkg/available",
      "var/lib/dpkg/status.d",
      "var/lib/dpkg/status.d/a/b",
      "var/lib/dpkg/status.d/libc6.postinst",
      "var/lib/dpkg/info/adduser.postinst",
      "opt/x/var/lib/dpkg/status",
    ];
    expect([wanted.filter((path) => !wants(path)), others.filter(wants)]).toEqual([[], []]);
  });

  it("of distroless images list one package each, without a status", () => {
    const bytes = readFileSync(join(import.meta.dirname, "testdata/distroless-tzdata"));
    const { packages, problems } = dpkgCataloger.catalog({ path: "var/lib/dpkg/status.d/tzdata", bytes }, context);
    expect([packages.length, packages[0]?.name, problems]).toEqual([1, "tzdata", []]);
  });

  it("say which of the files language catalogers read belong to a package", () => {
    const list =
      "/.\n/usr\n/usr/lib/python3/dist-packages/six-1.16.0.egg-info\n/usr/lib/python3/dist-packages/six.py\n";
    expect(catalogText("var/lib/dpkg/info/python3-six:all.list", list).owned).toEqual([
      {
        owner: { kind: "package", name: "python3-six", architecture: "all" },
        paths: ["usr/lib/python3/dist-packages/six-1.16.0.egg-info"],
      },
    ]);
    const sums = "0cc175b9c0f1b6a831c399e269772661  usr/share/nodejs/node_modules/semver/package.json\n";
    expect(catalogText("var/lib/dpkg/status.d/node-semver.md5sums", sums).owned).toEqual([
      {
        owner: { kind: "file", path: "var/lib/dpkg/status.d/node-semver" },
        paths: ["usr/share/nodejs/node_modules/semver/package.json"],
      },
    ]);
  });
});

const expectedPackage = z.object({
  name: z.string(),
  version: z.string(),
  arch: z.string().nullable(),
  source: z.string(),
  sourceVersion: z.string(),
  status: z.string().nullable(),
});
const smallSchema = z.array(
  z.object({ file: z.string(), packages: z.array(expectedPackage.extend({ installed: z.boolean() })) }),
);

function toRow(one: ReturnType<typeof catalogFile>["packages"][number]): readonly unknown[] {
  return [one.name, one.version, one.architecture ?? null, one.sourcePackage?.name, one.sourcePackage?.version];
}

describe.runIf(hasPackageDatabases())("databases from elsewhere", () => {
  it("give the 103 packages of a Debian 12 slice, versions, sources and all", () => {
    const expected = readExpected(z.array(expectedPackage), "dpkg/debian12-essential/expected.json");
    const bytes = readCase("dpkg/debian12-essential/rootfs/var/lib/dpkg/status");
    const { packages, problems } = catalogFile("dpkg", { bytes });
    const rows = expected.map((one) => [one.name, one.version, one.arch, one.source, one.sourceVersion]);
    expect(packages.map(toRow)).toEqual(rows);
    expect([packages.length, problems]).toEqual([103, []]);
  });

  it("give exactly the installed packages of every odd small one", () => {
    const cases = readExpected(smallSchema, "dpkg/small.expected.json");
    const found = cases.map(({ file }) => [
      file,
      catalogFile("dpkg", { bytes: readCase("dpkg/small", file) }).packages.map(toRow),
    ]);
    const expected = cases.map(({ file, packages }) => [
      file,
      packages
        .filter(({ installed }) => installed)
        .map((one) => [one.name, one.version, one.arch, one.source, one.sourceVersion]),
    ]);
    expect(found).toEqual(expected);
    expect(cases).toHaveLength(26);
  });
});
