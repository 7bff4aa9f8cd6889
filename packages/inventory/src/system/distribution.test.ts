import { describe, expect, it } from "vitest";
import { ecosystemOfPackages, toDistribution, toDistributionFromLine } from "./distribution.ts";
import { parseOsRelease } from "./os-release.ts";

function ecosystemOf(id: string, versionId: string, codename = ""): string | undefined {
  const distribution = toDistribution({ id, versionId, codename, name: "" });
  return distribution.kind === "known" ? distribution.ecosystem : undefined;
}

describe("an os-release file", () => {
  it("is read with every kind of quoting, comments and line ends", () => {
    const text =
      '# comment\r\nNAME="A \\"B\\" \\$C"\r\nID=debian\nVERSION_ID=\'12\'\n  VERSION_CODENAME=bookworm\nbad line\n=x\n';
    expect(parseOsRelease(text)).toEqual({ id: "debian", versionId: "12", codename: "bookworm", name: 'A "B" $C' });
  });

  it("gives nothing it should not: control characters, absurd ids, endless lines", () => {
    expect(parseOsRelease('ID="a b;c"\nPRETTY_NAME="x\u001b[31m"\nVERSION_ID=1')).toEqual({
      id: "",
      versionId: "1",
      codename: "",
      name: "",
    });
    expect(parseOsRelease(`NAME=${"x".repeat(10_000)}`).name).toHaveLength(200);
  });
});

describe("the ecosystem of a distribution", () => {
  it.each([
    ["debian", "12", "Debian:12"],
    ["ubuntu", "22.04", "Ubuntu:22.04:LTS"],
    ["ubuntu", "24.10", "Ubuntu:24.10"],
    ["ubuntu", "23.04", "Ubuntu:23.04"],
    ["alpine", "3.20.3", "Alpine:v3.20"],
    ["alpine", "3.21.0_alpha20240606", "Alpine:edge"],
    ["wolfi", "20230201", "Wolfi"],
    ["azurelinux", "3.0", "Azure Linux:3"],
    ["almalinux", "9.4", "AlmaLinux:9"],
    ["rocky", "8.9", "Rocky Linux:8"],
  ])("%s %s is %s", (id, versionId, ecosystem) => {
    expect(ecosystemOf(id, versionId)).toBe(ecosystem);
  });

  it("is unknown where the release is, and never guessed", () => {
    expect([ecosystemOf("debian", ""), ecosystemOf("debian", "", "sid"), ecosystemOf("alpine", "x")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([ecosystemOf("ubuntu", "rolling"), ecosystemOf("gentoo", "2")]).toEqual([undefined, undefined]);
  });

  it("of Debian's testing is told by its codename", () => {
    expect(ecosystemOf("debian", "", "trixie")).toBe("Debian:13");
    expect(toDistributionFromLine("debian", "trixie/sid")).toMatchObject({
      ecosystem: "Debian:13",
      codename: "trixie",
    });
    expect(toDistributionFromLine("debian", "12.5")).toMatchObject({ ecosystem: "Debian:12" });
    expect(toDistributionFromLine("alpine", "3.19.1")).toMatchObject({ ecosystem: "Alpine:v3.19" });
  });

  it("is not that of packages of another kind", () => {
    const debian = toDistribution({ id: "debian", versionId: "12", codename: "", name: "" });
    expect([ecosystemOfPackages(debian, "deb"), ecosystemOfPackages(debian, "apk")]).toEqual(["Debian:12", undefined]);
  });

  it("needs an ID", () => {
    expect(toDistribution({ id: "", versionId: "1", codename: "", name: "x" }).kind).toBe("unknown");
  });
});
