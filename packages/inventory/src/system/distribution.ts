/** Which distribution an image is, and what OSV calls it. Sources: os-release(5); OSV schema 1.7, "Defined ecosystems". */
import type { Distribution } from "@sightline/model";
import type { OsRelease } from "./os-release.ts";

/** Debian writes no VERSION_ID in testing and unstable, but most images name the release. Source: Debian releases. */
const debianReleases: ReadonlyMap<string, string> = new Map([
  ["stretch", "9"],
  ["buster", "10"],
  ["bullseye", "11"],
  ["bookworm", "12"],
  ["trixie", "13"],
  ["forky", "14"],
  ["duke", "15"],
]);

function majorOf(versionId: string): string {
  return /^\d+/.exec(versionId)?.[0] ?? "";
}

function suffixed(ecosystem: string, release: string): string | undefined {
  return release === "" ? undefined : `${ecosystem}:${release}`;
}

/** Every second year's April release is an LTS. Source: Ubuntu release cycle. */
function toUbuntuEcosystem(versionId: string): string | undefined {
  const match = /^(\d{2})\.(\d{2})/.exec(versionId);
  if (match === null) {
    return undefined;
  }
  const isLongTerm = Number(match[1]) % 2 === 0 && match[2] === "04";
  return `Ubuntu:${match[1]}.${match[2]}${isLongTerm ? ":LTS" : ""}`;
}

/** Snapshots of the rolling branch are versioned `3.21.0_alpha20240606`. */
function toAlpineEcosystem(versionId: string): string | undefined {
  if (/_alpha|edge/i.test(versionId)) {
    return "Alpine:edge";
  }
  const match = /^(\d+)\.(\d+)/.exec(versionId);
  return match === null ? undefined : `Alpine:v${match[1]}.${match[2]}`;
}

type ToEcosystem = (release: OsRelease) => string | undefined;

const ecosystems: ReadonlyMap<string, ToEcosystem> = new Map<string, ToEcosystem>([
  [
    "debian",
    ({ versionId, codename }) => suffixed("Debian", majorOf(versionId) || (debianReleases.get(codename) ?? "")),
  ],
  ["ubuntu", ({ versionId }) => toUbuntuEcosystem(versionId)],
  ["alpine", ({ versionId }) => toAlpineEcosystem(versionId)],
  ["wolfi", () => "Wolfi"],
  ["chainguard", () => "Chainguard"],
  ["azurelinux", ({ versionId }) => suffixed("Azure Linux", majorOf(versionId))],
  ["mariner", ({ versionId }) => suffixed("CBL-Mariner", majorOf(versionId))],
  ["almalinux", ({ versionId }) => suffixed("AlmaLinux", majorOf(versionId))],
  ["rocky", ({ versionId }) => suffixed("Rocky Linux", majorOf(versionId))],
]);

/** The distribution an os-release describes; unknown when it has no ID. */
export function toDistribution(release: OsRelease): Distribution {
  if (release.id === "") {
    return { kind: "unknown", reason: "the os-release file of the image names no ID" };
  }
  const ecosystem = ecosystems.get(release.id)?.(release);
  return {
    kind: "known",
    id: release.id,
    versionId: release.versionId,
    name: release.name === "" ? release.id : release.name,
    ...(release.codename === "" ? {} : { codename: release.codename }),
    ...(ecosystem === undefined ? {} : { ecosystem }),
  };
}

/** The distribution told by Alpine's or Debian's own one-line release file, for images without os-release. */
export function toDistributionFromLine(kind: "alpine" | "debian", line: string): Distribution {
  // Debian's testing writes `trixie/sid`: the codename is all it says.
  const version = /^\d/.test(line) ? line : "";
  const codename = kind === "debian" && version === "" ? (line.split("/")[0] ?? "") : "";
  const name = kind === "alpine" ? "Alpine Linux" : "Debian GNU/Linux";
  return toDistribution({ id: kind, versionId: version, codename, name: `${name} ${line}`.trim() });
}

/** Ecosystems whose advisories speak of packages of this purl type. */
const ecosystemsOfType: Readonly<Record<string, RegExp>> = {
  deb: /^(?:Debian|Ubuntu)(?::|$)/,
  apk: /^(?:Alpine|Wolfi|Chainguard)(?::|$)/,
};

/** The ecosystem of the distribution's own packages of that type; none when the type is not the distribution's. */
export function ecosystemOfPackages(distribution: Distribution, purlType: string): string | undefined {
  const ecosystem = distribution.kind === "known" ? distribution.ecosystem : undefined;
  return ecosystem !== undefined && ecosystemsOfType[purlType]?.test(ecosystem) === true ? ecosystem : undefined;
}
