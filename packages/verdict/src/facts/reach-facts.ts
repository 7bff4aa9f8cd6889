/** From where an attacker reaches a container, folded into the facts that decide. */
import type {
  AttackerPosition,
  Cut,
  EvidenceId,
  Exposure,
  Fact,
  FactName,
  MissingFact,
  PositionTruth,
  Truth,
} from "@sightline/model";
import { formatCanonicalJson } from "../canonical-json.ts";
import type { Deployment } from "../estate-index.ts";
import { sortIds } from "../evidence.ts";
import { findUnjudgedPort, isInRanges, requiredPorts } from "../port-space.ts";
import { collectAgain, missing, missingFromInput, sortMissing } from "../remedies.ts";
import { anyOf } from "../truth.ts";
import { findExpired, toKnownFact, toUnknownFact } from "./fact.ts";
import { type Answer, type FiledPath, fileCut, filePath, type ReachContext } from "./path-evidence.ts";

/** What is known about the ways to one container. */
export interface ReachFacts {
  readonly facts: readonly Fact[];
  readonly positions: readonly PositionTruth[];
  /** Everything missing, by the fact it keeps from being known; the facts carry the first of each. */
  readonly missing: ReadonlyMap<FactName, readonly MissingFact[]>;
  /** Best path from each position that has one, for the sentence. */
  readonly paths: ReadonlyMap<AttackerPosition, FiledPath>;
  /** The most telling cut of each position that has nothing but cuts: over declared ports, then TCP, then most entries. */
  readonly cuts: ReadonlyMap<AttackerPosition, EvidenceId>;
  /** What the engine takes for granted. */
  readonly assumptions: readonly string[];
}

/** Positions that make up each reach fact. */
const trustedPositions: readonly AttackerPosition[] = ["internet-allowlisted", "corp", "peer-tenant"];
const footholdPositions: readonly AttackerPosition[] = ["same-vnet", "same-cluster", "neighbour"];

/** The ladder, farthest first. */
const ladder: readonly AttackerPosition[] = ["internet", "authenticated", ...trustedPositions, ...footholdPositions];

/** What all answers for one position amount to. */
interface PositionOutcome {
  readonly position: AttackerPosition;
  readonly truth: Truth;
  readonly because: readonly EvidenceId[];
  readonly missing: readonly MissingFact[];
  /** Every path that leads to the container or may, best first. */
  readonly paths: readonly FiledPath[];
  readonly cut: EvidenceId | undefined;
  /** Has every answer for it been given, and for every port? */
  readonly isWhole: boolean;
}

/** Judges every position for one container. Order and repetition of the exposures do not matter. */
export function judgeReach(context: ReachContext, deployment: Deployment, all: readonly Exposure[]): ReachFacts {
  const exposures = sortExposures(all);
  const outcomes = new Map(
    ladder.map((position) => [position, judgePosition(context, deployment, { position, exposures })]),
  );
  const outcome = (position: AttackerPosition): PositionOutcome =>
    outcomes.get(position) ?? {
      position,
      truth: "U",
      because: [],
      missing: [],
      paths: [],
      cut: undefined,
      isWhole: false,
    };
  const internet = outcome("internet");
  const groups: readonly (readonly [FactName, readonly PositionOutcome[]])[] = [
    ["reachInternet", [internet]],
    ["reachTrusted", trustedPositions.map(outcome)],
    ["reachFoothold", requiredFootholds(deployment).map(outcome)],
  ];
  const folded = groups.map(([name, members]) => foldGroup(context, name, members));
  const gate = judgeGateFact(context, internet);
  return {
    facts: [...folded.map(({ fact }) => fact), ...(gate === undefined ? [] : [gate])],
    positions: toPositions(outcomes, exposures),
    missing: new Map([
      ...folded.map(({ fact, missing: gaps }) => [fact.name, gaps] as const),
      ...(gate?.truth === "U" ? [["authGate", [gate.missing]] as const] : []),
    ]),
    paths: new Map(
      [...outcomes].flatMap(([id, { truth, paths }]) =>
        truth === "T" && paths[0] !== undefined ? [[id, paths[0]]] : [],
      ),
    ),
    cuts: new Map(
      [...outcomes].flatMap(([id, { truth, cut }]) => (truth === "F" && cut !== undefined ? [[id, cut]] : [])),
    ),
    assumptions: [...new Set(exposures.flatMap((exposure) => exposure.assumptions))].sort(),
  };
}

/** Nobody is in the cluster of a workload that has none; a named neighbour stands in one of the other two networks. */
function requiredFootholds({ workload }: Deployment): readonly AttackerPosition[] {
  return footholdPositions.filter((position) => position !== "same-cluster" || workload.kind === "kubernetes");
}

function sortExposures(exposures: readonly Exposure[]): readonly Exposure[] {
  const byText = new Map(exposures.map((exposure) => [formatCanonicalJson(exposure), exposure]));
  return [...byText].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, exposure]) => exposure);
}

function judgePosition(
  context: ReachContext,
  deployment: Deployment,
  { position, exposures }: { position: AttackerPosition; exposures: readonly Exposure[] },
): PositionOutcome {
  const answered = exposures.filter(({ sources }) => sources.some((source) => source.position === position));
  const unjudged = findUnjudgedPort(requiredPorts(deployment.workload), answered);
  const paths: FiledPath[] = [];
  const cuts: FiledAnswer[] = [];
  const gaps: MissingFact[] = [];
  for (const exposure of answered) {
    const answer: Answer = { deployment, exposure, position };
    for (const source of exposure.sources.filter((each) => each.position === position)) {
      switch (source.result) {
        case "reachable":
          paths.push(...source.paths.map((path) => filePath(context, answer, path)));
          gaps.push(...source.missing.map((input) => missingFromInput("reachInternet", input)));
          break;
        case "unreachable": {
          const { id, faults } = fileCut(context, answer, { cut: source.cut, missing: [] });
          cuts.push({ id, weight: toWeight(answer, source.cut) });
          gaps.push(...faults);
          break;
        }
        case "undetermined": {
          const { id } = fileCut(context, answer, { cut: source.cut, missing: source.missing });
          cuts.push({ id, weight: toWeight(answer, source.cut) });
          gaps.push(...source.missing.map((input) => missingFromInput("reachInternet", input)));
          break;
        }
      }
    }
  }
  if (unjudged !== undefined) {
    gaps.push(toUnjudged(deployment, answered.length === 0 ? undefined : unjudged));
  }
  return concludePosition(context, { position, paths: sortPaths(paths), cuts, gaps });
}

/** A filed cut, and how much it tells a person. */
interface FiledAnswer {
  readonly id: EvidenceId;
  readonly weight: number;
}

function toWeight({ deployment, exposure }: Answer, { entries }: Cut): number {
  const isDeclared = deployment.container.declaredPorts.some(
    ({ port, protocol }) => protocol === exposure.protocol && isInRanges(port, exposure.ports),
  );
  return (isDeclared ? 2000 : 0) + (exposure.protocol === "TCP" ? 1000 : 0) + Math.min(entries.length, 999);
}

function toUnjudged(
  { workload }: Deployment,
  port: { readonly protocol: string; readonly port: number } | undefined,
): MissingFact {
  const detail =
    port === undefined
      ? `nothing is known about the ways to ${workload.name}`
      : `nothing is known about the ways to ${port.protocol} port ${port.port} of ${workload.name}`;
  return missing("reachInternet", "absent", detail, collectAgain);
}

function concludePosition(
  context: ReachContext,
  found: {
    readonly position: AttackerPosition;
    readonly paths: readonly FiledPath[];
    readonly cuts: readonly FiledAnswer[];
    readonly gaps: readonly MissingFact[];
  },
): PositionOutcome {
  const { position, paths, gaps } = found;
  const meeting = paths.filter(
    ({ id, meetsListener }) => meetsListener === "T" && findExpired(context, [id]) === undefined,
  );
  const cutIds = sortIds(found.cuts.map(({ id }) => id));
  const stale = findExpired(context, [...paths.map(({ id }) => id), ...cutIds]);
  const cut = found.cuts.toSorted((left, right) => right.weight - left.weight || (left.id < right.id ? -1 : 1))[0]?.id;
  const [best] = meeting;
  if (best !== undefined) {
    return { position, truth: "T", because: [best.id], missing: [], paths, cut, isWhole: gaps.length === 0 };
  }
  const doubts = [
    ...gaps,
    ...(stale === undefined ? [] : [stale("reachInternet")]),
    ...paths.filter(({ meetsListener }) => meetsListener === "U").map(toListenerGap),
  ];
  return {
    position,
    truth: doubts.length === 0 ? "F" : "U",
    because: sortIds([...paths.map(({ id }) => id), ...cutIds]),
    missing: sortMissing(doubts),
    paths,
    cut,
    isWhole: gaps.length === 0,
  };
}

function toListenerGap({ path }: FiledPath): MissingFact {
  const detail = `${path.protocol} port ${path.port} is reached, and whether this container listens there is not observed`;
  return missing("listens", "unsupported", detail, {
    command: `close ${path.protocol} port ${path.port}, or declare the ports that listen`,
  });
}

/** Open ways first, short ways first: what decides, and what is quickest to check. */
function sortPaths(paths: readonly FiledPath[]): readonly FiledPath[] {
  const openness = { F: 0, U: 1, T: 2 } as const;
  return paths.toSorted(
    (left, right) =>
      openness[left.gated] - openness[right.gated] ||
      left.path.hops.length - right.path.hops.length ||
      (left.id < right.id ? -1 : 1),
  );
}

function foldGroup(
  context: ReachContext,
  name: FactName,
  members: readonly PositionOutcome[],
): { readonly fact: Fact; readonly missing: readonly MissingFact[] } {
  // A neighbour that was not asked about stands in a network that was: its silence is no gap.
  const asked = members.filter(({ position, because }) => position !== "neighbour" || because.length > 0);
  const truth = anyOf(asked.map((member) => member.truth));
  const deciding = truth === "T" ? asked.filter((member) => member.truth === "T") : asked;
  const because = sortIds(deciding.flatMap((member) => member.because));
  const gaps = sortMissing(
    asked
      .flatMap((member) => (member.truth === "U" ? member.missing : []))
      .map((gap) => (gap.fact === "listens" ? gap : { ...gap, fact: name })),
  );
  const [first, ...rest] = because;
  const [gap] = gaps;
  if (truth !== "U" && first !== undefined) {
    return { fact: toKnownFact(context, name, truth, [first, ...rest]), missing: [] };
  }
  const what = gap ?? missing(name, "absent", "nobody was asked who reaches it", collectAgain);
  return { fact: toUnknownFact(name, because, what), missing: gaps.length === 0 ? [what] : gaps };
}

/** A sign-in counts only when it stands on every way there may be; without a way in the question does not arise. */
function judgeGateFact(context: ReachContext, internet: PositionOutcome): Fact | undefined {
  const [best] = internet.paths;
  if (internet.truth !== "T" || best === undefined) {
    return undefined;
  }
  const open = internet.paths.find(({ gated, meetsListener }) => gated === "F" && meetsListener === "T");
  if (open !== undefined) {
    return toKnownFact(context, "authGate", "F", [open.id]);
  }
  const isGatedEverywhere = internet.isWhole && internet.paths.every(({ gated }) => gated === "T");
  const ids = sortIds(internet.paths.map(({ id }) => id));
  if (isGatedEverywhere) {
    return toKnownFact(context, "authGate", "T", [best.id, ...ids]);
  }
  const detail = "whether a sign-in stands on every way in is not known";
  return toUnknownFact("authGate", ids, missing("authGate", "absent", detail, collectAgain));
}

function toPositions(
  outcomes: ReadonlyMap<AttackerPosition, PositionOutcome>,
  exposures: readonly Exposure[],
): readonly PositionTruth[] {
  const asked = new Set(exposures.flatMap(({ sources }) => sources.map(({ position }) => position)));
  return [...outcomes.values()]
    .filter(({ position }) => asked.has(position))
    .map(({ position, truth, because }) => ({ position, truth, because }));
}
