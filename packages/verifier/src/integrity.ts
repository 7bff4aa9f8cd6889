/** Nothing was changed, nothing is missing, nothing is there that nobody cites, and nothing is too old. */
import type { Bundle, Evidence, ProofNode } from "./bundle.ts";
import { contentHash, contentId } from "./content-hash.ts";
import type { Failure } from "./failure.ts";
import { type JsonObject, type JsonValue, listOf, member, textOf } from "./json.ts";

/** Kinds of evidence this check knows; those read from an estate may hold for seven days at most. */
const kinds: ReadonlyMap<string, "estate" | "standing"> = new Map([
  ["scan.match", "estate"],
  ["workload.liveness", "estate"],
  ["workload.image", "estate"],
  ["workload.none", "estate"],
  ["exposure.path", "estate"],
  ["exposure.cut", "estate"],
  ["exposure.undetermined", "estate"],
  ["guard", "estate"],
  ["vulnerability.vectors", "standing"],
  ["knowledge.role", "standing"],
  ["knowledge.delivery", "standing"],
]);

const validityMaxMs = 7 * 24 * 3_600_000;
/** Clocks of collector and judge may differ by this. */
const clockSkewMs = 600_000;

/** Every check that does not ask what the evidence says. */
export function checkIntegrity(bundle: Bundle): readonly Failure[] {
  return [
    ...bundle.repeated.map((id): Failure => ({ code: "bundle.repeated", detail: `${id} stands twice` })),
    ...checkSeals(bundle),
    ...checkReferences(bundle),
    ...[...bundle.evidence.values()].flatMap((piece) => checkPiece(bundle, piece)),
  ];
}

function checkSeals({ verdict, evidence, coverage }: Bundle): readonly Failure[] {
  const failures: Failure[] = [];
  for (const { id, body } of evidence.values()) {
    if (contentId("ev", body) !== id) {
      failures.push({ code: "evidence.hash", detail: `${id} is not the hash of what it holds` });
    }
  }
  if (contentId("vd", verdict.unitBody) !== verdict.id) {
    failures.push({ code: "verdict.id", detail: `${verdict.id} is not the id of what the verdict is about` });
  }
  const records = [...coverage.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
  const sealed: JsonObject = { verdict: verdict.body, coverage: records.map(({ body }) => contentHash(body) ?? "") };
  if (contentHash(sealed) !== verdict.inputsHash) {
    failures.push({ code: "verdict.seal", detail: "verdict or coverage was changed after it was sealed" });
  }
  return failures;
}

/** Evidence ids named in the proof, from this node down. */
export function evidenceBelow(node: ProofNode): readonly string[] {
  return [...node.evidence, ...node.nodes.flatMap(evidenceBelow)];
}

/** Evidence a path rests on besides itself. */
function guardsOf({ kind, value }: Evidence): readonly string[] {
  const hops: readonly JsonValue[] = kind === "exposure.path" ? listOf(member(value, "path"), "hops") : [];
  return hops
    .flatMap((hop) => listOf(hop, "guards").map((guard) => textOf(guard, "evidence")))
    .filter((id) => id !== "");
}

function checkReferences({ verdict, evidence, coverage }: Bundle): readonly Failure[] {
  const named = new Set([
    ...evidenceBelow(verdict.proof),
    ...verdict.facts.flatMap(({ because }) => because),
    ...verdict.positions.flatMap(({ because }) => because),
    ...verdict.wording.map((part) => part.evidence).filter((id) => id !== ""),
  ]);
  for (const id of named) {
    const piece = evidence.get(id);
    (piece === undefined ? [] : guardsOf(piece)).forEach((guard) => named.add(guard));
  }
  const cited = new Set([...evidence.values()].flatMap((piece) => piece.coverage));
  return [
    ...[...named]
      .filter((id) => !evidence.has(id))
      .map((id): Failure => ({ code: "evidence.missing", detail: `${id} is cited and not there` })),
    ...[...evidence.keys()]
      .filter((id) => !named.has(id))
      .map((id): Failure => ({ code: "evidence.unused", detail: `${id} is there and not cited` })),
    ...[...cited]
      .filter((id) => !coverage.has(id))
      .map((id): Failure => ({ code: "coverage.missing", detail: `list ${id} is cited and not there` })),
    ...[...coverage.keys()]
      .filter((id) => !cited.has(id))
      .map((id): Failure => ({ code: "coverage.unused", detail: `list ${id} is there and not cited` })),
  ];
}

function checkPiece({ verdict }: Bundle, { id, kind, observedAt, validUntil }: Evidence): readonly Failure[] {
  const nature = kinds.get(kind);
  if (nature === undefined) {
    return [{ code: "evidence.kind", detail: `${id} is of the unknown kind ${kind}` }];
  }
  const failures: Failure[] = [];
  if (!(observedAt <= validUntil) || !(observedAt <= verdict.computedAt + clockSkewMs)) {
    failures.push({ code: "evidence.validity", detail: `${id} was observed at an impossible moment` });
  }
  if (nature === "estate" && !(validUntil - observedAt <= validityMaxMs)) {
    failures.push({ code: "evidence.validity", detail: `${id} claims to hold for more than seven days` });
  }
  return failures;
}
