/**
 * The vendor-independent picture of a network: stations at which traffic arrives, and links that carry it there, walked
 * backwards from a workload to the origins of traffic. Elements lower Azure and Kubernetes resources into it.
 */
import type { AttackerPosition, Hop, MissingInput, ResourceId, TransportProtocol } from "@sightline/model";
import type { AddressSet } from "../packet-set/address-set.ts";
import type { Filter } from "./filter.ts";

/** An address as filters see it, or several that filters treat alike; `text` is the one flows show. */
export interface Destination {
  readonly addresses: AddressSet;
  readonly text: string;
}

/** What arrives somewhere. */
export interface Traffic {
  readonly protocol: TransportProtocol;
  readonly port: number;
  readonly destination: Destination;
}

/** Whom a filter sees as the sender: the origin itself, or what a proxy or a translation put in its place. */
export type SourceView =
  | { readonly kind: "origin" }
  | { readonly kind: "any-pod" }
  | { readonly kind: "pod"; readonly pod: string }
  | { readonly kind: "node" };

/** Traffic at a filter. */
export interface Crossing extends Traffic {
  readonly view: SourceView;
  readonly sourcePort: number;
}

/**
 * Where traffic starts. `public`: anywhere on the internet; `network`: a host of a virtual network; `corporate`: behind a
 * gateway; `cluster`: another pod; `unmodelled`: something that is in the estate, may pass traffic on and is not modelled.
 */
export type OriginKind = "public" | "network" | "corporate" | "cluster" | "unmodelled";

/** A start of traffic. */
export interface Origin {
  readonly kind: OriginKind;
  /** Positions whose holder sends from here. */
  readonly positions: readonly AttackerPosition[];
  readonly sources: AddressSet;
}

/** What must arrive one step before; no destination means the address of that place itself. */
export interface Carried {
  readonly port: number;
  readonly destination?: Destination;
}

/** A place at which traffic arrives. */
export interface Station {
  readonly key: string;
  /** What hops and witnesses name. */
  readonly resource: ResourceId;
  readonly destination: Destination;
  /** Key of the virtual network whose hosts can address it; absent when it has no address of its own there. */
  readonly network?: string;
  /** Where things that are not modelled may hand traffic over: at a public address, or inside a network. */
  readonly entrance?: "public" | "private";
  /** Set when it is in some virtual network and nobody knows in which. */
  readonly networkDoubt?: MissingInput;
  /** What stands right before it. */
  readonly guards: (crossing: Crossing) => readonly Filter[];
  /** First ports of ranges in which its guards behave alike. */
  readonly boundaries: (protocol: TransportProtocol) => readonly number[];
  /** Source ports that show every behaviour of its guards; empty when the source port does not matter. */
  readonly sourcePorts: readonly number[];
}

/** Carries traffic from a station, or from an origin, to a station. */
export interface Link {
  readonly key: string;
  readonly from:
    | { readonly kind: "station"; readonly key: string }
    | { readonly kind: "origin"; readonly origin: Origin };
  readonly to: string;
  readonly kind: Hop["kind"];
  /** Names the way in, in cuts: `public-ip`, `load-balancer`, `peering`, … */
  readonly entry: string;
  readonly resource?: ResourceId;
  readonly transform: Hop["transform"];
  readonly authentication: Hop["authentication"];
  /** The sender as seen from here on, when it is no longer the origin. */
  readonly becomes?: SourceView;
  /** What must arrive at `from` so that `traffic` arrives at `to`; empty when the link does not carry it. */
  readonly carries: (traffic: Traffic) => readonly Carried[];
  /** What stands on the link itself; `crossing` is the traffic at `to`. */
  readonly filters: (crossing: Crossing) => readonly Filter[];
  /** Destination under which its traffic arrives at `to`, when that is not the address of `to` itself. */
  readonly delivers?: Destination;
  /** Ports of `to` at which the link behaves differently. */
  readonly boundaries: (protocol: TransportProtocol) => readonly number[];
  /** Does it carry every port unchanged, so that what stands before `from` divides the ports of `to` as well? */
  readonly keepsPorts: boolean;
}

/** What an element makes of the estate. */
export interface Lowered {
  readonly stations: readonly Station[];
  readonly links: readonly Link[];
  /** Links made when asked for, where writing all of them down would be many for few that count. */
  readonly linksInto?: (station: Station) => readonly Link[];
}

/** Everything the elements made, by station. */
export interface Network {
  readonly stations: ReadonlyMap<string, Station>;
  readonly linksInto: (station: Station) => readonly Link[];
}

/** Links of so many stations are kept; they are made again when needed. */
const rememberedMax = 4096;

/** Puts the lowered parts together. Links to stations nobody made are dropped: nothing is behind them. */
export function joinLowered(parts: readonly Lowered[]): Network {
  const stations = new Map(parts.flatMap((part) => part.stations).map((station) => [station.key, station]));
  const written = Map.groupBy(
    parts.flatMap((part) => part.links),
    (link) => link.to,
  );
  const made = new Map<string, readonly Link[]>();
  return {
    stations,
    linksInto: (station) => {
      const known = made.get(station.key);
      if (known !== undefined) {
        return known;
      }
      const links = [
        ...(written.get(station.key) ?? []),
        ...parts.flatMap((part) => part.linksInto?.(station) ?? []),
      ].sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
      if (made.size >= rememberedMax) {
        made.clear();
      }
      made.set(station.key, links);
      return links;
    },
  };
}
