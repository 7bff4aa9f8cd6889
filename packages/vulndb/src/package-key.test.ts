import { describe, expect, it } from "vitest";
import { parseEcosystem, toEcosystem, toPackageKey } from "./package-key.ts";

describe("parseEcosystem", () => {
  it.each([
    ["npm", { name: "npm" }],
    ["Debian:12", { name: "Debian", release: "12" }],
    ["Alpine:v3.20", { name: "Alpine", release: "v3.20" }],
    ["Rocky Linux:8", { name: "Rocky Linux", release: "8" }],
    ["Ubuntu:24.04:LTS", { name: "Ubuntu", release: "24.04:LTS" }],
    ["Ubuntu:Pro:22.04:LTS", { name: "Ubuntu", release: "Pro:22.04:LTS" }],
    ["openSUSE:Leap 15.5", { name: "openSUSE", release: "Leap 15.5" }],
    ["Red Hat:enterprise_linux:9::baseos", { name: "Red Hat", release: "enterprise_linux:9::baseos" }],
    ["Root:Debian:12", { name: "Root", release: "Debian:12" }],
    ["kubernetes", { name: "Kubernetes" }],
    ["Solaris:11", { name: "Solaris", release: "11" }],
  ])("splits %s at the first colon", (text, parts) => {
    expect(parseEcosystem(text)).toEqual(parts);
  });

  it("keeps the release as written while it corrects the name", () => {
    expect(toEcosystem("AZURE LINUX:3")).toBe("Azure Linux:3");
    expect(toEcosystem("crates.IO")).toBe("crates.io");
  });
});

describe("toPackageKey", () => {
  it.each([
    ["PyPI", ["Django", "django"]],
    ["PyPI", ["zope.interface", "zope-interface", "Zope__Interface", "zope.-_interface"]],
    ["Echo:PyPI", ["Flask_Login", "flask-login"]],
    ["NuGet", ["Newtonsoft.Json", "newtonsoft.json"]],
    ["Packagist", ["Symfony/Http-Kernel", "symfony/http-kernel"]],
    ["npm", ["@Angular/core", "@angular/core"]],
  ])("takes spellings %s considers the same for one package", (ecosystem, spellings) => {
    expect(new Set(spellings.map((name) => toPackageKey(ecosystem, name))).size).toBe(1);
  });

  it.each([
    ["npm", "JSONStream", "jsonstream"],
    ["npm", "@angular/Core", "@angular/core"],
    ["Go", "github.com/Masterminds/sprig", "github.com/masterminds/sprig"],
    ["Maven", "org.A:b", "org.a:b"],
    ["Debian:12", "Foo", "foo"],
    ["PyPI", "a-b", "ab"],
    ["NuGet", "a-b", "a.b"],
  ])("keeps apart what %s keeps apart", (ecosystem, one, other) => {
    expect(toPackageKey(ecosystem, one)).not.toBe(toPackageKey(ecosystem, other));
  });

  it("keeps releases of a distribution apart", () => {
    expect(toPackageKey("Debian:11", "openssl")).not.toBe(toPackageKey("Debian:12", "openssl"));
  });

  it("takes an artefact for the same whichever Maven repository it came from", () => {
    expect(toPackageKey("Maven:https://maven.google.com", "androidx.work:work")).toBe("Maven/androidx.work:work");
  });
});
