/** Go modules and the Go distribution. Source: go.dev/ref/mod#versions (pseudo-versions, `+incompatible`); go.dev/doc/toolchain. */
import { createScheme, type InvalidVersion, toInvalid } from "../scheme.ts";
import { compareSemver, parseSemver, type SemverVersion } from "./semver.ts";

/** `go1.21rc2` is `1.21.0-rc.2`; what vendors append (`X:boringcrypto`, `-fips`) says nothing about the release. */
const distribution = /^go([0-9]+(?:\.[0-9]+){0,2})(?:(rc|beta)([0-9]+))?(?:[ -].*)?$/;

function parseGo(text: string): SemverVersion | InvalidVersion {
  const found = distribution.exec(text);
  if (found !== null) {
    const [, release = "", phase, number] = found;
    return parseSemver(text, phase === undefined ? release : `${release}-${phase}.${number ?? "0"}`);
  }
  if (text === "(devel)" || text === "unknown") {
    return toInvalid(text, "the build does not say which version it is");
  }
  return parseSemver(text, text.replace(/^v/, ""));
}

/** Order of Go: semantic versions; a pseudo-version comes before the tag it precedes, `+incompatible` does not count. */
export const go = createScheme<SemverVersion>({ id: "go", read: parseGo, compare: compareSemver });
