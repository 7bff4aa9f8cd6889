/** Cutting the ports of a station into ranges that behave alike. */
import type { PortRange, TransportProtocol } from "@sightline/model";
import type { Network, Station } from "./model/network.ts";

/** The source port flows have unless a rule asks for another: any port a client may use. */
export const ephemeralPort = 50_000;

/** Ports that can listen. */
const portsFirst = 1;
const portsLast = 65_535;

/** First ports of ranges in which nothing before the station changes; links that keep ports hand those behind them on. */
function findBoundaries(
  station: Station,
  protocol: TransportProtocol,
  network: Network,
  visited: ReadonlySet<string>,
): readonly number[] {
  if (visited.has(station.key)) {
    return [];
  }
  const walked = new Set([...visited, station.key]);
  const behind = network.linksInto(station).flatMap((link) => {
    const from = link.from.kind === "station" ? network.stations.get(link.from.key) : undefined;
    const further = from !== undefined && link.keepsPorts ? findBoundaries(from, protocol, network, walked) : [];
    return [...link.boundaries(protocol), ...further];
  });
  return [...station.boundaries(protocol), ...behind];
}

/** The ranges into which the ports of these stations fall, rising and without gaps. */
export function dividePorts(
  stations: readonly Station[],
  protocol: TransportProtocol,
  network: Network,
): readonly PortRange[] {
  const found = stations.flatMap((station) => findBoundaries(station, protocol, network, new Set()));
  const starts = [portsFirst, ...new Set(found.filter((port) => port > portsFirst && port <= portsLast))].sort(
    (left, right) => left - right,
  );
  return starts.map((from, index) => ({ from, to: (starts[index + 1] ?? portsLast + 1) - 1 }));
}

/** Neighbouring ranges joined, rising. */
export function joinRanges(ranges: readonly PortRange[]): readonly PortRange[] {
  const joined: PortRange[] = [];
  for (const range of [...ranges].sort((left, right) => left.from - right.from)) {
    const last = joined.at(-1);
    if (last !== undefined && last.to + 1 >= range.from) {
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    } else {
      joined.push(range);
    }
  }
  return joined;
}
