import { describe, expect, it } from "vitest";
import { alpine, debian, github, only, run } from "./testing/reports.ts";
import {
  apkPackage,
  createAdvisory,
  createAffected,
  debPackage,
  fixedIn,
  npmPackage,
  pypiPackage,
  rangeOf,
} from "./testing/samples.ts";

describe("Debian", () => {
  const libssl = debPackage({
    name: "libssl3",
    version: "3.0.11-1~deb12u2+b1",
    sourcePackage: { name: "openssl", version: "3.0.11-1~deb12u2" },
  });

  it("looks advisories up by the source package", () => {
    const finding = only(run([libssl], [debian("CVE-2024-0001", "openssl", { ranges: fixedIn("3.0.13-1~deb12u1") })]));
    expect(finding).toMatchObject({
      vulnerability: "CVE-2024-0001",
      status: "affected",
      fix: { kind: "fixed", version: "3.0.13-1~deb12u1" },
      evidence: [{ advisory: "DEBIAN-CVE-2024-0001", ecosystem: "Debian:12", packageName: "openssl" }],
    });
    expect(run([libssl], [debian("CVE-2024-0001", "libssl3", {})]).findings).toEqual([]);
  });

  it("compares the version of the source package, not the binary's with its rebuild number", () => {
    const fixedHere = debian("CVE-2024-0002", "openssl", { ranges: fixedIn("3.0.11-1~deb12u2") });
    expect(run([libssl], [fixedHere]).findings).toEqual([]);
    const later = debian("CVE-2024-0003", "openssl", { ranges: fixedIn("3.0.11-1~deb12u2+b1") });
    expect(only(run([libssl], [later])).evidence[0]?.comparedVersion).toBe("3.0.11-1~deb12u2");
  });

  it("compares the binary's own version where there is no other source", () => {
    const bash = debPackage({ name: "bash", version: "5.2.15-2" });
    expect(run([bash], [debian("CVE-2024-0004", "bash", { ranges: fixedIn("5.2.15-3") })]).findings).toHaveLength(1);
  });

  it("orders as dpkg does, epoch and tilde included", () => {
    const item = debPackage({ name: "vim", version: "2:9.0.1378-2" });
    expect(run([item], [debian("CVE-2024-0005", "vim", { ranges: fixedIn("9.1.0-1") })]).findings).toEqual([]);
    expect(run([item], [debian("CVE-2024-0005", "vim", { ranges: fixedIn("2:9.0.1378-2~a") })]).findings).toEqual([]);
    expect(run([item], [debian("CVE-2024-0005", "vim", { ranges: fixedIn("2:9.0.1378-2+a") })]).findings).toHaveLength(
      1,
    );
  });

  it("matches only advisories of the image's release", () => {
    const other = debian("CVE-2024-0006", "openssl", {}, "Debian:11");
    expect(run([libssl], [other], { ecosystems: ["Debian:12"] }).findings).toEqual([]);
  });

  it("carries an open issue as affected without a fix", () => {
    expect(only(run([libssl], [debian("CVE-2024-0007", "openssl", {})]))).toMatchObject({ fix: { kind: "none" } });
  });

  it("carries end of life as a fix that will not come", () => {
    const finding = only(run([libssl], [debian("CVE-2024-0008", "openssl", { urgency: "end-of-life" })]));
    expect(finding.fix).toMatchObject({ kind: "wont-fix" });
  });

  it("takes a fix at version 0 for never affected", () => {
    expect(run([libssl], [debian("CVE-2024-0009", "openssl", { ranges: fixedIn("0") })]).findings).toEqual([]);
  });

  it("shows unimportant issues as negligible", () => {
    const finding = only(run([libssl], [debian("CVE-2024-0010", "openssl", { urgency: "unimportant" })]));
    expect(finding).toMatchObject({ severity: "negligible", severitySource: "debian" });
  });

  it("finds the kernel's advisories for the headers a container has", () => {
    const headers = debPackage({
      name: "linux-libc-dev",
      version: "6.1.76-1",
      sourcePackage: { name: "linux", version: "6.1.76-1" },
    });
    expect(run([headers], [debian("CVE-2024-0011", "linux", {})]).findings).toHaveLength(1);
  });

  it("is not misled by architecture and other qualifiers of the purl", () => {
    const arm = { ...libssl, purl: "pkg:deb/debian/libssl3@3.0.11?arch=arm64&distro=bookworm" };
    expect(run([arm], [debian("CVE-2024-0012", "openssl", {})]).findings).toHaveLength(1);
  });

  it("leaves out binaries an advisory does not mean, where it names the ones it means", () => {
    const named = debian("CVE-2024-0013", "openssl", { binaries: ["openssl"] });
    const openssl = debPackage({ name: "openssl", version: "3.0.11-1~deb12u2" });
    expect(run([libssl, openssl], [named]).findings.map((finding) => finding.package.name)).toEqual(["openssl"]);
  });

  it("reports a vulnerability once for each binary package of the source", () => {
    const crypto = debPackage({
      name: "libcrypto3",
      version: "3.0.11-1",
      sourcePackage: { name: "openssl", version: "3.0.11-1~deb12u2" },
    });
    const report = run([crypto, libssl], [debian("CVE-2024-0014", "openssl", {})]);
    expect(report.findings.map((finding) => finding.package.name)).toEqual(["libcrypto3", "libssl3"]);
    expect(new Set(report.findings.map(({ key }) => key)).size).toBe(2);
  });
});

describe("Alpine", () => {
  const libssl = apkPackage({
    name: "libssl3",
    version: "3.3.0-r1",
    sourcePackage: { name: "openssl", version: "3.3.0-r1" },
  });

  it("looks advisories up by the origin and the branch", () => {
    const here = alpine("CVE-2024-2001", "openssl", { ranges: fixedIn("3.3.0-r2") });
    const elsewhere = alpine("CVE-2024-2002", "openssl", { ranges: fixedIn("3.3.0-r2") }, "Alpine:v3.19");
    const edge = alpine("CVE-2024-2003", "openssl", { ranges: fixedIn("3.3.0-r2") }, "Alpine:edge");
    const report = run([libssl], [here, elsewhere, edge]);
    expect(report.findings.map(({ vulnerability }) => vulnerability)).toEqual(["CVE-2024-2001"]);
  });

  it("orders as apk does, suffixes and revisions included", () => {
    const item = apkPackage({ name: "git", version: "2.45.0_rc1-r0" });
    expect(run([item], [alpine("CVE-2024-2004", "git", { ranges: fixedIn("2.45.0-r0") })]).findings).toHaveLength(1);
    expect(run([libssl], [alpine("CVE-2024-2005", "openssl", { ranges: fixedIn("3.3.0-r1") })]).findings).toEqual([]);
    expect(run([libssl], [alpine("CVE-2024-2005", "openssl", { ranges: fixedIn("3.3.0-r10") })]).findings).toHaveLength(
      1,
    );
  });

  it("takes a fix at version 0 for never affected, whatever else names the CVE", () => {
    const nak = alpine("CVE-2024-2006", "openssl", { ranges: fixedIn("0") });
    const notice = createAdvisory("XSA-1", [createAffected("Alpine:v3.20", "openssl")], {
      upstream: ["CVE-2024-2006"],
    });
    expect(run([libssl], [nak, notice]).findings).toEqual([]);
  });

  it("claims nothing about a package no advisory names", () => {
    const report = run([apkPackage({ name: "quiet", version: "1.0-r0" })], [], { ecosystems: ["Alpine:v3.20"] });
    expect([report.findings, report.unmatched]).toEqual([[], []]);
  });
});

describe("npm", () => {
  it("tells names apart by their case, but not scopes", () => {
    const advisories = [github("GHSA-npm1", "npm/JSONStream", {}, []), github("GHSA-npm2", "npm/@scope/name", {}, [])];
    const names = ["jsonstream", "JSONStream", "@Scope/name"];
    const report = run(
      names.map((name) => npmPackage({ name, version: "1.0.0" })),
      advisories,
    );
    expect(report.findings.map((finding) => finding.package.name)).toEqual(["JSONStream", "@Scope/name"]);
  });

  it("matches pre-releases by pure order", () => {
    const advisory = github("GHSA-npm3", "npm/left", { ranges: fixedIn("2.0.0") }, []);
    expect(run([npmPackage({ name: "left", version: "2.0.0-rc.1" })], [advisory]).findings).toHaveLength(1);
  });

  it("ignores build metadata", () => {
    const advisory = github("GHSA-npm4", "npm/left", { ranges: fixedIn("2.0.0") }, []);
    expect(run([npmPackage({ name: "left", version: "2.0.0+build.5" })], [advisory]).findings).toEqual([]);
  });

  it("cannot decide on a version that is none, and says so", () => {
    const advisory = github("GHSA-npm5", "npm/left", { ranges: fixedIn("2.0.0") }, []);
    expect(only(run([npmPackage({ name: "left", version: "file:../left" })], [advisory]))).toMatchObject({
      status: "unknown",
      fix: { kind: "unknown" },
      reason: expect.stringContaining("cannot be read"),
    });
  });

  it("reports each copy of a package at its own path", () => {
    const at = (path: string) =>
      npmPackage({
        name: "left",
        version: "1.0.0",
        locations: [{ path, layer: { kind: "unknown", reason: "rootfs" } }],
      });
    const report = run([at("/a/left"), at("/b/left")], [github("GHSA-npm6", "npm/left", {}, [])]);
    expect(new Set(report.findings.map(({ key }) => key)).size).toBe(2);
  });
});

describe("PyPI", () => {
  it("compares names by PEP 503 on both sides", () => {
    const advisory = github("GHSA-py1", "PyPI/Zope.Interface", { ranges: fixedIn("5.0") }, []);
    expect(run([pypiPackage({ name: "zope_interface", version: "4.7" })], [advisory]).findings).toHaveLength(1);
  });

  it("orders by PEP 440: epochs, candidates, post-releases", () => {
    const advisory = github("GHSA-py2", "PyPI/p", { ranges: fixedIn("2.0") }, []);
    const affected = ["2.0rc1", "2.0.dev1", "1.9.post1"];
    const clear = ["2.0", "2.0.post1", "1!1.0"];
    const report = run(
      [...affected, ...clear].map((version) => pypiPackage({ name: "p", version })),
      [advisory],
    );
    expect(report.findings.map((finding) => finding.package.version)).toEqual(affected);
  });

  it("holds a local build of an affected release for affected", () => {
    const last = github(
      "GHSA-py3",
      "PyPI/torch",
      { ranges: rangeOf({ introduced: "0" }, { lastAffected: "2.0.0" }) },
      [],
    );
    const listed = github("GHSA-py4", "PyPI/torch", { ranges: [], versions: ["2.0.0"] }, []);
    const report = run([pypiPackage({ name: "torch", version: "2.0.0+cu118" })], [last, listed]);
    expect(report.findings.map(({ vulnerability }) => vulnerability)).toEqual(["GHSA-py3", "GHSA-py4"]);
  });

  it("cannot decide on a version PEP 440 rejects, and says so", () => {
    const advisory = github("GHSA-py5", "PyPI/old", { ranges: fixedIn("1.0") }, []);
    expect(only(run([pypiPackage({ name: "old", version: "0.9-doduo" })], [advisory])).status).toBe("unknown");
  });
});

describe("other languages", () => {
  it.each([
    { type: "cargo", subject: "crates.io/time", fixed: "0.2.23", affected: "0.2.22", clear: "0.2.23" },
    { type: "composer", subject: "Packagist/twig/twig", fixed: "3.4.3", affected: "v3.4.2", clear: "v3.4.3" },
    {
      type: "gem",
      subject: "RubyGems/nokogiri",
      fixed: "1.13.4",
      affected: "1.13.3-x86_64-linux",
      clear: "1.13.4-java",
    },
    {
      type: "golang",
      subject: "Go/golang.org/x/net",
      fixed: "0.7.0",
      affected: "v0.6.1-0.20220101000000-abcdefabcdef",
      clear: "v0.7.0",
    },
    { type: "golang", subject: "Go/stdlib", fixed: "1.21.4", affected: "go1.21rc2", clear: "go1.21.4 X:boringcrypto" },
    { type: "maven", subject: "Maven/org.yaml:snakeyaml", fixed: "2.0", affected: "2.0-rc1", clear: "2.0.0" },
    { type: "nuget", subject: "NuGet/newtonsoft.json", fixed: "13.0.1", affected: "13.0.1-BETA2", clear: "13.0.1.0" },
  ] as const)(
    "$type: $subject is looked up and ordered as its registry does",
    ({ type, subject, fixed, affected, clear }) => {
      const name = subject.slice(subject.indexOf("/") + 1);
      const advisory = github("GHSA-lang", subject, { ranges: fixedIn(fixed) }, []);
      const items = [affected, clear].map((version) => ({
        ...npmPackage({ name, version }),
        type,
        purl: `pkg:${type}/${version}`,
      }));
      expect(run(items, [advisory]).findings.map(({ package: found, status }) => [found.version, status])).toEqual([
        [affected, "affected"],
      ]);
    },
  );

  it("leaves a Go build of unknown version undecided", () => {
    const item = { ...npmPackage({ name: "example.org/m", version: "(devel)" }), type: "golang" };
    expect(only(run([item], [github("GO-2024-1", "Go/example.org/m", { ranges: fixedIn("1.0.0") }, [])])).status).toBe(
      "unknown",
    );
  });
});
