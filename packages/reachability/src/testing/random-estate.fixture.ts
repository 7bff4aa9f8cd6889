/** Arbitrary small Azure estates: two networks, three machines, every kind of way in. */
import type { EstateSnapshot, Resource, Route, SecurityRule, VirtualNetworkPeering } from "@sightline/model";
import * as fc from "fast-check";
import {
  balancer,
  balancingRule,
  group,
  idOf,
  machine,
  machineWorkload,
  natRule,
  network,
  nic,
  peering,
  publicIp,
  routeTable,
  rule,
  snapshot,
  subnet,
} from "./estate.fixture.ts";

/** Ports that rules of the random estates speak of, and their neighbours. */
export const samplePorts = [1, 22, 23, 80, 443, 999, 1000, 2000, 2001, 8080];

/** Source ports that tell all behaviours apart. */
export const sampleSourcePorts = [50_000, 1024];

/** Addresses that lie in, beside and far from everything that rules speak of. */
export const samplePublicSources = [
  "203.0.113.10",
  "203.0.114.1",
  "198.51.100.7",
  "198.51.100.8",
  "20.38.98.5",
  "8.8.8.8",
];

/** The same for hosts of the networks. */
export const sampleHosts = ["10.1.0.4", "10.1.0.5", "10.1.0.200", "10.1.1.4", "10.1.1.9", "10.2.0.4", "10.2.0.77"];

const prefixes = [
  "*",
  "*",
  "Internet",
  "VirtualNetwork",
  "AzureLoadBalancer",
  "0.0.0.0/0",
  "10.1.0.0/24",
  "10.1.0.5",
  "10.2.0.0/16",
  "203.0.113.0/24",
  "198.51.100.7/32",
  "Storage",
];

const portRanges = ["*", "22", "80", "443", "1000-2000", "8080"];

const arbitraryRule = (index: number, tags: readonly string[]): fc.Arbitrary<SecurityRule> =>
  fc
    .record({
      priority: fc.integer({ min: 0, max: 9 }),
      direction: fc.constantFrom("Inbound", "Inbound", "Inbound", "Outbound"),
      access: fc.constantFrom("Allow", "Allow", "Deny"),
      protocol: fc.constantFrom("Tcp", "TCP", "*", "Udp"),
      sources: fc.uniqueArray(fc.constantFrom(...prefixes, ...tags), { minLength: 1, maxLength: 2 }),
      destinations: fc.constantFrom("*", "*", "*", "VirtualNetwork", "10.1.0.4", "10.1.0.0/25", "20.0.0.9"),
      ports: fc.uniqueArray(fc.constantFrom(...portRanges), { minLength: 1, maxLength: 2 }),
      sourcePorts: fc.constantFrom("*", "*", "*", "*", "1024-2048"),
      grouped: fc.constantFrom("no", "no", "no", "source", "destination"),
    })
    .map(({ priority, direction, access, protocol, sources, destinations, ports, sourcePorts, grouped }) =>
      rule(`r${index}`, 100 + priority * 10 + index, access, {
        direction,
        protocol,
        sourceAddressPrefixes: grouped === "source" ? [] : sources,
        sourceApplicationSecurityGroups: grouped === "source" ? [idOf.applicationGroup("web")] : [],
        sourcePortRanges: [sourcePorts],
        destinationAddressPrefixes: grouped === "destination" ? [] : [destinations],
        destinationApplicationSecurityGroups: grouped === "destination" ? [idOf.applicationGroup("web")] : [],
        destinationPortRanges: ports,
      }),
    );

const arbitraryRules = (tags: readonly string[]): fc.Arbitrary<readonly SecurityRule[]> =>
  fc
    .integer({ min: 0, max: 4 })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => arbitraryRule(index, tags))));

interface MachinePlan {
  readonly own: boolean;
  readonly publicSku: "none" | "Basic" | "Standard";
  readonly member: boolean;
  readonly inGroup: boolean;
}

const arbitraryMachine: fc.Arbitrary<MachinePlan> = fc.record({
  own: fc.boolean(),
  publicSku: fc.constantFrom("none", "Basic", "Standard"),
  member: fc.boolean(),
  inGroup: fc.boolean(),
});

interface Plan {
  readonly rules: readonly (readonly SecurityRule[])[];
  readonly groups: readonly boolean[];
  readonly machines: readonly MachinePlan[];
  readonly peered: "no" | "yes" | "half" | "no-access";
  readonly front: "none" | "public" | "private";
  readonly sku: string;
  readonly carried: readonly ("plain" | "floating" | "every" | "nat")[];
  readonly routes: readonly Route[];
}

const arbitraryPlan = (tags: readonly string[], routes: fc.Arbitrary<readonly Route[]>): fc.Arbitrary<Plan> =>
  fc.record({
    rules: fc.array(arbitraryRules(tags), { minLength: 3, maxLength: 3 }),
    groups: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
    machines: fc.array(arbitraryMachine, { minLength: 3, maxLength: 3 }),
    peered: fc.constantFrom("no", "yes", "half", "no-access"),
    front: fc.constantFrom("none", "public", "private"),
    sku: fc.constantFrom("Standard", "Basic"),
    carried: fc.uniqueArray(fc.constantFrom("plain", "floating", "every", "nat"), { maxLength: 2 }),
    routes,
  });

const places = [
  { network: "a", subnet: "s1", address: "10.1.0.4" },
  { network: "a", subnet: "s2", address: "10.1.1.4" },
  { network: "b", subnet: "s1", address: "10.2.0.4" },
] as const;

/** Names of the machines. */
export const machineNames = ["m0", "m1", "m2"] as const;

function toPeerings(plan: Plan, from: "a" | "b"): readonly VirtualNetworkPeering[] {
  if (plan.peered === "no" || (plan.peered === "half" && from === "b")) {
    return [];
  }
  const access = plan.peered !== "no-access";
  return from === "a"
    ? [peering("a", "b", "10.2.0.0/16", { allowVirtualNetworkAccess: access })]
    : [peering("b", "a", "10.1.0.0/16", { allowVirtualNetworkAccess: access })];
}

function toMachines(plan: Plan): readonly Resource[] {
  return plan.machines.flatMap((one, index): readonly Resource[] => {
    const place = places[index];
    const name = machineNames[index];
    if (place === undefined || name === undefined) {
      return [];
    }
    const address = one.publicSku === "none" ? [] : [publicIp(`p${index}`, `20.0.0.${index}`, { sku: one.publicSku })];
    return [
      ...address,
      machine(name),
      nic(name, place, {
        applicationSecurityGroups: one.inGroup ? [idOf.applicationGroup("web")] : [],
        ...(one.publicSku === "none" ? {} : { publicIPAddress: idOf.publicIp(`p${index}`) }),
        ...(one.own ? { nic: { networkSecurityGroup: idOf.group("g2") } } : {}),
      }),
    ];
  });
}

function toBalancer(plan: Plan): readonly Resource[] {
  if (plan.front === "none") {
    return [];
  }
  const members = plan.machines.flatMap(({ member }, index) => (member ? (machineNames[index] ?? []) : []));
  const [first] = members;
  const single = first === undefined ? {} : { backendIPConfiguration: idOf.ipConfiguration(first) };
  const rules = [
    ...(plan.carried.includes("plain") ? [balancingRule("lb", "plain", [80, 8080])] : []),
    ...(plan.carried.includes("floating")
      ? [balancingRule("lb", "floating", [443, 443], { enableFloatingIP: true })]
      : []),
    ...(plan.carried.includes("every") ? [balancingRule("lb", "every", [0, 0], { protocol: "All" })] : []),
  ];
  const translations =
    plan.carried.includes("nat") && first !== undefined ? [natRule("lb", "nat", [2000, 22], single)] : [];
  const front =
    plan.front === "public" ? { publicIp: "front" } : { privateAddress: "10.1.0.100", network: "a", subnet: "s1" };
  return [
    ...(plan.front === "public" ? [publicIp("front", "20.0.0.9", { sku: plan.sku })] : []),
    balancer("lb", front, members, { sku: plan.sku, loadBalancingRules: rules, inboundNatRules: translations }),
  ];
}

function toEstate(plan: Plan, hasRoutes: boolean): EstateSnapshot {
  const [first, second] = plan.groups;
  const resources: readonly Resource[] = [
    network(
      "a",
      "10.1.0.0/16",
      [
        subnet("a", "s1", "10.1.0.0/24", {
          ...(first === true ? { networkSecurityGroup: idOf.group("g0") } : {}),
          ...(hasRoutes ? { routeTable: idOf.table("t") } : {}),
        }),
        subnet("a", "s2", "10.1.1.0/24"),
      ],
      { virtualNetworkPeerings: toPeerings(plan, "a") },
    ),
    network(
      "b",
      "10.2.0.0/16",
      [subnet("b", "s1", "10.2.0.0/24", second === true ? { networkSecurityGroup: idOf.group("g1") } : {})],
      { virtualNetworkPeerings: toPeerings(plan, "b") },
    ),
    ...plan.rules.map((rules, index) => group(`g${index}`, rules)),
    ...toMachines(plan),
    ...toBalancer(plan),
    ...(hasRoutes ? [routeTable("t", plan.routes)] : []),
  ];
  return snapshot(resources, machineNames.map(machineWorkload), {
    serviceTags: { Storage: ["20.38.98.0/24"], AzureCloud: ["20.0.0.0/8"] },
  });
}

/** Estates in which nothing is in doubt. */
export const arbitraryEstate: fc.Arbitrary<EstateSnapshot> = arbitraryPlan([], fc.constant([])).map((plan) =>
  toEstate(plan, false),
);

const arbitraryRoutes: fc.Arbitrary<readonly Route[]> = fc.uniqueArray(
  fc
    .record({
      addressPrefix: fc.constantFrom("0.0.0.0/0", "10.1.1.0/24", "10.2.0.0/16", "203.0.113.0/24"),
      nextHopType: fc.constantFrom("VirtualAppliance", "None", "Internet", "VnetLocal"),
    })
    .map(({ addressPrefix, nextHopType }) => ({ name: `to ${addressPrefix}`, addressPrefix, nextHopType })),
  { maxLength: 2, selector: ({ addressPrefix }) => addressPrefix },
);

/** Estates with routes through appliances and service tags nobody collected. */
export const arbitraryDoubtfulEstate: fc.Arbitrary<EstateSnapshot> = arbitraryPlan(
  ["AzureMonitor", "SomethingNew"],
  arbitraryRoutes,
).map((plan) => toEstate(plan, true));
