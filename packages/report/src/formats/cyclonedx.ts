/**
 * CycloneDX 1.7 JSON: components, and vulnerabilities where findings were made.
 * Source: CycloneDX specification, schema/bom-1.7.schema.json.
 */
import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import type { CvssScore, Finding, ImageInventory, Package, SeverityLabel } from "@sightline/model";
import type { ReportFormat } from "../format.ts";
import type { ScanReport } from "../scan-report.ts";

/** CycloneDX document with one component per package instance; layer and path stand in `sightline:*` properties. */
export const cycloneDxFormat: ReportFormat = {
  id: "cyclonedx",
  mediaType: "application/vnd.cyclonedx+json",
  extension: "cdx.json",
  *write(report) {
    const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot7));
    yield `${serializer.serialize(toBom(report), { sortLists: true, space: 2 })}\n`;
  },
};

function toBom(report: ScanReport): Models.Bom {
  const { inventory } = report;
  const refs = packageRefs(inventory);
  const bom = new Models.Bom({
    serialNumber: `urn:uuid:${report.serialNumber}`,
    metadata: new Models.Metadata({
      timestamp: new Date(report.generatedAt),
      tools: new Models.Tools({
        components: new Models.ComponentRepository([
          new Models.Component(Enums.ComponentType.Application, "sightline", { version: report.toolVersion }),
        ]),
      }),
      component: toImageComponent(inventory),
    }),
    components: new Models.ComponentRepository([
      ...inventory.packages.map((each) => toComponent(each, refs.get(each) ?? "")),
      ...distributionComponent(inventory),
    ]),
  });
  for (const finding of report.matches?.findings ?? []) {
    bom.vulnerabilities.add(toVulnerability(finding, refs));
  }
  return bom;
}

/** purl alone is not unique in an image: the same package may lie under two paths. */
function packageRefs(inventory: ImageInventory): Map<Package, string> {
  return new Map(inventory.packages.map((each) => [each, refOf(each)]));
}

function refOf(each: Package): string {
  return `${each.purl}#${each.locations[0].path}`;
}

function toImageComponent(inventory: ImageInventory): Models.Component {
  const { image } = inventory;
  const properties = [
    new Models.Property("sightline:image:source", image.source),
    ...(image.indexDigest === undefined ? [] : [new Models.Property("sightline:image:indexDigest", image.indexDigest)]),
    ...(image.platform === undefined
      ? []
      : [new Models.Property("sightline:image:platform", `${image.platform.os}/${image.platform.architecture}`)]),
    new Models.Property("sightline:inventory:complete", String(inventory.complete)),
    ...inventory.layers.map((layer) => new Models.Property(`sightline:layer:${layer.index}:diffId`, layer.diffId)),
  ];
  return new Models.Component(Enums.ComponentType.Container, image.name, {
    bomRef: `image:${image.digest ?? image.name}`,
    ...(image.digest === undefined ? {} : { version: image.digest }),
    properties: new Models.PropertyRepository(properties),
  });
}

function distributionComponent(inventory: ImageInventory): Models.Component[] {
  const { distribution } = inventory;
  return distribution.kind === "unknown"
    ? []
    : [
        new Models.Component(Enums.ComponentType.OperatingSystem, distribution.id, {
          bomRef: `os:${distribution.id}:${distribution.versionId}`,
          version: distribution.versionId,
          description: distribution.name,
        }),
      ];
}

function toComponent(each: Package, bomRef: string): Models.Component {
  const [first] = each.locations;
  const properties = [
    new Models.Property("sightline:path", first.path),
    new Models.Property("sightline:cataloger", each.cataloger),
    new Models.Property("sightline:confidence", each.confidence),
    ...(first.layer.kind === "layer"
      ? [
          new Models.Property("sightline:layer:index", String(first.layer.index)),
          new Models.Property("sightline:layer:diffId", first.layer.diffId),
        ]
      : []),
    ...(each.ownedBy === undefined ? [] : [new Models.Property("sightline:ownedBy", each.ownedBy)]),
    ...(each.ecosystem === undefined ? [] : [new Models.Property("sightline:ecosystem", each.ecosystem)]),
    ...(each.sourcePackage === undefined
      ? []
      : [new Models.Property("sightline:source", `${each.sourcePackage.name}@${each.sourcePackage.version}`)]),
  ];
  return new Models.Component(Enums.ComponentType.Library, each.name, {
    bomRef,
    purl: each.purl,
    ...(each.version === "" ? {} : { version: each.version }),
    licenses: new Models.LicenseRepository(each.licenses.map((name) => new Models.NamedLicense(name))),
    properties: new Models.PropertyRepository(properties),
  });
}

const severityOf: Readonly<Record<SeverityLabel, string>> = {
  critical: "critical",
  high: "high",
  medium: "medium",
  low: "low",
  negligible: "info",
  none: "none",
  unknown: "unknown",
};

const methodOf: Readonly<Record<CvssScore["version"], string>> = {
  "2.0": "CVSSv2",
  "3.0": "CVSSv3",
  "3.1": "CVSSv31",
  "4.0": "CVSSv4",
};

function toVulnerability(finding: Finding, refs: ReadonlyMap<Package, string>): Models.Vulnerability.Vulnerability {
  const bomRef = refs.get(finding.package) ?? refOf(finding.package);
  return new Models.Vulnerability.Vulnerability({
    bomRef: `finding:${finding.key}`,
    id: finding.vulnerability,
    ...(finding.summary === "" ? {} : { description: finding.summary }),
    detail: finding.reason,
    ...(finding.fix.kind === "fixed" ? { recommendation: `Upgrade to ${finding.fix.version}` } : {}),
    ratings: new Models.Vulnerability.RatingRepository([
      new Models.Vulnerability.Rating({
        severity: severityOf[finding.severity] as Enums.Vulnerability.Severity,
        source: new Models.Vulnerability.Source({ name: finding.severitySource }),
      }),
      ...finding.cvss.map(
        (score) =>
          new Models.Vulnerability.Rating({
            score: score.baseScore,
            vector: score.vector,
            method: methodOf[score.version] as Enums.Vulnerability.RatingMethod,
            source: new Models.Vulnerability.Source({ name: score.source }),
          }),
      ),
    ]),
    references: new Models.Vulnerability.ReferenceRepository(
      finding.ids
        .filter((id) => id !== finding.vulnerability)
        .map((id) => new Models.Vulnerability.Reference(id, new Models.Vulnerability.Source({ name: "OSV" }))),
    ),
    affects: new Models.Vulnerability.AffectRepository([new Models.Vulnerability.Affect(new Models.BomRef(bomRef))]),
    properties: new Models.PropertyRepository([
      new Models.Property("sightline:status", finding.status),
      new Models.Property("sightline:fix", finding.fix.kind),
      ...(finding.kev === undefined ? [] : [new Models.Property("sightline:kev:dateAdded", finding.kev.dateAdded)]),
    ]),
  });
}
