/** Findings and inventories to go with the estate of `shop-estate.ts`. */
import {
  type Digest,
  type Finding,
  type ImageInventory,
  inventoryFormat,
  type Package,
  toFindingKey,
} from "@sightline/model";
import { images } from "./shop-resources.ts";

/** CVSS vectors by what they say. */
export const vectors = {
  network: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
  networkWithAccount: "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
  fileOpened: "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H",
  localUser: "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
  byHand: "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
} as const;

/** A package, as far as verdicts read it. */
export function toPackage(type: string, name: string, sourceName?: string): Package {
  return {
    purl: `pkg:${type}/${name}@1.0.0`,
    type,
    name,
    version: "1.0.0",
    scheme: type === "deb" ? "deb" : "npm",
    ...(sourceName === undefined ? {} : { sourcePackage: { name: sourceName, version: "1.0.0" } }),
    locations: [{ path: `/lib/${name}`, layer: { kind: "unknown", reason: "sbom" } }],
    changes: [],
    licenses: [],
    cataloger: "dpkg",
    confidence: "high",
  };
}

/** A finding. */
export function toFinding(
  image: Digest,
  of: {
    readonly package: Package;
    readonly id?: string;
    readonly vector?: string;
    readonly status?: Finding["status"];
  },
): Finding {
  const id = of.id ?? "CVE-2099-0001";
  return {
    key: toFindingKey(`f_${image.slice(7, 11)}_${of.package.name}_${id}`),
    imageDigest: image,
    package: of.package,
    vulnerability: id,
    ids: [id],
    summary: "",
    status: of.status ?? "affected",
    reason: of.status === "unknown" ? "the package has no version" : "1.0.0 is before 2.0.0, the fixed version",
    fix: { kind: "fixed", version: "2.0.0" },
    severity: "critical",
    severitySource: "nvd",
    severities: [],
    cvss: of.vector === undefined ? [] : [{ vector: of.vector, version: "3.1", baseScore: 9.8, source: "nvd" }],
    evidence: [
      {
        advisory: id,
        ecosystem: "npm",
        packageName: of.package.name,
        comparedVersion: "1.0.0",
        scheme: "npm",
        reason: "1.0.0 is before 2.0.0, the fixed version",
        source: "osv",
      },
    ],
  };
}

export const packages = {
  express: toPackage("npm", "express"),
  libxml2: toPackage("deb", "libxml2"),
  curl: toPackage("deb", "curl"),
  sudo: toPackage("deb", "sudo"),
  headers: toPackage("deb", "linux-libc-dev", "linux"),
  libssl: toPackage("deb", "libssl3", "openssl"),
  nginx: toPackage("deb", "nginx"),
  stranger: toPackage("npm", "never-heard-of"),
} as const;

/** An inventory of one image of the shop. */
export function toInventory(digest: Digest, repository: string, contents: readonly Package[] = []): ImageInventory {
  return {
    format: inventoryFormat,
    image: {
      source: "registry",
      name: `contoso.azurecr.io/${repository}:1`,
      reference: { registry: "contoso.azurecr.io", repository, tag: "1", digest },
      digest,
      platform: { os: "linux", architecture: "amd64" },
    },
    distribution: { kind: "unknown", reason: "test" },
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
    layers: [],
    packages: contents,
    misconfigurations: [],
    catalogerRuns: [],
    problems: [],
    complete: true,
  };
}

/** One inventory for each image. */
export const inventories: readonly ImageInventory[] = Object.entries(images).map(([name, digest]) =>
  toInventory(digest, `shop/${name}`),
);
