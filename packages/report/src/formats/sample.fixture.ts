/** A small scan for the formats' tests: two layers, a fixed, an unfixed and an undecided finding, hostile text. */
import {
  type Finding,
  type ImageInventory,
  type LayerAttribution,
  type Package,
  toDigest,
  toFindingKey,
} from "@sightline/model";
import type { ScanReport } from "../scan-report.ts";

function digestOf(character: string): NonNullable<ReturnType<typeof toDigest>> {
  const digest = toDigest(`sha256:${character.repeat(64)}`);
  if (digest === undefined) {
    throw new Error("fixture digest is malformed");
  }
  return digest;
}

const lower: LayerAttribution = { kind: "layer", diffId: digestOf("a"), digest: digestOf("b"), index: 0 };
const upper: LayerAttribution = { kind: "layer", diffId: digestOf("c"), digest: digestOf("d"), index: 1 };

const openssl: Package = {
  purl: "pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&distro=debian-12",
  type: "deb",
  name: "libssl3",
  version: "3.0.9-1",
  architecture: "amd64",
  scheme: "deb",
  sourcePackage: { name: "openssl", version: "3.0.9-1" },
  ecosystem: "Debian:12",
  locations: [{ path: "/var/lib/dpkg/status", layer: lower }],
  changes: [{ layerIndex: 0, change: "introduced", version: "3.0.9-1" }],
  licenses: [],
  cataloger: "dpkg",
  confidence: "high",
};

const hostile: Package = {
  purl: "pkg:npm/evil@1.0.0",
  type: "npm",
  name: "evil\u001b[31m\u202e",
  version: "1.0.0",
  scheme: "npm",
  ecosystem: "npm",
  locations: [{ path: "/app/node_modules/evil/package.json", layer: upper }],
  changes: [{ layerIndex: 1, change: "introduced", version: "1.0.0" }],
  licenses: ["MIT"],
  cataloger: "npm",
  confidence: "high",
};

const inventory: ImageInventory = {
  format: 1,
  image: {
    source: "registry",
    name: "registry.example/shop/web:1.2",
    digest: digestOf("e"),
    platform: { os: "linux", architecture: "amd64" },
  },
  distribution: {
    kind: "known",
    id: "debian",
    versionId: "12",
    name: "Debian GNU/Linux 12 (bookworm)",
    ecosystem: "Debian:12",
  },
  configuration: {
    user: "",
    environment: [],
    exposedPorts: [],
    entrypoint: [],
    command: [],
    workingDirectory: "",
    volumes: [],
    labels: {},
    healthcheck: "absent",
    history: [],
  },
  layers: [lower, upper].map((layer) => ({
    digest: layer.digest,
    diffId: layer.diffId,
    mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
    compression: "gzip",
    sizeBytes: 1000,
    index: layer.index,
  })),
  packages: [openssl, hostile],
  misconfigurations: [
    {
      check: "image-user-root",
      title: "Runs as root",
      severity: "medium",
      detail: "no USER is set, so the entrypoint runs as root",
      layer: upper,
      remediation: "Add USER with an unprivileged user.",
      references: ["CIS-DI-0001"],
    },
  ],
  catalogerRuns: [{ cataloger: "dpkg", version: 1, status: "succeeded", files: 1, packages: 1, problems: [] }],
  problems: [],
  complete: true,
};

function findingOf(overrides: Pick<Finding, "vulnerability" | "package" | "severity"> & Partial<Finding>): Finding {
  return {
    key: toFindingKey(`${overrides.vulnerability}-${overrides.package.name}`),
    ids: [overrides.vulnerability],
    summary: "What goes wrong, in one line.",
    status: "affected",
    reason: "3.0.9-1 is before 3.0.11-1",
    fix: { kind: "none" },
    severitySource: "osv",
    severities: [],
    cvss: [],
    evidence: [],
    ...overrides,
  };
}

/** The report the golden files show. */
export const sampleReport: ScanReport = {
  inventory,
  matches: {
    findings: [
      findingOf({ vulnerability: "CVE-2023-0001", package: hostile, severity: "low" }),
      findingOf({
        vulnerability: "CVE-2023-5363",
        package: openssl,
        severity: "critical",
        ids: ["CVE-2023-5363", "DSA-5532-1"],
        fix: { kind: "fixed", version: "3.0.11-1~deb12u2" },
        cvss: [
          {
            vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
            version: "3.1",
            baseScore: 7.5,
            source: "nvd",
          },
        ],
        kev: {
          cve: "CVE-2023-5363",
          dateAdded: "2023-11-01",
          dueDate: "2023-11-22",
          ransomware: false,
          requiredAction: "Apply updates.",
        },
      }),
      findingOf({
        vulnerability: "CVE-2023-0002",
        package: hostile,
        severity: "unknown",
        status: "unknown",
        reason: "the installed version cannot be compared",
        fix: { kind: "unknown" },
      }),
    ],
    warnings: [
      {
        purl: "pkg:cargo/old@1.0.0",
        advisory: "RUSTSEC-2020-0001",
        class: "unmaintained",
        summary: "Nobody keeps it up.",
      },
    ],
    unmatched: [{ purl: "pkg:generic/x", reason: "no version" }],
    database: { generation: "g1", builtAt: "2026-01-01T00:00:00Z" },
  },
  generatedAt: "2026-01-02T03:04:05.000Z",
  serialNumber: "3e671687-395b-41f5-a30f-a58921a69b79",
  toolVersion: "0.1.0",
};
