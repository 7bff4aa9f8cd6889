/** Compiled rule lists beside a naive first match. */
import type { TransportProtocol } from "@sightline/model";
import { toArmId } from "@sightline/model";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAddress, parseAddress, parsePrefix } from "../packet-set/address.ts";
import { createAddressAlgebra, hasAddress } from "../packet-set/address-set.ts";
import { createPortAlgebra, toPortSet } from "../packet-set/port-set.ts";
import { createRuleJudge, decidingRule, denyingRules } from "./decide.ts";
import { exactly, type Rule, type RuleEffect, type RuleList } from "./rule.ts";

const addresses = createAddressAlgebra();
const ports = createPortAlgebra();
const resource =
  toArmId("/subscriptions/s/g") ??
  (() => {
    throw new Error("no id");
  })();

interface Plain {
  readonly effect: RuleEffect;
  readonly protocols: readonly TransportProtocol[];
  readonly sure: readonly string[];
  readonly more: readonly string[];
  readonly ports: readonly [number, number];
  readonly destination: string;
}

const prefixes = [
  "0.0.0.0/0",
  "10.0.0.0/8",
  "10.1.0.0/16",
  "10.1.2.0/24",
  "10.1.2.3/32",
  "20.0.0.0/6",
  "203.0.113.0/24",
];

const arbitraryPlain = (doubts: boolean): fc.Arbitrary<Plain> =>
  fc.record({
    effect: doubts
      ? fc.constantFrom<RuleEffect>("allow", "deny", "unknown")
      : fc.constantFrom<RuleEffect>("allow", "deny"),
    protocols: fc.constantFrom<readonly TransportProtocol[]>(["TCP"], ["UDP"], ["TCP", "UDP", "SCTP", "ICMP"]),
    sure: fc.uniqueArray(fc.constantFrom(...prefixes), { maxLength: 2 }),
    more: doubts ? fc.uniqueArray(fc.constantFrom(...prefixes), { maxLength: 1 }) : fc.constant([]),
    ports: fc.constantFrom<readonly [number, number]>([0, 65_535], [22, 22], [80, 90], [85, 2000]),
    destination: fc.constantFrom("0.0.0.0/0", "172.16.0.4/32", "172.16.0.0/24", "172.16.9.0/24"),
  });

function toRule(plain: Plain, index: number): Rule {
  const setOf = (texts: readonly string[]) =>
    addresses.fromBlocks(texts.map(parsePrefix).filter((block) => block !== undefined));
  const [from, to] = plain.ports;
  const sure = setOf(plain.sure);
  return {
    name: `r${index}`,
    effect: plain.effect,
    protocols: exactly(new Set(plain.protocols)),
    sources: { sure, may: addresses.union(sure, setOf(plain.more)) },
    sourcePorts: exactly(ports.all),
    destinations: exactly(setOf([plain.destination])),
    ports: exactly(toPortSet(ports, [{ from, to }])),
    missing: [],
  };
}

const toList = (plains: readonly Plain[]): RuleList => ({ resource, rules: plains.map(toRule), expansions: new Map() });

const samples = [
  "1.1.1.1",
  "10.0.0.1",
  "10.1.0.1",
  "10.1.2.2",
  "10.1.2.3",
  "10.1.2.4",
  "20.0.0.1",
  "23.255.255.255",
  "24.0.0.0",
  "203.0.113.5",
];

const isIn = (source: string, texts: readonly string[]): boolean =>
  texts.some((text) => {
    const [address, block] = [parseAddress(source), parsePrefix(text)];
    return address?.family === 4 && block?.family === 4 && block.from <= address.value && address.value < block.to;
  });

/** First match, one packet, doubts settled by `friendly`; nothing of the compiler is used. */
function allowsNaively(plains: readonly Plain[], source: string, port: number, friendly: boolean): boolean {
  const decided = plains.find(({ effect, protocols, sure, more, ports: [from, to], destination }) => {
    const allows = effect === "allow" || (effect === "unknown" && friendly);
    const sources = allows === friendly ? [...sure, ...more] : sure;
    const flow = protocols.includes("TCP") && from <= port && port <= to && isIn("172.16.0.4", [destination]);
    return flow && isIn(source, sources);
  });
  return decided?.effect === "allow" || (decided?.effect === "unknown" && friendly);
}

function toAddress(text: string) {
  const address = parseAddress(text);
  if (address === undefined) {
    throw new Error(text);
  }
  return address;
}

const target = addresses.fromBlocks([parsePrefix("172.16.0.4")].filter((block) => block !== undefined));

describe("compiled rule lists", () => {
  for (const doubts of [false, true]) {
    it(`agree with first match on every sample${doubts ? ", from both sides of a doubt" : ""}`, () => {
      fc.assert(
        fc.property(fc.array(arbitraryPlain(doubts), { maxLength: 8 }), (plains) => {
          const judge = createRuleJudge(addresses);
          const list = toList(plains);
          const wrong = [21, 22, 80, 85, 90, 91, 2000, 2001].flatMap((port) => {
            const decision = judge.decide(list, { protocol: "TCP", port, sourcePort: 50_000, destination: target });
            return samples.flatMap((source) => {
              const address = toAddress(source);
              const right =
                hasAddress(decision.sure, address) === allowsNaively(plains, source, port, false) &&
                hasAddress(decision.may, address) === allowsNaively(plains, source, port, true);
              return right ? [] : [`${source} ${port}`];
            });
          });
          expect(wrong).toEqual([]);
        }),
        { numRuns: 300 },
      );
    });
  }

  it("name the rule that decides, and every rule that keeps someone out", () => {
    const list = toList([
      {
        effect: "deny",
        protocols: ["TCP"],
        sure: ["10.1.0.0/16"],
        more: [],
        ports: [0, 65_535],
        destination: "0.0.0.0/0",
      },
      {
        effect: "allow",
        protocols: ["TCP"],
        sure: ["10.0.0.0/8"],
        more: [],
        ports: [0, 65_535],
        destination: "0.0.0.0/0",
      },
      {
        effect: "deny",
        protocols: ["TCP"],
        sure: ["0.0.0.0/0"],
        more: [],
        ports: [0, 65_535],
        destination: "0.0.0.0/0",
      },
    ]);
    const decision = createRuleJudge(addresses).decide(list, {
      protocol: "TCP",
      port: 80,
      sourcePort: 1,
      destination: target,
    });
    const names = ["10.1.2.3", "10.2.0.1", "8.8.8.8"].map(
      (source) => decidingRule(decision, toAddress(source), "strict")?.name,
    );
    expect(names).toEqual(["r0", "r1", "r2"]);
    expect(denyingRules(decision, addresses.all, addresses).map(({ name }) => name)).toEqual(["r0", "r2"]);
    expect(denyingRules(decision, addresses.internet, addresses).map(({ name }) => name)).toEqual(["r2"]);
  });

  it("share one decision between ports, and destinations, that no rule tells apart", () => {
    const judge = createRuleJudge(addresses);
    const list = toList([
      { effect: "allow", protocols: ["TCP"], sure: ["0.0.0.0/0"], more: [], ports: [80, 90], destination: "0.0.0.0/0" },
    ]);
    const decide = (port: number) => judge.decide(list, { protocol: "TCP", port, sourcePort: 1, destination: target });
    expect(decide(81)).toBe(decide(89));
    expect(decide(91)).not.toBe(decide(89));
    expect(formatAddress(toAddress("10.0.0.1"))).toBe("10.0.0.1");
  });
});
