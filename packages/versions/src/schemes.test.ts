import { describe, expect, it } from "vitest";
import { schemeFor, toSchemeId, versionSchemes } from "./schemes.ts";

describe("schemeFor", () => {
  it("finds every scheme of the list by its id", () => {
    expect(versionSchemes.map(({ id }) => schemeFor(id))).toEqual(versionSchemes);
  });

  it.each(["opaque", "conda", "pacman"] as const)("knows no order of %s versions and calls every one invalid", (id) => {
    expect(schemeFor(id).parse("1.0")).toMatchObject({
      kind: "invalid",
      reason: `the order of ${id} versions is not known`,
    });
  });
});

describe("toSchemeId", () => {
  it("takes release and vendor off the ecosystem", () => {
    expect(
      ["Debian:12", "Ubuntu:Pro:22.04:LTS", "Alpine:v3.20", "Red Hat:enterprise_linux:9::baseos", "npm"].map(
        toSchemeId,
      ),
    ).toEqual(["deb", "deb", "apk", "rpm", "npm"]);
    expect(["Root:Debian:12", "TuxCare:Alpine:v3.16", "Echo:PyPI", "Root:npm"].map(toSchemeId)).toEqual([
      "deb",
      "apk",
      "pep440",
      "npm",
    ]);
  });

  it("knows no order for ecosystems it has not heard of", () => {
    expect(toSchemeId("GIT")).toBe("opaque");
    expect(toSchemeId("")).toBe("opaque");
  });
});
