/** Records in OSV form, whoever published them: the content of the OSV bucket. */
import type { Advisory, AffectedPackage, Severity, SeverityLabel } from "@sightline/model";
import { toSchemeId } from "@sightline/versions";
import { toEcosystem } from "../../package-key.ts";
import { toCvssSeverity, toSeverityLabel } from "../../severity-label.ts";
import type { AdvisorySource, DataOrigin, Normalised, NormaliseNote, Reject } from "../../source.ts";
import { osvOrigins, otherOsvOrigin } from "./origins.data.ts";
import { toRanges } from "./osv-ranges.ts";
import {
  affectedSchema,
  namedSchema,
  type OsvAffected,
  type OsvRecord,
  recordSchema,
  severitySchema,
} from "./osv-record.ts";

const originByPrefix = new Map(osvOrigins.flatMap((origin) => origin.prefixes.map((prefix) => [prefix, origin])));
/** Longest first, so that `DEBIAN-CVE-` is not taken for a shorter prefix. */
const prefixes = [...originByPrefix.keys()].sort((a, b) => b.length - a.length);

/** Who published the record with this id. */
function toOrigin(recordId: string): DataOrigin {
  const prefix = prefixes.find((candidate) => recordId.startsWith(candidate));
  return (prefix === undefined ? undefined : originByPrefix.get(prefix)) ?? otherOsvOrigin;
}

/** The publisher an advisory names as its source. */
export function findOsvOrigin(source: string): DataOrigin {
  return osvOrigins.find((origin) => origin.id === source) ?? otherOsvOrigin;
}

/** Bug-fix (BA) and enhancement (EA) notices of the Red Hat family carry no vulnerability of their own. */
const noVulnerability = /^(?:AL|RH|RL|RX)(?:BA|EA)-/;

function normalise(raw: unknown, place: string): Normalised {
  const parsed = recordSchema.safeParse(raw);
  if (!parsed.success) {
    return { facts: [], rejects: [{ id: readId(raw) ?? place, reason: explainIssues(parsed.error) }], notes: [] };
  }
  const record = parsed.data;
  const { id, modified } = record;
  if (record.withdrawn !== undefined) {
    return { facts: [{ kind: "dropped", id, reason: "withdrawn", modified }], rejects: [], notes: [] };
  }
  if (noVulnerability.test(id)) {
    return { facts: [{ kind: "dropped", id, reason: "not-a-vulnerability", modified }], rejects: [], notes: [] };
  }
  return toAdvisory(record);
}

function toAdvisory(record: OsvRecord): Normalised {
  const { id, modified } = record;
  const origin = toOrigin(id).id;
  const rejects: Reject[] = [];
  const notes: NormaliseNote[] = [];
  const affected: AffectedPackage[] = [];
  for (const [index, one] of (record.affected ?? []).entries()) {
    const parsed = affectedSchema.safeParse(one);
    if (!parsed.success) {
      rejects.push({ id, reason: `affected[${index}]: ${explainIssues(parsed.error)}` });
      affected.push(...toUndecided(one));
    } else if (parsed.data.package) {
      affected.push(toAffectedPackage(parsed.data, { ...parsed.data.package, origin, notes }));
    }
  }
  if (affected.length === 0) {
    // Only commits, or nothing at all, or nothing readable: then the rejects say so and there is nothing to add.
    const facts = rejects.length > 0 ? [] : [{ kind: "dropped", id, reason: "no-package", modified } as const];
    return { facts, rejects, notes };
  }
  const advisory: Advisory = {
    id,
    aliases: record.aliases,
    upstream: record.upstream,
    related: record.related,
    summary: toSummary(record),
    ...(record.published === undefined ? {} : { published: record.published }),
    modified,
    severity: toRecordSeverity(record, origin, notes),
    affected,
    references: toReferences(record.references),
    source: origin,
  };
  return { facts: [{ kind: "advisory", advisory }], rejects, notes };
}

/**
 * A package that is named, but not readably what of it is affected, stays in the advisory without ranges and versions:
 * then nobody can say that a version is not affected.
 */
function toUndecided(raw: unknown): readonly AffectedPackage[] {
  const named = namedSchema.safeParse(raw);
  if (!named.success) {
    return [];
  }
  const { ecosystem, name } = named.data.package;
  return [{ ecosystem: toEcosystem(ecosystem), name, ranges: [], versions: [], severity: [] }];
}

interface PackageContext {
  readonly ecosystem: string;
  readonly name: string;
  readonly origin: string;
  readonly notes: NormaliseNote[];
}

function toAffectedPackage(affected: OsvAffected, { ecosystem, name, origin, notes }: PackageContext): AffectedPackage {
  const spelled = toEcosystem(ecosystem);
  if (toSchemeId(spelled) === "opaque") {
    notes.push("ecosystem-unknown");
  }
  const urgency = readText(affected.ecosystem_specific?.["urgency"]);
  const informational = readText(affected.database_specific?.["informational"]);
  const binaries = readBinaries(affected.ecosystem_specific?.["binaries"]);
  return {
    ecosystem: spelled,
    name,
    ranges: toRanges(affected, notes),
    versions: affected.versions ?? [],
    severity: toSeverities(affected.severity, origin, notes),
    ...(urgency === undefined ? {} : { urgency }),
    ...(informational === undefined ? {} : { informational }),
    ...(binaries.length === 0 ? {} : { binaries }),
  };
}

/** Names of binary packages. Ubuntu writes a list of {binary_name, binary_version}, SUSE a list of {name: version}. */
function readBinaries(value: unknown): readonly string[] {
  const names = (Array.isArray(value) ? value : []).flatMap((one: unknown) => {
    if (typeof one !== "object" || one === null) {
      return [];
    }
    return "binary_name" in one ? (readText(one.binary_name) ?? []) : Object.keys(one);
  });
  return [...new Set(names)];
}

function toSeverities(
  statements: readonly unknown[] = [],
  origin: string,
  notes: NormaliseNote[],
): readonly Severity[] {
  const severities: Severity[] = [];
  const seen = new Set<string>();
  for (const statement of statements) {
    const parsed = severitySchema.safeParse(statement);
    const severity = parsed.success ? toSeverity(parsed.data, origin) : undefined;
    const key = parsed.success ? `${parsed.data.type} ${parsed.data.score}` : "";
    if (severity === undefined) {
      notes.push("severity-unreadable");
    } else if (!seen.has(key)) {
      seen.add(key);
      severities.push(severity);
    }
  }
  return severities;
}

/** Types other than CVSS (`Ubuntu`) carry a word as their score. */
function toSeverity({ type, score }: { type: string; score: string }, origin: string): Severity | undefined {
  return type.startsWith("CVSS_") ? toCvssSeverity(score, origin) : toLabel(toSeverityLabel(score), origin);
}

function toLabel(label: SeverityLabel | undefined, source: string): Severity | undefined {
  return label === undefined ? undefined : { kind: "label", label, source };
}

/** Distributions of the Red Hat family begin a notice's summary with its rating: `Important: openssl security update`. */
const rating = /^(Critical|Important|Moderate|Low):/;
const ratedOrigins = new Set(["almalinux", "rocky", "red-hat"]);

function toRecordSeverity(record: OsvRecord, origin: string, notes: NormaliseNote[]): readonly Severity[] {
  const stated = toSeverities(record.severity, origin, notes);
  const word = readText(record.database_specific?.["severity"]);
  const rated = ratedOrigins.has(origin) ? rating.exec(record.summary ?? "")?.[1] : undefined;
  const label = toLabel(toSeverityLabel(word ?? rated ?? ""), origin);
  return label === undefined ? stated : [...stated, label];
}

const summaryMax = 300;

/** The record's own, or how its details begin: many records have only those. */
function toSummary({ summary = "", details = "" }: OsvRecord): string {
  const own = summary.trim() === "" ? (/^\s*([^\n]*)/.exec(details)?.[1] ?? "").trim() : summary.trim();
  return own.length <= summaryMax ? own : `${own.slice(0, summaryMax - 1)}…`;
}

const referencesMax = 64;

/** Web addresses only, since pages turn them into links. */
function toReferences(references: readonly unknown[] = []): readonly string[] {
  const urls = new Set<string>();
  for (const reference of references) {
    const url = typeof reference === "object" && reference !== null && "url" in reference ? reference.url : undefined;
    if (typeof url === "string" && /^https?:\/\//i.test(url) && urls.size < referencesMax) {
      urls.add(url);
    }
  }
  return [...urls];
}

function readText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function readId(raw: unknown): string | undefined {
  return typeof raw === "object" && raw !== null && "id" in raw ? readText(raw.id)?.slice(0, 256) : undefined;
}

/** The first fault, with the place it stands at: enough to find it. */
function explainIssues({ issues }: { readonly issues: readonly { path: PropertyKey[]; message: string }[] }): string {
  const [first] = issues;
  const place = first === undefined ? "" : first.path.map(String).join(".");
  return `${place === "" ? "record" : place}: ${first?.message ?? "unreadable"}`;
}

/** The OSV bucket: ecosystems as folders, records as files named by their id. */
export const osvSource: AdvisorySource = {
  id: "osv",
  name: "OSV",
  licence: "as stated by each record's publisher",
  attribution: "Advisories in OSV form, collected by OSV (osv.dev) from the publishers named with each.",
  url: "https://osv.dev",
  delivery: { kind: "bucket" },
  normalise,
};
