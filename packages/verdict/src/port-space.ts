/** Which ports have been judged: a "nobody reaches it" over half the ports says nothing about the other half. */
import type { Exposure, PortRange, TransportProtocol, Workload } from "@sightline/model";

/** Ports that must have been judged before anything is called unreachable. */
export interface RequiredPorts {
  readonly protocol: TransportProtocol;
  readonly ports: readonly PortRange[];
}

const everyPort: readonly PortRange[] = [{ from: 1, to: 65535 }];

/**
 * An undeclared port may listen, so every TCP and UDP port counts. A site is reached through App Service's front ends,
 * which carry HTTP and HTTPS only. Source: learn.microsoft.com, "App Service networking features", inbound.
 */
export function requiredPorts({ kind }: Pick<Workload, "kind">): readonly RequiredPorts[] {
  return kind === "site"
    ? [
        {
          protocol: "TCP",
          ports: [
            { from: 80, to: 80 },
            { from: 443, to: 443 },
          ],
        },
      ]
    : [
        { protocol: "TCP", ports: everyPort },
        { protocol: "UDP", ports: everyPort },
      ];
}

/** The first required port that no exposure speaks about, or nothing when all are judged. */
export function findUnjudgedPort(
  required: readonly RequiredPorts[],
  exposures: readonly Pick<Exposure, "protocol" | "ports">[],
): { readonly protocol: TransportProtocol; readonly port: number } | undefined {
  for (const { protocol, ports } of required) {
    const judged = exposures.filter((exposure) => exposure.protocol === protocol).flatMap((exposure) => exposure.ports);
    for (const range of ports) {
      const port = findUncovered(range, judged);
      if (port !== undefined) {
        return { protocol, port };
      }
    }
  }
  return undefined;
}

function findUncovered(range: PortRange, judged: readonly PortRange[]): number | undefined {
  let next = range.from;
  for (const { from, to } of judged.toSorted((left, right) => left.from - right.from)) {
    if (from > next) {
      break;
    }
    next = Math.max(next, to + 1);
  }
  return next > range.to ? undefined : next;
}

/** Is the port in one of the ranges? */
export function isInRanges(port: number, ranges: readonly PortRange[]): boolean {
  return ranges.some(({ from, to }) => from <= port && port <= to);
}
