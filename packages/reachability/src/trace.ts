/** Turns passages into paths with a concrete flow at every hop. */
import type { AttackerPosition, Hop, Path, ResourceId, WitnessFlow } from "@sightline/model";
import { addressText } from "./model/filter.ts";
import type { Destination } from "./model/network.ts";
import { type Address, formatAddress, parseAddress } from "./packet-set/address.ts";
import { type AddressAlgebra, type AddressSet, firstAddress, hasAddress } from "./packet-set/address-set.ts";
import { ephemeralPort } from "./ports.ts";
import type { Crossed, Passage } from "./propagate.ts";

/** At most this many paths are shown; more say nothing new. */
const pathsMax = 3;

/** Documentation addresses (RFC 5737, RFC 3849): no one's, so a witness of "anyone" names nobody. */
const usualWitnesses = ["203.0.113.10", "198.51.100.10", "2001:db8::10"].map(parseAddress);

/** Azure keeps the first four addresses of a subnet for itself, so the fifth of a range is a likelier sender. */
function fifthAddress(first: Address): Address {
  return first.family === 4 ? { family: 4, value: first.value + 4 } : { family: 6, value: first.value + 4n };
}

/** A source that gets through: a documentation address where there is one, else one of the lowest range. */
export function chooseWitness(passes: AddressSet): Address | undefined {
  const first = firstAddress(passes);
  const usual = usualWitnesses.find((address) => address !== undefined && hasAddress(passes, address));
  if (usual !== undefined || first === undefined) {
    return usual;
  }
  const fifth = fifthAddress(first);
  return hasAddress(passes, fifth) ? fifth : first;
}

function destinationText({ addresses, text }: Destination): string {
  return text === "" ? addressText(firstAddress(addresses)) : text;
}

interface Sender {
  readonly address: Address | undefined;
  readonly text: string;
}

/** The sender as seen behind this step: a node or a proxy that takes the sender's place shows its own address. */
function nextSender(sender: Sender, crossed: Crossed, before: Crossed | undefined): Sender {
  const { becomes } = crossed.step.link;
  if (before === undefined || becomes === undefined || becomes.kind === "any-pod" || becomes.kind === "origin") {
    return sender;
  }
  const text = destinationText(before.step.traffic.destination);
  return { address: parseAddress(text), text };
}

function toHop(crossed: Crossed, from: ResourceId | AttackerPosition, sender: Sender, sourcePort: number): Hop {
  const { link, station, traffic } = crossed.step;
  const destination = firstAddress(traffic.destination.addresses);
  const flow: WitnessFlow = {
    sourceAddress: sender.text,
    destinationAddress: destinationText(traffic.destination),
    destinationPort: traffic.port,
    protocol: traffic.protocol,
    ...(sourcePort === ephemeralPort ? {} : { sourcePort }),
  };
  return {
    from,
    to: station.resource,
    kind: link.kind,
    flow,
    transform: link.transform,
    guards: crossed.checkpoint.filters.flatMap((filter) => filter.explainPass(sender.address, destination)),
    authentication: link.authentication,
    waf: "off",
  };
}

type Trace = readonly [Hop, ...Hop[]];

/** Hops are the same for every position that takes them, save who stands at the beginning. */
const traces = new WeakMap<Passage, Trace>();

function traceHops(passage: Passage, position: AttackerPosition): Trace | undefined {
  const known = traces.get(passage);
  const witness = chooseWitness(passage.passes);
  if (known !== undefined || witness === undefined) {
    return known;
  }
  let sender: Sender = { address: witness, text: formatAddress(witness) };
  const [first, ...others] = passage.crossed.map((crossed, index) => {
    const before = passage.crossed[index - 1];
    sender = nextSender(sender, crossed, before);
    return toHop(crossed, before?.step.station.resource ?? position, sender, passage.sourcePort);
  });
  if (first === undefined) {
    return undefined;
  }
  const trace: Trace = [first, ...others];
  traces.set(passage, trace);
  return trace;
}

/** The path of a passage that lets someone through, seen from a position. */
export function toPath(passage: Passage, position: AttackerPosition): Path | undefined {
  const hops = traceHops(passage, position);
  const target = passage.chain.steps.at(-1)?.traffic;
  if (hops === undefined || target === undefined) {
    return undefined;
  }
  const [first, ...others] = hops;
  const { port, protocol } = target;
  return { hops: [first.from === position ? first : { ...first, from: position }, ...others], port, protocol };
}

function linkKeys({ chain }: Passage): readonly string[] {
  return chain.steps.map(({ link }) => link.key);
}

function compareLength(left: Passage, right: Passage): number {
  const byHops = left.chain.steps.length - right.chain.steps.length;
  const [leftKey, rightKey] = [linkKeys(left).join(">"), linkKeys(right).join(">")];
  return byHops !== 0 ? byHops : leftKey < rightKey ? -1 : leftKey > rightKey ? 1 : 0;
}

/** The shortest passages that share no link, at most three. */
export function chooseDisjoint(passages: readonly Passage[]): readonly Passage[] {
  const used = new Set<string>();
  const chosen: Passage[] = [];
  for (const passage of [...passages].sort(compareLength)) {
    const keys = linkKeys(passage);
    if (chosen.length < pathsMax && !keys.some((key) => used.has(key))) {
      chosen.push(passage);
      for (const key of keys) {
        used.add(key);
      }
    }
  }
  return chosen;
}

/** All sources of these passages. */
export function uniteSources(passages: readonly Passage[], addresses: AddressAlgebra): AddressSet {
  return passages.reduce((set, { passes }) => addresses.union(set, passes), addresses.none);
}
