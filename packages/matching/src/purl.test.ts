import { describe, expect, it } from "vitest";
import { createPurl, formatPurl, type Purl, parsePurl } from "./purl.ts";

function read(text: string): Purl {
  const parsed = parsePurl(text);
  return parsed.ok ? parsed.value : expect.fail(parsed.problem.message);
}

describe("parsePurl", () => {
  it("takes a package URL apart", () => {
    expect(read("pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64&distro=bookworm#usr/share")).toEqual({
      type: "deb",
      namespace: "debian",
      name: "attr",
      version: "1:2.4.47-2+b1",
      qualifiers: { arch: "amd64", distro: "bookworm" },
      subpath: "usr/share",
    });
  });

  it("leaves parts that are not there empty", () => {
    expect(read("pkg:npm/left")).toEqual({
      type: "npm",
      namespace: "",
      name: "left",
      version: "",
      qualifiers: {},
      subpath: "",
    });
  });

  it("applies the rules of the type", () => {
    expect(read("pkg:pypi/Zope_Interface@5.0").name).toBe("zope-interface");
    expect(read("pkg:brew/SQLite@3").name).toBe("sqlite");
  });

  it.each([
    "",
    "npm/left",
    "pkg:npm",
    "pkg:npm/",
    "pkg:vcpkg/@1.0.8",
    "pkg:vscode-extension/java@1",
    "pkg:chrome-extension/dogs",
    "pkg:cpan/URI::PackageURL",
    "pkg:rpm/fedora/curl?Arch=i386",
    `pkg:npm/${"a".repeat(5000)}`,
  ])("refuses %j by code", (text) => {
    expect(parsePurl(text)).toMatchObject({ ok: false, problem: { code: "matching.purl-invalid" } });
  });

  it("puts capitals in keys right when asked to be tolerant", () => {
    const parsed = parsePurl("pkg:rpm/fedora/curl@7?Arch=i386", "tolerant");
    expect(parsed.ok && formatPurl(parsed.value)).toBe("pkg:rpm/fedora/curl@7?arch=i386");
  });
});

describe("formatPurl", () => {
  it("writes what it reads", () => {
    for (const text of [
      "pkg:npm/%40angular/animation@12.3.1",
      "pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64",
      "pkg:generic/openssl@1.1.10g?checksum=sha256:de4d501267da&download_url=https:%2F%2Fopenssl.org%2Fa.tar.gz",
      "pkg:git/codeberg.org/forgejo/forgejo@a72d2c07",
      "pkg:maven/org.apache.commons/io@1.3.4#a/b",
    ]) {
      expect(formatPurl(read(text))).toBe(text);
    }
  });

  it("encodes everything but what the specification leaves alone", () => {
    const built = createPurl({ type: "generic", name: "a b(c)!'*+", version: "1+2:3" });
    expect(built.ok && formatPurl(built.value)).toBe("pkg:generic/a%20b%28c%29%21%27%2A%2B@1%2B2:3");
  });
});

describe("createPurl", () => {
  it("sorts nothing away and refuses what the type forbids", () => {
    expect(createPurl({ type: "otp", namespace: "n", name: "hex" })).toMatchObject({ ok: false });
    expect(createPurl({ type: "julia", name: "Dates" })).toMatchObject({ ok: false });
    expect(createPurl({ type: "julia", name: "Dates", qualifiers: { uuid: "1" } })).toMatchObject({ ok: true });
    expect(createPurl({ type: "npm" })).toMatchObject({ ok: false });
  });
});
