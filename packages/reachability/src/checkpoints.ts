/**
 * What stands on a step, worked out once for all ports that it treats alike: links and stations say where their behaviour
 * changes, so everything between two such ports shares one checkpoint.
 */
import type { TransportProtocol } from "@sightline/model";
import type { Filter } from "./model/filter.ts";
import type { Crossing, Link, SourceView, Station } from "./model/network.ts";
import type { AddressAlgebra, AddressSet } from "./packet-set/address-set.ts";
import { countAtOrBelow } from "./packet-set/interval-set.ts";

/** All filters of one step, in the order traffic meets them, and what they let through together. */
export interface Checkpoint {
  /** Equal for checkpoints that do and say the same. */
  readonly id: number;
  readonly filters: readonly Filter[];
  readonly passes: AddressSet;
  readonly may: AddressSet;
}

/** Finds the checkpoint of a step. */
export type FindCheckpoint = (
  step: { readonly link: Link; readonly station: Station },
  crossing: Crossing,
) => Checkpoint;

type Divided = Pick<Link | Station, "boundaries">;

/** Which of its ranges a port is in, for anything that says where its behaviour changes. */
function createCellFinder(): (thing: Divided, protocol: TransportProtocol, port: number) => number {
  const known = new WeakMap<Divided, Map<TransportProtocol, readonly number[]>>();
  return (thing, protocol, port) => {
    const byProtocol = known.get(thing) ?? new Map<TransportProtocol, readonly number[]>();
    known.set(thing, byProtocol);
    const rising = byProtocol.get(protocol) ?? [...thing.boundaries(protocol)].sort((left, right) => left - right);
    byProtocol.set(protocol, rising);
    return countAtOrBelow(rising, port);
  };
}

function viewKey(view: SourceView): string {
  return view.kind === "pod" ? `pod ${view.pod}` : view.kind;
}

/** So many signs are kept; a checkpoint made after that gets a new id, which only joins fewer ranges for a while. */
const signsMax = 20_000;

/** Checkpoints, remembered; one for each computation. */
export function createCheckpoints(addresses: AddressAlgebra): FindCheckpoint {
  const findCell = createCellFinder();
  const byLink = new WeakMap<Link, Map<string, Checkpoint>>();
  const idBySign = new Map<string, number>();
  let made = 0;
  const identify = (sign: string): number => {
    const known = idBySign.get(sign);
    if (known !== undefined) {
      return known;
    }
    if (idBySign.size >= signsMax) {
      idBySign.clear();
    }
    made += 1;
    idBySign.set(sign, made);
    return made;
  };
  const make = (link: Link, station: Station, crossing: Crossing): Checkpoint => {
    const filters = [...link.filters(crossing), ...station.guards(crossing)];
    const passes = filters.reduce((set, filter) => addresses.intersect(set, filter.passes), addresses.all);
    const may = filters.reduce((set, filter) => addresses.intersect(set, filter.may), addresses.all);
    const sign = `${passes.id} ${may.id} ${filters.map((filter) => filter.sign).join("\n")}`;
    return { id: identify(sign), filters, passes, may };
  };
  return ({ link, station }, crossing) => {
    const { protocol, port, destination, sourcePort, view } = crossing;
    const cells = `${findCell(link, protocol, port)}/${findCell(station, protocol, port)}`;
    const key = `${protocol} ${cells} ${destination.addresses.id} ${sourcePort} ${viewKey(view)}`;
    const known = byLink.get(link) ?? new Map<string, Checkpoint>();
    byLink.set(link, known);
    const checkpoint = known.get(key) ?? make(link, station, crossing);
    known.set(key, checkpoint);
    return checkpoint;
  };
}
