/**
 * The sentence of a verdict: templates with slots, every slot an evidence id, no free text besides. Grammar: `[class
 * phrase] because [reason]. [Residual.] [Missing.]`; the subject (vulnerability and package) stands before it on screen.
 */
import type {
  AttackerPosition,
  DefiniteClass,
  Evidence,
  EvidenceId,
  Finding,
  MissingFact,
  SentencePart,
  Truth,
  Workload,
} from "@sightline/model";
import { formatCut } from "./cut-wording.ts";
import type { FiledPath } from "./facts/path-evidence.ts";
import { listAt, numberAt } from "./json-member.ts";
import type { RoleEntry } from "./knowledge/role.ts";
import { formatCount, shorten, shortName } from "./phrase.ts";
import type { DeliveryMode } from "./rule.ts";
import type { Decision } from "./rule-core.ts";

/** What a sentence is made of. */
export interface WordingInput {
  readonly decision: Decision;
  readonly finding: Finding;
  readonly entry: RoleEntry | undefined;
  /** How this very flaw is met, where that is known. */
  readonly flawNote: string | undefined;
  readonly modes: readonly DeliveryMode[];
  /** Evidence of the facts, by fact or by what it says; a slot whose evidence is absent is plain text. */
  readonly evidence: {
    readonly match: EvidenceId;
    readonly role: EvidenceId;
    readonly delivery: EvidenceId;
    readonly image: EvidenceId | undefined;
    readonly live: EvidenceId | undefined;
    readonly vectors: EvidenceId | undefined;
  };
  readonly workload: Workload | undefined;
  readonly reach:
    | {
        readonly paths: ReadonlyMap<AttackerPosition, FiledPath>;
        readonly cuts: ReadonlyMap<AttackerPosition, EvidenceId>;
        readonly authGate: Truth;
      }
    | undefined;
  readonly missing: readonly MissingFact[];
  readonly look: (id: EvidenceId) => Evidence | undefined;
}

type Piece = string | SentencePart;

/** The sentence in pieces; their texts joined are the sentence. */
export function formatSentence(input: WordingInput): readonly SentencePart[] {
  return joinPieces(toPieces(input));
}

function toPieces(input: WordingInput): readonly Piece[] {
  if (input.decision.class === "unknown") {
    return unknownSentence(input);
  }
  return definiteSentences[input.decision.class](input);
}

/** Neighbouring texts without evidence become one; each text begins where the last ended. */
function joinPieces(pieces: readonly Piece[]): readonly SentencePart[] {
  const parts: SentencePart[] = [];
  for (const piece of pieces) {
    const part = typeof piece === "string" ? { text: piece } : piece;
    const last = parts.at(-1);
    if (last !== undefined && last.evidence === undefined && part.evidence === undefined) {
      parts[parts.length - 1] = { text: last.text + part.text };
    } else if (part.text !== "") {
      parts.push(part);
    }
  }
  return parts;
}

const definiteSentences: Readonly<Record<DefiniteClass, (input: WordingInput) => readonly Piece[]>> = {
  "exploitable.internet": (input) => [
    "Exploitable from the internet because ",
    ...pathPieces(input, "internet"),
    ", and no sign-in stands in front of it.",
  ],
  "exploitable.credentialed": (input) => [
    "Exploitable from the internet with an account because ",
    ...pathPieces(input, "internet"),
    ", and ",
    input.reach?.authGate === "T"
      ? slot("a sign-in stands on every way", input.reach.paths.get("internet")?.id)
      : slot("the flaw asks for an account", input.evidence.vectors),
    ".",
  ],
  "exploitable.trusted": (input) => [
    "Exploitable from trusted networks because ",
    ...pathPieces(input, firstOpen(input, ["internet-allowlisted", "corp", "peer-tenant"])),
    ". Not from the internet: ",
    ...cutPieces(input),
    ".",
  ],
  "exploitable.foothold": (input) => [
    "Not exploitable from the internet: ",
    ...cutPieces(input),
    ". It stays reachable from ",
    ...residualPieces(input),
    ".",
  ],
  "conditional.indirect": indirectSentence,
  "exploitable.local": (input) => [
    "Exploitable only by code that runs in the workload already, because ",
    ...flawPieces(input, "the flaw is a local one"),
    ".",
  ],
  "inert.not_running": (input) => [
    "Inert because ",
    slot(workloadName(input), input.evidence.live),
    " does not run: ",
    slot(shorten(input.workload?.liveness.reason ?? "it is stopped", 25), input.evidence.live),
    ".",
  ],
  "inert.not_deployed": (input) => ["Inert because no workload runs this image: ", ...nowherePieces(input), "."],
  "not_exploitable.no_path": (input) => [
    "Not exploitable because a connection is the only way to trigger it and nobody can open one: ",
    ...cutPieces(input),
    ".",
  ],
  "not_exploitable.not_executable": (input) => [
    "Not exploitable because ",
    slot(`${input.finding.package.name} ${noteOf(input)}`, input.evidence.role),
    ".",
  ],
  "not_exploitable.config_excluded": () => ["Not exploitable because the condition the advisory names is not met."],
  "not_exploitable.physical": (input) => [
    "Not exploitable because ",
    slot("the flaw needs somebody at the machine", input.evidence.delivery),
    " and ",
    slot(workloadName(input), input.evidence.image),
    " runs in an Azure datacentre.",
  ],
  "not_exploitable.absent": (input) => ["Not exploitable because ", packageSlot(input), " is not affected."],
};

function indirectSentence(input: WordingInput): readonly Piece[] {
  const way = input.modes.includes("inbound")
    ? "nobody can connect to it, and a connection is not the only way to meet its flaw"
    : input.modes.includes("data")
      ? "its flaw is met in data it processes, not in a connection to it"
      : "its flaw is met in what it is answered, not in a connection to it";
  const open = input.reach?.paths.get("internet");
  return [
    "No direct path because ",
    ...flawPieces(input, way),
    ". Attacker data has to reach it",
    ...(open === undefined ? [] : [", and ", slot(workloadName(input), open.id), " itself is open to the internet"]),
    ".",
  ];
}

/** How the flaw is met: what is known of this very one, else what the package does and what follows from it. */
function flawPieces(input: WordingInput, otherwise: string): readonly Piece[] {
  const { evidence, flawNote } = input;
  return flawNote === undefined
    ? [packageSlot(input), ` ${noteOf(input)}, and `, slot(otherwise, evidence.delivery)]
    : ["the flaw in ", packageSlot(input), " ", slot(flawNote, evidence.delivery)];
}

function unknownSentence(input: WordingInput): readonly Piece[] {
  const { decision, missing } = input;
  const [first, ...others] = missing;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return [
    "Undetermined: ",
    slot(shorten(first?.detail ?? "a fact is missing", 30), input.evidence.delivery),
    more,
    `. At worst it is ${classWords[decision.ceiling]}, at best ${classWords[decision.floor]}.`,
    ...(first === undefined ? [] : [` To settle it: ${shorten(first.remedy.command, 25)}.`]),
  ];
}

/** Classes in the middle of a sentence. */
export const classWords: Readonly<Record<DefiniteClass, string>> = {
  "exploitable.internet": "exploitable from the internet",
  "exploitable.credentialed": "exploitable from the internet with an account",
  "exploitable.trusted": "exploitable from trusted networks",
  "exploitable.foothold": "exploitable after a foothold",
  "conditional.indirect": "exploitable by data that has to reach it",
  "exploitable.local": "exploitable by code in the workload",
  "inert.not_running": "not running",
  "inert.not_deployed": "not deployed",
  "not_exploitable.no_path": "not exploitable",
  "not_exploitable.not_executable": "not able to run",
  "not_exploitable.config_excluded": "excluded by its configuration",
  "not_exploitable.physical": "out of physical reach",
  "not_exploitable.absent": "not there",
};

function slot(text: string, evidence: EvidenceId | undefined): SentencePart {
  return evidence === undefined ? { text } : { text, evidence };
}

function packageSlot({ finding, evidence }: WordingInput): SentencePart {
  return slot(finding.package.name, evidence.match);
}

function noteOf({ entry }: WordingInput): string {
  return entry?.note ?? "holds code";
}

function workloadName({ workload }: WordingInput): string {
  return workload === undefined ? "the workload" : shortName(workload.name);
}

const positionWords: Readonly<Record<AttackerPosition, string>> = {
  internet: "any internet address",
  "internet-allowlisted": "allow-listed addresses",
  corp: "the corporate network",
  "peer-tenant": "other Azure tenants",
  "same-vnet": "the same virtual network",
  "same-cluster": "the same cluster",
  neighbour: "a neighbouring workload",
  authenticated: "people with an account",
};

function firstOpen(input: WordingInput, positions: readonly AttackerPosition[]): AttackerPosition {
  return positions.find((position) => input.reach?.paths.has(position)) ?? "corp";
}

function pathPieces(input: WordingInput, position: AttackerPosition): readonly Piece[] {
  const filed = input.reach?.paths.get(position);
  if (filed === undefined) {
    return [workloadName(input), " is reachable"];
  }
  return [slot(formatPath(filed, workloadName(input)), filed.id), ` is open to ${positionWords[position]}`];
}

/** `20.61.14.87:443 → kubernetes → ingress-nginx → orders:8080`, at most two stations between the ends. */
function formatPath({ path }: FiledPath, target: string): string {
  const telling = new Set(["load-balancer", "ingress", "service", "inbound-nat", "private-endpoint", "peering"]);
  const [first] = path.hops;
  const between = path.hops
    .filter(({ kind }) => telling.has(kind))
    .map(({ to }) => shortName(to))
    .filter((name) => name !== target);
  const stations = [...new Set(between)].slice(0, 2);
  const { destinationAddress, destinationPort } = first.flow;
  return [`${destinationAddress}:${destinationPort}`, ...stations, `${target}:${path.port}`].join(" → ");
}

function residualPieces(input: WordingInput): readonly Piece[] {
  const open = (["same-vnet", "same-cluster", "neighbour"] as const).flatMap((position) => {
    const filed = input.reach?.paths.get(position);
    return filed === undefined ? [] : [slot(positionWords[position], filed.id)];
  });
  return open.flatMap((part, index) => (index === 0 ? [part] : [index === open.length - 1 ? " and " : ", ", part]));
}

/** Why the internet does not get in, out of the cut's own evidence. */
function cutPieces(input: WordingInput): readonly Piece[] {
  const id = input.reach?.cuts.get("internet");
  const evidence = id === undefined ? undefined : input.look(id);
  return evidence === undefined ? ["no way in was found"] : formatCut(evidence, describeWorkload(input));
}

function describeWorkload(input: WordingInput): string {
  const { workload } = input;
  return workload?.cluster === undefined
    ? workloadName(input)
    : `${workloadName(input)} in AKS ${shortName(workload.cluster)}`;
}

function nowherePieces(input: WordingInput): readonly Piece[] {
  const id = input.evidence.image;
  const evidence = id === undefined ? undefined : input.look(id);
  if (evidence === undefined) {
    return ["none was found"];
  }
  const estates = listAt(evidence.value, "estates");
  const containers = estates.reduce<number>((sum, estate) => sum + numberAt(estate, "containers"), 0);
  const subscriptions = estates.reduce<number>((sum, estate) => sum + listAt(estate, "subscriptionIds").length, 0);
  const text = `${formatCount(containers, "container")} in ${formatCount(subscriptions, "subscription")} run other images`;
  return [slot(text, evidence.id), ` (read at ${evidence.observedAt.slice(11, 16)} UTC)`];
}
