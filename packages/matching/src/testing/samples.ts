/** Hand-written packages, advisories and an in-memory lookup for the tests of this room. */
import {
  type Advisory,
  type AffectedPackage,
  type ImageInventory,
  type KevEntry,
  type Package,
  type RangeEvent,
  type Severity,
  toDigest,
  type VersionSchemeId,
} from "@sightline/model";
import { toPackageKey } from "@sightline/vulndb";
import type { AdvisoryLookup } from "../judge-group.ts";

/** Digest of the sample image. */
export const sampleDigest = toDigest(`sha256:${"a".repeat(64)}`);

type PackageFields = Partial<Package> & Pick<Package, "name" | "version">;

function createPackage(type: string, scheme: VersionSchemeId, fields: PackageFields): Package {
  return {
    purl: `pkg:${type}/${fields.name}@${fields.version}`,
    type,
    scheme,
    locations: [{ path: `/lib/${type}/db`, layer: { kind: "unknown", reason: "rootfs" } }],
    changes: [],
    licenses: [],
    cataloger: type,
    confidence: "high",
    ...fields,
  };
}

/** A Debian 12 package, its own source unless `sourcePackage` says otherwise. */
export function debPackage(fields: PackageFields): Package {
  return createPackage("deb", "deb", { ecosystem: "Debian:12", ...fields });
}

/** An Alpine 3.20 package. */
export function apkPackage(fields: PackageFields): Package {
  return createPackage("apk", "apk", { ecosystem: "Alpine:v3.20", ...fields });
}

/** An npm package. */
export function npmPackage(fields: PackageFields): Package {
  return createPackage("npm", "npm", { ecosystem: "npm", ...fields });
}

/** A Python package. */
export function pypiPackage(fields: PackageFields): Package {
  return createPackage("pypi", "pep440", { ecosystem: "PyPI", ...fields });
}

/** An image with these packages, on Debian 12 unless told otherwise. */
export function createInventory(packages: readonly Package[], fields: Partial<ImageInventory> = {}): ImageInventory {
  return {
    format: 1,
    image: { source: "registry", name: "registry.example/app:1", ...(sampleDigest ? { digest: sampleDigest } : {}) },
    distribution: { kind: "known", id: "debian", versionId: "12", name: "Debian 12", ecosystem: "Debian:12" },
    configuration: {
      user: "",
      environment: [],
      exposedPorts: [],
      entrypoint: [],
      command: [],
      workingDirectory: "/",
      volumes: [],
      labels: {},
      healthcheck: "absent",
      history: [],
    },
    layers: [],
    packages,
    misconfigurations: [],
    catalogerRuns: [],
    problems: [],
    complete: true,
    ...fields,
  };
}

/** `>=1.0 <2.0` in short: introduced, and optionally fixed. */
export function fixedIn(fixed: string, introduced = "0"): AffectedPackage["ranges"] {
  return [{ events: [{ introduced }, { fixed }] }];
}

/** One range over these events. */
export function rangeOf(...events: readonly RangeEvent[]): AffectedPackage["ranges"] {
  return [{ events }];
}

/** An entry of `affected`; of every version unless ranges say otherwise. */
export function createAffected(
  ecosystem: string,
  name: string,
  fields: Partial<AffectedPackage> = {},
): AffectedPackage {
  return { ecosystem, name, ranges: [{ events: [{ introduced: "0" }] }], versions: [], severity: [], ...fields };
}

/** An advisory about the given entries. */
export function createAdvisory(
  id: string,
  affected: readonly AffectedPackage[],
  fields: Partial<Advisory> = {},
): Advisory {
  return {
    id,
    aliases: [],
    upstream: [],
    related: [],
    summary: `About ${id}`,
    modified: "2026-01-01T00:00:00Z",
    severity: [],
    affected,
    references: [],
    source: "osv",
    ...fields,
  };
}

/** What a lookup knows besides advisories. */
export interface LookupExtras {
  readonly kev?: readonly KevEntry[];
  readonly cvss?: Readonly<Record<string, readonly Severity[]>>;
  /** Ecosystems covered without an advisory. */
  readonly ecosystems?: readonly string[];
}

/** A lookup over advisories in memory, with the database's own idea of which names are the same. */
export function createLookup(advisories: readonly Advisory[], extras: LookupExtras = {}): AdvisoryLookup {
  const ecosystems = new Set([
    ...(extras.ecosystems ?? []),
    ...advisories.flatMap(({ affected }) => affected.map(({ ecosystem }) => ecosystem)),
  ]);
  return {
    generation: "20260101T000000Z-0123456789abcdef",
    builtAt: "2026-01-01T00:00:00Z",
    advisoriesFor: (ecosystem, name) =>
      advisories.flatMap((advisory) => {
        const key = toPackageKey(ecosystem, name);
        const affected = advisory.affected.filter((entry) => toPackageKey(entry.ecosystem, entry.name) === key);
        return affected.length === 0 ? [] : [{ ...advisory, affected }];
      }),
    kevFor: (cve) => extras.kev?.find((entry) => entry.cve === cve),
    cvssFor: (cve) => extras.cvss?.[cve] ?? [],
    status: () => ({ ecosystems: [...ecosystems].map((ecosystem) => ({ ecosystem })) }),
  };
}

/** A CVSS statement. */
export function cvssOf(vector: string, source = "osv"): Severity {
  const version = /^CVSS:(3\.0|3\.1|4\.0)\//.exec(vector)?.[1];
  return {
    kind: "cvss",
    version: version === "3.0" || version === "3.1" || version === "4.0" ? version : "2.0",
    vector,
    source,
  };
}
