/** What is known about a finding wherever it runs: present, able to run, how delivered, with which privileges. */
import type { EvidenceId, Fact, Finding, ImageInventory, Truth } from "@sightline/model";
import { type AttackerMetrics, readAttackerMetrics } from "../cvss-metrics.ts";
import { toJson } from "../evidence.ts";
import { endOfTime } from "../freshness.ts";
import { type Delivery, judgeDelivery } from "../knowledge/delivery.ts";
import { knowledgeVersion, lookUpOverride, lookUpRole } from "../knowledge/knowledge.ts";
import { isExecutableRole, type RoleEntry } from "../knowledge/role.ts";
import { missing, remedyForKnowledge, updateDatabase } from "../remedies.ts";
import { type FactContext, toKnownFact, toUnknownFact } from "./fact.ts";

/** The advisory database the findings come from. */
export interface DatabaseState {
  readonly generation: string;
  /** When it was last found to be current (built, or checked against its sources without change), ISO 8601. */
  readonly checkedAt: string;
}

/** A {@link FactContext} with what facts about components rest on. */
export interface ComponentContext extends FactContext {
  readonly database: DatabaseState;
  /** From when to when the database's word is taken. */
  readonly databaseTimes: { readonly observedAt: string; readonly validUntil: string };
}

/** The facts of one finding, the same in every workload. */
export interface ComponentFacts {
  readonly facts: readonly Fact[];
  readonly delivery: Delivery;
  readonly entry: RoleEntry | undefined;
  readonly metrics: readonly AttackerMetrics[];
  /** How this very flaw is met, where that is known: the rest of a sentence that starts with `the flaw`. */
  readonly flawNote: string | undefined;
  /** Evidence by what it says, for the sentence. */
  readonly evidence: { readonly match: EvidenceId; readonly role: EvidenceId; readonly delivery: EvidenceId };
}

/** Builds them. `listener` is the purl of a server in the image that terminates TLS with the distribution's library. */
export function judgeComponent(
  context: ComponentContext,
  finding: Finding,
  listener: string | undefined,
): ComponentFacts {
  const entry = lookUpRole({
    type: finding.package.type,
    name: finding.package.name,
    sourceName: finding.package.sourcePackage?.name,
  });
  const metrics = readAttackerMetrics(finding);
  const override = lookUpOverride(finding.ids);
  const delivery = judgeDelivery({ entry, override, metrics, listener });
  const match = fileMatch(context, finding);
  const role = fileRole(context, finding, entry);
  const how = fileDelivery(context, finding, { delivery, metrics, source: override?.source ?? entry?.source });
  return {
    facts: [
      toPresent(context, finding, match),
      toKnownFact(context, "executable", entry === undefined || isExecutableRole(entry) ? "T" : "F", [role]),
      toInboundOnly(context, finding, { delivery, how, entry }),
      toNeedsPrivilege(context, finding, metrics),
    ],
    delivery,
    entry,
    metrics,
    flawNote: override?.note,
    evidence: { match, role, delivery: how },
  };
}

/** purl of the first server in an inventory that terminates TLS with the distribution's own library. */
export function findTlsListener(inventory: ImageInventory | undefined): string | undefined {
  return inventory?.packages.find(
    ({ type, name, sourcePackage }) =>
      lookUpRole({ type, name, sourceName: sourcePackage?.name })?.terminatesTls === true,
  )?.purl;
}

function toPresent(context: FactContext, finding: Finding, match: EvidenceId): Fact {
  return finding.status === "affected"
    ? toKnownFact(context, "present", "T", [match])
    : toUnknownFact("present", [match], missing("present", "unsupported", finding.reason, updateDatabase));
}

function toInboundOnly(
  context: FactContext,
  finding: Finding,
  { delivery, how, entry }: { delivery: Delivery; how: EvidenceId; entry: RoleEntry | undefined },
): Fact {
  if (delivery.inboundOnly !== "U") {
    return toKnownFact(context, "inboundOnly", delivery.inboundOnly, [how]);
  }
  return toUnknownFact("inboundOnly", [how], missingDelivery(finding, delivery, entry));
}

/** How the flaw is delivered is not known: says what is, and where it could be said. */
export function missingDelivery(
  finding: Finding,
  delivery: Delivery,
  entry: RoleEntry | undefined,
): ReturnType<typeof missing> {
  const { type, name } = finding.package;
  const detail =
    delivery.modes.length === 1
      ? `whether a connection is the only way to trigger the flaw in ${name} is not known`
      : `whether the flaw in ${name} is met by ${delivery.modes.map((mode) => modeWords[mode]).join(", ")} is not known`;
  return missing("inboundOnly", entry === undefined ? "absent" : "unsupported", detail, remedyForKnowledge(type, name));
}

const modeWords = {
  inbound: "a connection to it",
  outbound: "an answer to it",
  data: "data it processes",
  local: "code in the workload",
  physical: "hand",
} as const;

function toNeedsPrivilege(context: FactContext, finding: Finding, metrics: readonly AttackerMetrics[]): Fact {
  if (metrics.length === 0) {
    const detail = `no source gives a CVSS vector for ${finding.vulnerability}`;
    return toUnknownFact("needsPrivilege", [], missing("needsPrivilege", "absent", detail, updateDatabase));
  }
  const vectors = metrics.map(({ vector, source }) => toJson({ vector, source }));
  const id = context.book.remember(JSON.stringify(["vectors", finding.vulnerability, vectors]), () => ({
    kind: "vulnerability.vectors",
    subject: finding.vulnerability,
    value: { vectors },
    observedAt: startOfTime,
    validUntil: endOfTime,
    source: { collector: "matching", version: 1, api: "scan", apiVersion: "1", scope: finding.vulnerability },
    coverage: [],
  }));
  // Where sources differ, the least privilege that any of them asks for counts: nothing says the attacker needs more.
  const truth: Truth = metrics.every(({ needsPrivileges }) => needsPrivileges) ? "T" : "F";
  return toKnownFact(context, "needsPrivilege", truth, [id]);
}

/** Knowledge has no moment of observation: its version says which it is, and the version stands in the source. */
const startOfTime = "1970-01-01T00:00:00.000Z";

function fileMatch(context: ComponentContext, finding: Finding): EvidenceId {
  return context.book.add({
    kind: "scan.match",
    subject: finding.imageDigest ?? finding.package.purl,
    value: toJson({
      finding: finding.key,
      vulnerability: finding.vulnerability,
      ids: finding.ids,
      purl: finding.package.purl,
      path: finding.package.locations[0].path,
      status: finding.status,
      reason: finding.reason,
      matches: finding.evidence.map(({ advisory, ecosystem, packageName, comparedVersion, reason, source }) => ({
        advisory,
        ecosystem,
        packageName,
        comparedVersion,
        reason,
        source,
      })),
    }),
    observedAt: context.databaseTimes.observedAt,
    validUntil: context.databaseTimes.validUntil,
    source: {
      collector: finding.package.cataloger,
      version: 1,
      api: "scan",
      apiVersion: context.database.generation,
      scope: finding.imageDigest ?? finding.package.purl,
    },
    coverage: [],
  });
}

function knowledgeSource(scope: string): {
  collector: string;
  version: number;
  api: string;
  apiVersion: string;
  scope: string;
} {
  return { collector: "knowledge", version: 1, api: "knowledge", apiVersion: knowledgeVersion, scope };
}

function fileRole(context: FactContext, finding: Finding, entry: RoleEntry | undefined): EvidenceId {
  return context.book.remember(`role ${finding.package.purl}`, () => ({
    kind: "knowledge.role",
    subject: finding.package.purl,
    value: toJson({
      purl: finding.package.purl,
      role: entry?.role ?? "unknown",
      executable: entry === undefined || isExecutableRole(entry),
      note: entry?.note ?? "holds files, and nothing known says that they cannot run",
      source: entry?.source,
    }),
    observedAt: startOfTime,
    validUntil: endOfTime,
    source: knowledgeSource(finding.package.purl),
    coverage: [],
  }));
}

function fileDelivery(
  context: FactContext,
  finding: Finding,
  known: { delivery: Delivery; metrics: readonly AttackerMetrics[]; source: string | undefined },
): EvidenceId {
  const key = JSON.stringify(["delivery", finding.vulnerability, finding.package.purl, known]);
  return context.book.remember(key, () => ({
    kind: "knowledge.delivery",
    subject: finding.vulnerability,
    value: toJson({
      vulnerability: finding.vulnerability,
      purl: finding.package.purl,
      modes: known.delivery.modes,
      inboundOnly: known.delivery.inboundOnly,
      reason: known.delivery.reason,
      vectors: known.metrics.map(({ vector }) => vector),
      source: known.source,
    }),
    observedAt: startOfTime,
    validUntil: endOfTime,
    source: knowledgeSource(finding.package.purl),
    coverage: [],
  }));
}
