/** The engine against the concrete simulator, on arbitrary small estates. */
import type { EstateSnapshot, SourceExposure } from "@sightline/model";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { computeExposures } from "./compute-exposures.ts";
import { ConcreteSimulator, type Packet } from "./testing/concrete-simulator.fixture.ts";
import { idOf } from "./testing/estate.fixture.ts";
import {
  arbitraryDoubtfulEstate,
  arbitraryEstate,
  machineNames,
  sampleHosts,
  samplePorts,
  samplePublicSources,
  sampleSourcePorts,
} from "./testing/random-estate.fixture.ts";

type Reached = (machine: string, port: number, protocol: "TCP" | "UDP") => ReadonlySet<string>;

const publicEntries = ["20.0.0.0", "20.0.0.1", "20.0.0.2", "20.0.0.9"];
const privateEntries = ["10.1.0.4", "10.1.1.4", "10.2.0.4", "10.1.0.100"];

/** Every sample packet of an origin. */
function packetsOf(origin: "internet" | "network"): readonly Packet[] {
  const sources = origin === "internet" ? samplePublicSources : sampleHosts;
  const entries = origin === "internet" ? publicEntries : privateEntries;
  return (["TCP", "UDP"] as const).flatMap((protocol) =>
    sources.flatMap((source) =>
      entries.flatMap((destination) =>
        samplePorts.flatMap((port) =>
          sampleSourcePorts.map((sourcePort): Packet => ({ source, sourcePort, destination, port, protocol })),
        ),
      ),
    ),
  );
}

const packets = { internet: packetsOf("internet"), network: packetsOf("network") };

/** Sends every sample packet once and remembers which sources reach which machine and port. */
function sendAll(simulator: ConcreteSimulator, origin: "internet" | "network"): Reached {
  const reached = new Map<string, Set<string>>();
  for (const packet of packets[origin]) {
    const ends = origin === "internet" ? simulator.fromInternet(packet) : simulator.fromNetwork(packet);
    for (const end of ends) {
      const key = `${end}/${packet.protocol}`;
      reached.set(key, (reached.get(key) ?? new Set()).add(packet.source));
    }
  }
  return (machine, port, protocol) => reached.get(`${machine}:${port}/${protocol}`) ?? new Set();
}

function answersOf(
  estate: EstateSnapshot,
): (machine: string, port: number, protocol: string, position: string) => SourceExposure | undefined {
  const { exposures } = computeExposures(estate);
  return (machine, port, protocol, position) =>
    exposures
      .find(
        (exposure) =>
          exposure.workload === idOf.machine(machine) &&
          exposure.protocol === protocol &&
          exposure.ports.some(({ from, to }) => from <= port && port <= to),
      )
      ?.sources.find((source) => source.position === position);
}

/** Sample sources that lie in no prefix of any rule: who they reach, the internet reaches. */
const anyone = ["203.0.114.1", "198.51.100.8", "8.8.8.8"];

const ownAddress: Readonly<Record<string, string>> = { m0: "10.1.0.4", m1: "10.1.1.4", m2: "10.2.0.4" };

/** `SIGHTLINE_TEST_RUNS` multiplies the number of estates, for long runs. */
const times = Number(process.env["SIGHTLINE_TEST_RUNS"] ?? "1");

interface Asked {
  readonly machine: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

const questions: readonly Asked[] = machineNames.flatMap((machine) =>
  samplePorts.flatMap((port) => (["TCP", "UDP"] as const).map((protocol) => ({ machine, port, protocol }))),
);

/** Both origins of packets, and who of them reaches a machine's port. */
function shoot(estate: EstateSnapshot, mood: "for-attacker" | "against-attacker") {
  const simulator = new ConcreteSimulator(estate, mood);
  const [internet, network] = [sendAll(simulator, "internet"), sendAll(simulator, "network")];
  return ({ machine, port, protocol }: Asked) => {
    const outsiders = internet(machine, port, protocol);
    const hosts = [...network(machine, port, protocol)].filter((host) => host !== ownAddress[machine]);
    return {
      anyone: anyone.some((source) => outsiders.has(source)),
      listed: outsiders.size > 0,
      hosts: hosts.length > 0,
    };
  };
}

describe("the engine beside the concrete simulator", () => {
  it(
    "says reachable and unreachable exactly where packets arrive, when nothing is in doubt",
    () => {
      fc.assert(
        fc.property(arbitraryEstate, (estate) => {
          const arrived = shoot(estate, "against-attacker");
          const answer = answersOf(estate);
          const differing = questions.flatMap((asked) => {
            const { machine, port, protocol } = asked;
            const { anyone: open, listed, hosts } = arrived(asked);
            const expected = {
              internet: open ? "reachable" : "unreachable",
              "internet-allowlisted": listed ? "reachable" : "unreachable",
              "same-vnet": hosts || open ? "reachable" : listed ? "undetermined" : "unreachable",
            };
            return Object.entries(expected).flatMap(([position, result]) => {
              const actual = answer(machine, port, protocol, position)?.result;
              return actual === result ? [] : [{ ...asked, position, result, actual }];
            });
          });
          expect(differing).toEqual([]);
        }),
        { numRuns: 250 * times },
      );
    },
    120_000 * times,
  );

  it(
    "never says unreachable where a doubt that turns out for the attacker lets packets in, nor reachable where one against keeps them out",
    () => {
      fc.assert(
        fc.property(arbitraryDoubtfulEstate, (estate) => {
          const [best, worst] = [shoot(estate, "for-attacker"), shoot(estate, "against-attacker")];
          const answer = answersOf(estate);
          const wrong = questions.flatMap((asked) => {
            const { machine, port, protocol } = asked;
            const [may, surely] = [best(asked), worst(asked)];
            const internet = answer(machine, port, protocol, "internet")?.result;
            const inside = answer(machine, port, protocol, "same-vnet")?.result;
            const faults = [
              internet === "unreachable" && may.anyone,
              internet === "reachable" && !surely.anyone,
              inside === "unreachable" && (may.hosts || may.anyone),
              inside === "reachable" && !surely.hosts && !surely.anyone,
            ];
            return faults.includes(true) ? [{ ...asked, internet, inside, faults }] : [];
          });
          expect(wrong).toEqual([]);
        }),
        { numRuns: 250 * times },
      );
    },
    120_000 * times,
  );
});
