/** The check of a proof bundle, from its evidence alone. */
import { type Bundle, readBundle, type Truth } from "./bundle.ts";
import { decideByTrying, knownRulesVersion, type Range } from "./decision.ts";
import { deriveFact, derivePosition } from "./fact.ts";
import type { Failure } from "./failure.ts";
import { checkIntegrity } from "./integrity.ts";
import { limits, toBoundedJson } from "./json.ts";
import { namesEveryClass, readProof } from "./proof.ts";

/** What came of a check. */
export type Verification =
  | { readonly ok: true; readonly class: string }
  | { readonly ok: false; readonly failures: readonly [Failure, ...Failure[]] };

/** Version of the bundle format this check reads. */
const knownFormat = 1;
/** Clocks of judge and checker may differ by this. */
const clockSkewMs = 600_000;

/**
 * Re-checks a verdict from its bundle: every hash, every reference, every known fact from the values of its evidence,
 * every path rule by rule, every cut list by list, then class, range and validity; at the moment `now` (ISO 8601). Knows
 * no network, no database and none of the code that wrote the bundle; runs in a browser. Answers every failure it finds,
 * at most 100. Members it does not know are tolerated (the seal covers them); kinds it does not know are not.
 */
export function verify(bundle: unknown, { now }: { readonly now: string }): Verification {
  const json = toBoundedJson(bundle);
  const read = json === undefined ? undefined : readBundle(json);
  if (read === undefined) {
    return fail([{ code: "bundle.malformed", detail: "this is no proof bundle, or one beyond every reasonable size" }]);
  }
  const failures = [
    ...checkVersions(read),
    ...checkIntegrity(read),
    ...checkFacts(read),
    ...checkDecision(read, Date.parse(now)),
    ...checkPositions(read),
    ...checkSentence(read),
  ];
  return failures.length === 0 ? { ok: true, class: read.verdict.class } : fail(failures);
}

function fail(failures: readonly Failure[]): Verification {
  const [first = { code: "bundle.malformed", detail: "" }, ...rest] = failures.slice(0, limits.failures);
  return { ok: false, failures: [first, ...rest] };
}

function checkVersions({ format, verdict }: Bundle): readonly Failure[] {
  const failures: Failure[] = [];
  if (format !== knownFormat) {
    failures.push({ code: "bundle.version", detail: `bundle format ${JSON.stringify(format)} is not known` });
  }
  if (verdict.rulesVersion !== knownRulesVersion) {
    failures.push({ code: "bundle.version", detail: `rules version ${verdict.rulesVersion} is not known` });
  }
  return failures;
}

/** Known facts must follow from their evidence; an unknown one claims nothing, but says what is missing. */
function checkFacts(bundle: Bundle): readonly Failure[] {
  const { facts } = bundle.verdict;
  const names = facts.map(({ name }) => name);
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...repeated.map((name): Failure => ({ code: "fact.repeated", detail: `${name} stands twice` })),
    ...facts.flatMap(({ name, truth, because, hasMissing }): readonly Failure[] => {
      if (truth === "U") {
        return hasMissing
          ? []
          : [{ code: "fact.unproven", detail: `${name} is unknown and nothing is said to be missing` }];
      }
      const cited = because.flatMap((id) => bundle.evidence.get(id) ?? []);
      const derived = deriveFact(bundle, name, cited);
      const isProven = derived.truth === truth && cited.length === because.length;
      return isProven
        ? []
        : [
            {
              code: "fact.unproven",
              detail: `${name} does not follow from its evidence: ${derived.problems.join("; ")}`,
            },
          ];
    }),
  ];
}

function checkDecision(bundle: Bundle, nowMs: number): readonly Failure[] {
  const { verdict } = bundle;
  const proof = readProof(bundle);
  const failures = proof.problems.map((detail): Failure => ({ code: "proof.shape", detail }));
  const consulted = verdict.facts.filter(({ name }) => proof.asked.has(name));
  const truths = new Map<string, Truth>(consulted.map(({ name, truth }) => [name, truth]));
  const range = decideByTrying(truths, proof.modes);
  if (range === undefined) {
    return [...failures, { code: "verdict.class", detail: "the facts decide nothing" }];
  }
  const because = consulted.filter(({ truth }) => truth !== "U").flatMap((fact) => fact.because);
  return [...failures, ...checkRange(bundle, range), ...checkTimes(bundle, because, nowMs)];
}

function checkRange(bundle: Bundle, range: Range): readonly Failure[] {
  const { verdict } = bundle;
  const failures: Failure[] = [];
  if (range.class !== verdict.class) {
    failures.push({
      code: "verdict.class",
      detail: `the facts give ${range.class}, the verdict says ${verdict.class}`,
    });
  }
  if (range.floor !== verdict.floor || range.ceiling !== verdict.ceiling || !namesEveryClass(bundle, range)) {
    failures.push({ code: "verdict.range", detail: `the facts allow ${range.floor} to ${range.ceiling}` });
  }
  if ((verdict.class === "unknown") !== verdict.missingCount > 0) {
    failures.push({ code: "verdict.missing", detail: "unknown names what is missing, and only unknown does" });
  }
  return failures;
}

/** The verdict holds no longer than what it rests on, and nothing it rests on has expired. */
function checkTimes({ verdict, evidence }: Bundle, because: readonly string[], nowMs: number): readonly Failure[] {
  const failures: Failure[] = [];
  const ends = because.flatMap((id) => evidence.get(id)?.validUntil ?? []);
  const end = ends.length === 0 ? verdict.computedAt : Math.min(...ends);
  if (verdict.validUntil !== end || !(verdict.computedAt <= nowMs + clockSkewMs)) {
    failures.push({ code: "verdict.time", detail: "the verdict claims another time than its evidence gives it" });
  }
  if (verdict.class !== "unknown") {
    const expired = because.filter((id) => !((evidence.get(id)?.validUntil ?? 0) > nowMs));
    failures.push(...expired.map((id): Failure => ({ code: "evidence.expired", detail: `${id} has expired` })));
  }
  return failures;
}

function checkPositions(bundle: Bundle): readonly Failure[] {
  return bundle.verdict.positions.flatMap(({ position, truth, because }): readonly Failure[] => {
    const cited = because.flatMap((id) => bundle.evidence.get(id) ?? []);
    const derived = truth === "U" ? { truth, problems: [] } : derivePosition(bundle, position, cited);
    return derived.truth === truth && cited.length === because.length
      ? []
      : [
          {
            code: "position.unproven",
            detail: `${position} does not follow from its evidence: ${derived.problems.join("; ")}`,
          },
        ];
  });
}

/** Where the sentence comes in pieces, the pieces are the sentence. Their evidence is checked with all other references. */
function checkSentence({ verdict }: Bundle): readonly Failure[] {
  const said = verdict.wording.map(({ text }) => text).join("");
  return verdict.wording.length === 0 || said === verdict.sentence
    ? []
    : [{ code: "sentence.parts", detail: "the pieces of the sentence are not the sentence" }];
}
