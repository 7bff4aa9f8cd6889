/** Paths and cuts as a stranger would check them: by sending the witness, and by looking up what they name. */
import type { CandidateEntry, EstateSnapshot, Guard, Obstacle, Path } from "@sightline/model";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { computeExposures } from "./compute-exposures.ts";
import { ConcreteSimulator } from "./testing/concrete-simulator.fixture.ts";
import { idOf } from "./testing/estate.fixture.ts";
import { arbitraryDoubtfulEstate, arbitraryEstate, machineNames } from "./testing/random-estate.fixture.ts";

const anyEstate = fc.oneof(arbitraryEstate, arbitraryDoubtfulEstate);
const numRuns = 60;

/** Does the packet of the first hop end at the machine's port, even if every doubt turns out against it? */
function arrives(estate: EstateSnapshot, path: Path, machine: string): boolean {
  const simulator = new ConcreteSimulator(estate, "against-attacker");
  const [{ flow, kind }] = path.hops;
  const { sourceAddress: source, destinationAddress: destination, destinationPort: port, sourcePort = 50_000 } = flow;
  const protocol = path.protocol === "UDP" ? "UDP" : "TCP";
  const packet = { source, sourcePort, destination, port, protocol } as const;
  const ends = kind === "public-ip" ? simulator.fromInternet(packet) : simulator.fromNetwork(packet);
  return ends.includes(`${machine}:${path.port}`);
}

/** The rule a pointer leads to has the name that is given, and the resource exists. */
function isFound(
  estate: EstateSnapshot,
  named: { readonly resource: string; readonly rule: string; readonly pointer?: string },
): boolean {
  const resource: unknown = estate.resources.find(({ id }) => id === named.resource);
  if (named.pointer === undefined) {
    return true;
  }
  const found = named.pointer
    .split("/")
    .slice(1)
    .reduce<unknown>(
      (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
      resource,
    );
  return typeof found === "object" && found !== null && Reflect.get(found, "name") === named.rule;
}

const rulesIn = (obstacles: readonly Obstacle[]) =>
  obstacles.flatMap((obstacle) => (obstacle.kind === "rule" ? [obstacle] : []));

describe("evidence", () => {
  it("shows paths whose witness really arrives, hop joined to hop", () => {
    fc.assert(
      fc.property(anyEstate, (estate) => {
        const wrong = computeExposures(estate).exposures.flatMap(({ workload, ports, sources }) => {
          const machine = machineNames.find((name) => idOf.machine(name) === workload) ?? "";
          return sources
            .flatMap((source) => (source.result === "reachable" ? source.paths : []))
            .filter((path) => {
              const joined = path.hops.every((hop, index) => index === 0 || hop.from === path.hops[index - 1]?.to);
              const inRange = ports.some(({ from, to }) => from <= path.port && path.port <= to);
              return !(joined && inRange && arrives(estate, path, machine));
            });
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns },
    );
  }, 60_000);

  it("points at rules that have the names it gives, and cites complete lists for every negative", () => {
    fc.assert(
      fc.property(anyEstate, (estate) => {
        const complete = new Set(estate.coverage.filter((one) => one.complete).map(({ id }) => String(id)));
        for (const { sources } of computeExposures(estate).exposures) {
          const guards: readonly Guard[] = sources.flatMap((source) =>
            source.result === "reachable" ? source.paths.flatMap(({ hops }) => hops.flatMap((hop) => hop.guards)) : [],
          );
          const entries: readonly CandidateEntry[] = sources.flatMap((source) =>
            source.result === "reachable" ? [] : source.cut.entries,
          );
          const rules = rulesIn(entries.flatMap(({ obstacles }) => obstacles));
          expect([...guards, ...rules].filter((named) => !isFound(estate, named))).toEqual([]);
          for (const source of sources) {
            if (source.result === "unreachable") {
              expect(source.cut.entries.length).toBeGreaterThan(0);
              expect(source.cut.coverage.length).toBeGreaterThan(0);
              expect(source.cut.coverage.filter((id) => !complete.has(id))).toEqual([]);
            }
          }
        }
      }),
      { numRuns },
    );
  }, 60_000);

  it("names something missing, with a remedy, for every undetermined answer", () => {
    fc.assert(
      fc.property(arbitraryDoubtfulEstate, (estate) => {
        const missing = computeExposures(estate).exposures.flatMap(({ sources }) =>
          sources.flatMap((source) => (source.result === "undetermined" ? source.missing : [])),
        );
        const empty = missing.filter(({ what, remedy, subject }) => what === "" || remedy === "" || subject === "");
        expect(empty).toEqual([]);
        expect(missing.filter(({ what }) => what === "what a way in lets through")).toEqual([]);
      }),
      { numRuns },
    );
  }, 60_000);
});
