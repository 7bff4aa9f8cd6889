import { describe, expect, it } from "vitest";
import { catalogerIds, catalogFile, catalogTree } from "./catalog.ts";
import { dpkgStanza, feedOf, npmManifest, osRelease } from "./testing/tree.ts";

describe("one cataloger", () => {
  it("reads a file without a path as its usual one, and a file at a path only where it would", () => {
    const bytes = Buffer.from(dpkgStanza("a", "1") + dpkgStanza("a", "1"));
    expect(catalogFile("dpkg", { bytes }).packages.map(({ purl }) => purl)).toEqual([
      "pkg:deb/debian/a@1?arch=amd64",
      "pkg:deb/debian/a@1?arch=amd64",
    ]);
    expect(catalogFile("dpkg", { path: "/var/lib/dpkg/status.d/a", bytes }).packages).toHaveLength(2);
    expect(catalogFile("dpkg", { path: "etc/motd", bytes })).toEqual({ packages: [], problems: [] });
  });

  it("reads a tree with its distribution, and nothing of the others", async () => {
    const listing = await catalogTree(
      "dpkg",
      feedOf([
        ["etc/os-release", osRelease("ubuntu", "24.04")],
        ["var/lib/dpkg/status", dpkgStanza("b", "2") + dpkgStanza("a", "1")],
        ["app/node_modules/x/package.json", npmManifest("x", "1.0.0")],
      ]),
    );
    expect(listing.packages.map(({ name, purl, path }) => [name, purl, path])).toEqual([
      ["a", "pkg:deb/ubuntu/a@1?arch=amd64&distro=ubuntu-24.04", "/var/lib/dpkg/status"],
      ["b", "pkg:deb/ubuntu/b@2?arch=amd64&distro=ubuntu-24.04", "/var/lib/dpkg/status"],
    ]);
    expect(listing.problems).toEqual([]);
  });

  it("that does not exist is refused with the list of those that do", async () => {
    expect(catalogerIds).toEqual(["apk", "dpkg", "npm", "python"]);
    expect(() => catalogFile("nope", { bytes: Buffer.alloc(0) })).toThrow(
      expect.objectContaining({ code: "inventory.unknown-cataloger" }),
    );
    await expect(catalogTree("nope", feedOf([]))).rejects.toMatchObject({ code: "inventory.unknown-cataloger" });
  });
});
