/** The shape of a proof bundle, as far as the check reads it: own types, so that no mistake is shared with who wrote it. */
import { isObject, type JsonObject, type JsonValue, listOf, member, textOf, textsOf } from "./json.ts";

/** True, false, unknown. */
export type Truth = "T" | "F" | "U";

/** A bundle as it is handed in; everything in it is checked again at run time. */
export interface VerifiableBundle {
  readonly format: number;
  readonly verdict: { readonly id: string; readonly class: string };
  readonly evidence: readonly { readonly id: string; readonly kind: string }[];
  readonly coverage: readonly { readonly id: string; readonly complete: boolean }[];
}

/** Evidence, read. */
export interface Evidence {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly value: JsonValue;
  readonly observedAt: number;
  readonly validUntil: number;
  readonly coverage: readonly string[];
  /** Everything but the id: what the id is the hash of. */
  readonly body: JsonObject;
}

/** A coverage record, read. */
export interface Coverage {
  readonly id: string;
  readonly scope: string;
  readonly kind: string;
  readonly complete: boolean;
  readonly endedAt: number;
  readonly body: JsonObject;
}

/** A fact, read. */
export interface Fact {
  readonly name: string;
  readonly truth: Truth;
  readonly because: readonly string[];
  readonly hasMissing: boolean;
}

/** A node of the proof, read. */
export interface ProofNode {
  readonly rule: string;
  readonly truth: Truth;
  readonly note: string;
  readonly nodes: readonly ProofNode[];
  readonly evidence: readonly string[];
}

/** What the verdict is about, read. */
export interface Unit {
  readonly finding: string;
  readonly vulnerability: string;
  readonly purl: string;
  readonly path: string;
  readonly imageDigest: string;
  readonly workload: string;
  readonly container: string;
}

/** A bundle, read. */
export interface Bundle {
  readonly format: JsonValue | undefined;
  readonly verdict: {
    readonly id: string;
    readonly class: string;
    readonly floor: string;
    readonly ceiling: string;
    readonly unit: Unit;
    readonly unitBody: JsonValue;
    readonly facts: readonly Fact[];
    readonly positions: readonly {
      readonly position: string;
      readonly truth: Truth;
      readonly because: readonly string[];
    }[];
    readonly missingCount: number;
    readonly proof: ProofNode;
    readonly sentence: string;
    readonly wording: readonly { readonly text: string; readonly evidence: string }[];
    readonly rulesVersion: string;
    readonly inputsHash: string;
    readonly computedAt: number;
    readonly validUntil: number;
    /** Everything but the seal. */
    readonly body: JsonObject;
  };
  readonly evidence: ReadonlyMap<string, Evidence>;
  readonly coverage: ReadonlyMap<string, Coverage>;
  /** Ids that stand twice. */
  readonly repeated: readonly string[];
}

/** Reads a bundle; nothing when a part it cannot do without is not there. */
export function readBundle(value: JsonValue): Bundle | undefined {
  const verdict = member(value, "verdict");
  const unit = member(verdict, "unit");
  const proof = readNode(member(verdict, "proof"));
  const facts = wholeList(listOf(verdict, "facts").map(readFact));
  const evidence = wholeList(listOf(value, "evidence").map(readEvidence));
  const coverage = wholeList(listOf(value, "coverage").map(readCoverage));
  if (!isObject(verdict) || !isObject(unit) || proof === undefined) {
    return undefined;
  }
  if (facts === undefined || evidence === undefined || coverage === undefined) {
    return undefined;
  }
  const { inputsHash: _, ...body } = verdict;
  return {
    format: member(value, "format"),
    verdict: {
      id: textOf(verdict, "id"),
      class: textOf(verdict, "class"),
      floor: textOf(verdict, "floor"),
      ceiling: textOf(verdict, "ceiling"),
      unit: readUnit(unit),
      unitBody: unit,
      facts,
      positions: listOf(verdict, "positions").map((item) => ({
        position: textOf(item, "position"),
        truth: readTruth(item) ?? "U",
        because: textsOf(item, "because"),
      })),
      missingCount: listOf(verdict, "missing").length,
      proof,
      sentence: textOf(verdict, "sentence"),
      wording: listOf(verdict, "wording").map((part) => ({
        text: textOf(part, "text"),
        evidence: textOf(part, "evidence"),
      })),
      rulesVersion: textOf(verdict, "rulesVersion"),
      inputsHash: textOf(verdict, "inputsHash"),
      computedAt: readTime(verdict, "computedAt"),
      validUntil: readTime(verdict, "validUntil"),
      body,
    },
    evidence: new Map(evidence.map((piece) => [piece.id, piece])),
    coverage: new Map(coverage.map((record) => [record.id, record])),
    repeated: [...repeatedIds(evidence), ...repeatedIds(coverage)],
  };
}

/** The list, when none of its items failed to be read. */
function wholeList<T>(items: readonly (T | undefined)[]): readonly T[] | undefined {
  const read = items.filter((item) => item !== undefined);
  return read.length === items.length ? read : undefined;
}

function repeatedIds(items: readonly { readonly id: string }[]): readonly string[] {
  const ids = items.map(({ id }) => id);
  return ids.filter((id, index) => ids.indexOf(id) !== index);
}

function readUnit(unit: JsonObject): Unit {
  return {
    finding: textOf(unit, "finding"),
    vulnerability: textOf(unit, "vulnerability"),
    purl: textOf(unit, "purl"),
    path: textOf(unit, "path"),
    imageDigest: textOf(unit, "imageDigest"),
    workload: textOf(unit, "workload"),
    container: textOf(unit, "container"),
  };
}

function readTruth(value: JsonValue | undefined): Truth | undefined {
  const text = textOf(value, "truth");
  return text === "T" || text === "F" || text === "U" ? text : undefined;
}

/** Not a number when it is no instant; every comparison with it is false, so no check passes by accident. */
function readTime(value: JsonValue | undefined, key: string): number {
  return Date.parse(textOf(value, key));
}

function readFact(value: JsonValue): Fact | undefined {
  const truth = readTruth(value);
  return truth === undefined
    ? undefined
    : {
        name: textOf(value, "name"),
        truth,
        because: textsOf(value, "because"),
        hasMissing: isObject(member(value, "missing")),
      };
}

function readNode(value: JsonValue | undefined): ProofNode | undefined {
  const truth = readTruth(value);
  const inputs = listOf(value, "inputs");
  const nodes = wholeList(inputs.filter((input) => typeof input !== "string").map(readNode));
  return truth === undefined || nodes === undefined
    ? undefined
    : { rule: textOf(value, "rule"), truth, note: textOf(value, "note"), nodes, evidence: textsOf(value, "inputs") };
}

function readEvidence(value: JsonValue): Evidence | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  const { id: _, ...body } = value;
  return {
    id: textOf(value, "id"),
    kind: textOf(value, "kind"),
    subject: textOf(value, "subject"),
    value: member(value, "value") ?? null,
    observedAt: readTime(value, "observedAt"),
    validUntil: readTime(value, "validUntil"),
    coverage: textsOf(value, "coverage"),
    body,
  };
}

function readCoverage(value: JsonValue): Coverage | undefined {
  return isObject(value)
    ? {
        id: textOf(value, "id"),
        scope: textOf(value, "scope"),
        kind: textOf(value, "kind"),
        complete: member(value, "complete") === true && listOf(value, "gaps").length === 0,
        endedAt: readTime(value, "endedAt"),
        body: value,
      }
    : undefined;
}
