/** What each known fact must rest on: its truth is derived again from the values of its evidence. */
import type { Bundle, Evidence, Truth } from "./bundle.ts";
import { checkCoverage, checkCut, coversPorts } from "./cut.ts";
import { type JsonValue, listOf, member, textOf, textsOf } from "./json.ts";
import { checkPath, gateOf } from "./path.ts";

/** A fact that could be derived, or what stands against it. */
export interface Derived {
  readonly truth: Truth;
  readonly problems: readonly string[];
}

type Derivation = (bundle: Bundle, cited: readonly Evidence[]) => Derived;

const groups = {
  reachInternet: ["internet"],
  reachTrusted: ["internet-allowlisted", "corp", "peer-tenant"],
  reachFoothold: ["same-vnet", "same-cluster", "neighbour"],
} as const;

/** Derives a fact; names it does not know cannot be derived. */
export function deriveFact(bundle: Bundle, name: string, cited: readonly Evidence[]): Derived {
  const derivation = derivations.get(name);
  return derivation === undefined ? unknown(`fact ${name} cannot be derived from evidence`) : derivation(bundle, cited);
}

const derivations: ReadonlyMap<string, Derivation> = new Map<string, Derivation>([
  ["present", derivePresent],
  ["sameImage", deriveSameImage],
  ["executable", deriveExecutable],
  ["live", deriveLive],
  ["inboundOnly", deriveInboundOnly],
  ["needsPrivilege", deriveNeedsPrivilege],
  ["authGate", deriveAuthGate],
  ["reachInternet", (bundle, cited) => deriveReach(bundle, cited, groups.reachInternet)],
  ["reachTrusted", (bundle, cited) => deriveReach(bundle, cited, groups.reachTrusted)],
  ["reachFoothold", (bundle, cited) => deriveReach(bundle, cited, groups.reachFoothold)],
]);

function unknown(...problems: readonly string[]): Derived {
  return { truth: "U", problems };
}

function known(truth: Truth): Derived {
  return { truth, problems: [] };
}

function onlyOf(cited: readonly Evidence[], kind: string): Evidence | undefined {
  return cited.length === 1 && cited[0]?.kind === kind ? cited[0] : undefined;
}

/** Do the named members of a value equal what they must? */
function agrees(value: JsonValue, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, text]) => textOf(value, key) === text);
}

function derivePresent({ verdict }: Bundle, cited: readonly Evidence[]): Derived {
  const { finding, vulnerability, purl, path, imageDigest } = verdict.unit;
  const match = onlyOf(cited, "scan.match");
  if (
    match === undefined ||
    match.subject !== imageDigest ||
    !agrees(match.value, { finding, vulnerability, purl, path })
  ) {
    return unknown("the match speaks of another finding");
  }
  return textOf(match.value, "status") === "affected" ? known("T") : unknown("the match is not decided");
}

function deriveSameImage(bundle: Bundle, cited: readonly Evidence[]): Derived {
  const { unit } = bundle.verdict;
  const running = onlyOf(cited, "workload.image");
  if (running !== undefined) {
    const image = member(running.value, "image");
    const scanned = [textOf(running.value, "scannedDigest"), textOf(running.value, "scannedIndexDigest")];
    const isUnit = agrees(running.value, {
      workload: unit.workload,
      container: unit.container,
      scannedDigest: unit.imageDigest,
    });
    const runs = textOf(image, "kind") === "digest" && scanned.includes(textOf(image, "digest"));
    return isUnit && runs ? known("T") : unknown("the container does not run the scanned image");
  }
  const none = onlyOf(cited, "workload.none");
  if (none === undefined || unit.workload !== "none" || textOf(none.value, "digest") !== unit.imageDigest) {
    return unknown("nothing says which image runs");
  }
  const problems = [...checkCoverage(none, (id) => bundle.coverage.get(id)), ...checkSurvey(bundle, none)];
  return problems.length === 0 ? known("F") : unknown(...problems);
}

const surveyedKinds = ["managedCluster", "site", "virtualMachine", "census"];

/** Every subscription and cluster of the estate must have been asked for everything that runs images. */
function checkSurvey(bundle: Bundle, none: Evidence): readonly string[] {
  const lists = none.coverage.flatMap((id) => bundle.coverage.get(id) ?? []);
  const [estate = null] = listOf(none.value, "estates");
  const subscriptions = textsOf(estate, "subscriptionIds");
  if (subscriptions.length === 0) {
    return ["the estate names no subscription"];
  }
  const isListed = (scope: string, kind: string): boolean =>
    lists.some((list) => list.kind === kind && list.scope.toLowerCase().endsWith(scope.toLowerCase()));
  const wanted = [
    ...subscriptions.flatMap((scope) => surveyedKinds.map((kind) => ({ scope, kind }))),
    ...textsOf(estate, "clusters").map((scope) => ({ scope, kind: "pod" })),
  ];
  return wanted
    .filter(({ scope, kind }) => !isListed(scope, kind))
    .map(({ scope, kind }) => `${kind} of ${scope} was not listed`);
}

const inertRoles: ReadonlySet<string> = new Set(["headers", "documentation", "data", "kernel-adjacent"]);

function deriveExecutable({ verdict }: Bundle, cited: readonly Evidence[]): Derived {
  const role = onlyOf(cited, "knowledge.role");
  if (role === undefined || textOf(role.value, "purl") !== verdict.unit.purl) {
    return unknown("the role is another package's");
  }
  const executable = member(role.value, "executable");
  if (executable === true) {
    return known("T");
  }
  return executable === false && inertRoles.has(textOf(role.value, "role"))
    ? known("F")
    : unknown("the role does not say that nothing runs");
}

function deriveLive(bundle: Bundle, cited: readonly Evidence[]): Derived {
  const liveness = onlyOf(cited, "workload.liveness");
  if (liveness === undefined || textOf(liveness.value, "workload") !== bundle.verdict.unit.workload) {
    return unknown("the liveness is another workload's");
  }
  switch (textOf(liveness.value, "kind")) {
    case "live":
      return known("T");
    case "stopped": {
      const problems = checkCoverage(liveness, (id) => bundle.coverage.get(id));
      return problems.length === 0 ? known("F") : unknown(...problems);
    }
    default:
      return unknown("whether it runs is not known");
  }
}

function deriveInboundOnly({ verdict }: Bundle, cited: readonly Evidence[]): Derived {
  const delivery = onlyOf(cited, "knowledge.delivery");
  const { purl, vulnerability } = verdict.unit;
  if (delivery === undefined || !agrees(delivery.value, { purl, vulnerability })) {
    return unknown("the delivery is another flaw's");
  }
  const modes = textsOf(delivery.value, "modes");
  const said = textOf(delivery.value, "inboundOnly");
  const isPure = modes.length === 1 && modes[0] === "inbound";
  if (said === "T") {
    return isPure ? known("T") : unknown("inbound is not the only mode");
  }
  return said === "F" ? known("F") : unknown("the delivery leaves it open");
}

function deriveNeedsPrivilege({ verdict }: Bundle, cited: readonly Evidence[]): Derived {
  const vectors = onlyOf(cited, "vulnerability.vectors");
  if (vectors === undefined || vectors.subject !== verdict.unit.vulnerability) {
    return unknown("the vectors are another flaw's");
  }
  const asked = listOf(vectors.value, "vectors").map(
    (item) => /\/(?:PR|Au):([A-Z])/.exec(`/${textOf(item, "vector")}`)?.[1],
  );
  if (asked.length === 0 || asked.includes(undefined)) {
    return unknown("a vector does not say which privileges it needs");
  }
  return known(asked.every((word) => word !== "N") ? "T" : "F");
}

/** Open when one path has no sign-in; closed when every path from the internet in the bundle has one. */
function deriveAuthGate(bundle: Bundle, cited: readonly Evidence[]): Derived {
  const paths = cited.filter(
    (piece) => isAnswer(bundle, piece, "exposure.path") && textOf(piece.value, "position") === "internet",
  );
  const problems = paths.flatMap((piece) => checkPath(piece, (id) => bundle.evidence.get(id)));
  if (paths.length === 0 || paths.length !== cited.length || problems.length > 0) {
    return unknown("the sign-in rests on no path", ...problems);
  }
  if (paths.some((piece) => gateOf(piece) === "F" && textOf(piece.value, "meetsListener") === "T")) {
    return known("F");
  }
  const all = [...bundle.evidence.values()].filter(
    (piece) => piece.kind === "exposure.path" && textOf(piece.value, "position") === "internet",
  );
  return all.every((piece) => gateOf(piece) === "T") ? known("T") : unknown("a way without a sign-in is left");
}

function isAnswer({ verdict }: Bundle, piece: Evidence, kind: string): boolean {
  return piece.kind === kind && textOf(piece.value, "workload") === verdict.unit.workload;
}

/** Is the workload a site? Its id says so. */
function isSite({ verdict }: Bundle): boolean {
  return /\/microsoft\.web\/sites\//i.test(verdict.unit.workload);
}

/** One answer of one position: open by a sound path, shut by sound cuts over every port. */
export function derivePosition(bundle: Bundle, position: string, cited: readonly Evidence[]): Derived {
  const own = cited.filter(({ value }) => textOf(value, "position") === position);
  const paths = own.filter(
    (piece) =>
      isAnswer(bundle, piece, "exposure.path") && textOf(piece.value, "container") === bundle.verdict.unit.container,
  );
  const flawed = paths.flatMap((piece) => checkPath(piece, (id) => bundle.evidence.get(id)));
  if (flawed.length > 0) {
    return unknown(...flawed);
  }
  if (paths.some((piece) => textOf(piece.value, "meetsListener") === "T")) {
    return known("T");
  }
  const cuts = own.filter((piece) => isAnswer(bundle, piece, "exposure.cut"));
  if (cuts.length !== own.length) {
    return unknown(`the answers for ${position} leave it open`);
  }
  const problems = cuts.flatMap((piece) => checkCut(piece, (id) => bundle.coverage.get(id)));
  if (!coversPorts(cuts, isSite(bundle))) {
    problems.push(`the cuts for ${position} do not speak about every port`);
  }
  return problems.length === 0 ? known("F") : unknown(...problems);
}

/** True by one open position; false when every position that has to be asked is shut. */
function deriveReach(bundle: Bundle, cited: readonly Evidence[], positions: readonly string[]): Derived {
  const isMine = ({ value }: Evidence): boolean => positions.includes(textOf(value, "position"));
  if (!cited.every(isMine)) {
    return unknown("evidence of another position is cited");
  }
  const hasAnswer = (position: string): boolean => cited.some(({ value }) => textOf(value, "position") === position);
  const isNeeded = (position: string): boolean =>
    hasAnswer(position) ||
    !(position === "neighbour" || (position === "same-cluster" && !bundle.verdict.unit.workload.includes("#")));
  const derived = positions
    .filter(isNeeded)
    .map((position) => ({ position, ...derivePosition(bundle, position, cited) }));
  if (derived.some(({ truth }) => truth === "T")) {
    const flawed = derived
      .filter(({ position, truth }) => hasAnswer(position) && truth === "U")
      .flatMap(({ problems }) => problems);
    return flawed.length === 0 ? known("T") : unknown(...flawed);
  }
  return derived.every(({ truth }) => truth === "F")
    ? known("F")
    : unknown(...derived.flatMap(({ problems }) => problems));
}
