/** Machines: each pair is an estate that looks shut and its twin that is open, or the other way round, one change apart. */
import type { EstateSnapshot, Resource, Route, SecurityRule } from "@sightline/model";
import { describe, expect, it } from "vitest";
import { computeExposures } from "./compute-exposures.ts";
import { ask, missingOf, resultOf } from "./testing/answer.fixture.ts";
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
  other,
  peering,
  publicIp,
  routeTable,
  rule,
  snapshot,
  subnet,
} from "./testing/estate.fixture.ts";

const place = { network: "v", subnet: "s", address: "10.1.0.4" };
const web = rule("web", 100, "Allow", { destinationPortRanges: ["443"] });

interface Twist {
  readonly rules?: readonly SecurityRule[];
  readonly sku?: string;
  readonly grouped?: boolean;
  readonly routes?: readonly Route[];
  readonly extra?: readonly Resource[];
  readonly census?: EstateSnapshot["census"];
  readonly serviceTags?: EstateSnapshot["serviceTags"];
}

/** One machine with a public address behind a security group on its subnet. */
function estateOf(twist: Twist): EstateSnapshot {
  const { rules = [], sku = "Standard", grouped = true, routes, extra = [], census = [] } = twist;
  const resources = [
    network("v", "10.1.0.0/16", [
      subnet("v", "s", "10.1.0.0/24", {
        ...(grouped ? { networkSecurityGroup: idOf.group("g") } : {}),
        ...(routes === undefined ? {} : { routeTable: idOf.table("t") }),
      }),
    ]),
    group("g", rules),
    publicIp("p", "20.1.2.3", { sku }),
    nic("m", place, { publicIPAddress: idOf.publicIp("p") }),
    machine("m"),
    ...(routes === undefined ? [] : [routeTable("t", routes)]),
    ...extra,
  ];
  const tags = twist.serviceTags === undefined ? {} : { serviceTags: twist.serviceTags };
  return snapshot(resources, [machineWorkload("m")], { census, ...tags });
}

describe("a machine with a public address", () => {
  it("is reachable on the port a rule opens and on no other", () => {
    const estate = estateOf({ rules: [web] });
    expect([443, 22].map((port) => resultOf(estate, "internet", port))).toEqual(["reachable", "unreachable"]);
  });

  it("covers every port of both protocols, each once", () => {
    const { exposures } = computeExposures(estateOf({ rules: [web] }));
    for (const protocol of ["TCP", "UDP"]) {
      const ranges = exposures.filter((exposure) => exposure.protocol === protocol).flatMap(({ ports }) => ports);
      const sorted = [...ranges].sort((left, right) => left.from - right.from);
      expect(sorted.map(({ from }) => from)).toEqual([1, ...sorted.slice(0, -1).map(({ to }) => to + 1)]);
      expect(sorted.at(-1)?.to).toBe(65_535);
    }
  });

  it("is open with a Basic address and no group, closed with a Standard one", () => {
    expect(resultOf(estateOf({ grouped: false, sku: "Basic" }), "internet", 22)).toBe("reachable");
    expect(resultOf(estateOf({ grouped: false, sku: "" }), "internet", 22)).toBe("reachable");
    expect(resultOf(estateOf({ grouped: false }), "internet", 22)).toBe("unreachable");
  });

  it("is undetermined with a SKU nobody knows", () => {
    const answer = ask(estateOf({ grouped: false, sku: "Platinum" }), { from: "internet", port: 22 });
    expect(missingOf(answer)).toContain("sku");
  });

  it("is not opened by an unattached group, nor by one on another machine", () => {
    const stray = group("stray", [web]);
    expect(resultOf(estateOf({ extra: [stray] }), "internet", 443)).toBe("unreachable");
  });

  it("stays shut when only one of two groups allows", () => {
    const shut = group("own", []);
    const own = nic("m", place, {
      publicIPAddress: idOf.publicIp("p"),
      nic: { networkSecurityGroup: idOf.group("own") },
    });
    const estate = estateOf({ rules: [web], extra: [shut] });
    const guarded = {
      ...estate,
      resources: estate.resources.map((one) => (one.kind === "networkInterface" ? own : one)),
    };
    const answer = ask(guarded, { from: "internet", port: 443 });
    expect(answer.result).toBe("unreachable");
    const opened = {
      ...guarded,
      resources: guarded.resources.map((one) => (one.id === shut.id ? group("own", [web]) : one)),
    };
    expect(resultOf(opened, "internet", 443)).toBe("reachable");
  });

  it("is undetermined when its group was not read", () => {
    const estate = estateOf({ rules: [] });
    const without = { ...estate, resources: estate.resources.filter(({ kind }) => kind !== "networkSecurityGroup") };
    expect(missingOf(ask(without, { from: "internet", port: 443 }))).toContain("network security group");
  });

  it("is undetermined when its subnet was not read, for everyone", () => {
    const estate = estateOf({ rules: [web] });
    const lost = { ...estate, resources: estate.resources.filter(({ kind }) => kind !== "virtualNetwork") };
    for (const from of ["internet", "same-vnet", "corp"] as const) {
      expect(missingOf(ask(lost, { from, port: 22 }))).toContain("subnet");
    }
  });

  it("ignores ports of ICMP rules, and other protocols", () => {
    const ping = rule("ping", 100, "Allow", { protocol: "Icmp" });
    expect(resultOf(estateOf({ rules: [ping] }), "internet", 443)).toBe("unreachable");
    const star = rule("any", 100, "Allow", { protocol: "*", destinationPortRanges: ["443"] });
    expect([443, 444].map((port) => resultOf(estateOf({ rules: [star] }), "internet", port))).toEqual([
      "reachable",
      "unreachable",
    ]);
  });

  it("is undetermined by an access, a protocol or a direction nobody knows, and names the field", () => {
    const strange: readonly (readonly [string, Partial<SecurityRule>])[] = [
      ["access", { access: "Perhaps" }],
      ["protocol", { protocol: "Quic" }],
      ["direction", { direction: "Sideways" }],
    ];
    for (const [field, fault] of strange) {
      const answer = ask(estateOf({ rules: [{ ...web, ...fault }] }), { from: "internet", port: 443 });
      expect(answer.result).toBe("undetermined");
      expect(missingOf(answer)).toContain(field);
    }
  });

  it("is undetermined while its public address has no value", () => {
    const { ipAddress: _value, ...unset } = publicIp("p", "");
    const estate = estateOf({ rules: [web] });
    const idle = {
      ...estate,
      resources: estate.resources.map((one) => (one.kind === "publicIPAddress" ? unset : one)),
    };
    expect(missingOf(ask(idle, { from: "internet", port: 443 }))).toContain("has none at the moment");
  });

  it("admits whoever sends from the source port a rule asks for", () => {
    const picky = { ...web, sourcePortRanges: ["1024-2048"] };
    const answer = ask(estateOf({ rules: [picky] }), { from: "internet", port: 443 });
    expect(answer.result === "reachable" && answer.paths[0].hops.at(-1)?.flow.sourcePort).toBe(1024);
  });
});

describe("allow lists", () => {
  const office = { ...web, sourceAddressPrefixes: ["198.51.100.0/24"] };

  it("are a position of their own: not the internet", () => {
    const estate = estateOf({ rules: [office] });
    expect(resultOf(estate, "internet", 443)).toBe("unreachable");
    const listed = ask(estate, { from: "internet-allowlisted", port: 443 });
    expect(listed.result === "reachable" && listed.sources).toEqual(["198.51.100.0/24"]);
  });

  it("that leave out a few addresses of the internet are the internet", () => {
    const blocked = rule("block", 90, "Deny", { sourceAddressPrefixes: ["198.51.100.0/24"] });
    expect(resultOf(estateOf({ rules: [blocked, web] }), "internet", 443)).toBe("reachable");
  });

  it("of the whole of Azure admit other tenants", () => {
    const azure = { ...web, sourceAddressPrefixes: ["AzureCloud"] };
    const serviceTags = { AzureCloud: ["20.38.0.0/20"] };
    expect(resultOf(estateOf({ rules: [azure], serviceTags }), "peer-tenant", 443)).toBe("reachable");
    expect(resultOf(estateOf({ rules: [azure], serviceTags }), "internet", 443)).toBe("unreachable");
    const unread = ask(estateOf({ rules: [azure] }), { from: "internet", port: 443 });
    expect(missingOf(unread)).toContain("AzureCloud");
  });

  it("may be used by those inside, so an inside answer is not negative beside one", () => {
    const inside = rule("inside", 95, "Deny", { protocol: "*", sourceAddressPrefixes: ["VirtualNetwork"] });
    const estate = estateOf({ rules: [inside, office] });
    expect(resultOf(estate, "same-vnet", 443)).toBe("undetermined");
    expect(resultOf(estateOf({ rules: [inside] }), "same-vnet", 443)).toBe("unreachable");
  });
});

describe("routes", () => {
  const appliance = (addressPrefix: string): Route => ({
    name: "inspect",
    addressPrefix,
    nextHopType: "VirtualAppliance",
    nextHopIpAddress: "10.9.0.4",
  });

  it("through an appliance make an answer from the internet undetermined, and are named", () => {
    const answer = ask(estateOf({ rules: [web], routes: [appliance("0.0.0.0/0")] }), { from: "internet", port: 443 });
    expect(answer.result).toBe("undetermined");
    expect(missingOf(answer)).toContain("inspect");
  });

  it("to everywhere may turn VirtualNetwork into everyone, so the default rules shut nothing for sure", () => {
    expect(resultOf(estateOf({ routes: [appliance("0.0.0.0/0")] }), "internet", 22)).toBe("undetermined");
    expect(resultOf(estateOf({ routes: [appliance("10.50.0.0/16")] }), "internet", 22)).toBe("unreachable");
  });

  it("straight to the internet change nothing", () => {
    const direct = { name: "out", addressPrefix: "0.0.0.0/0", nextHopType: "Internet" };
    expect(resultOf(estateOf({ rules: [web], routes: [direct] }), "internet", 443)).toBe("reachable");
  });
});

describe("load balancers", () => {
  const members = (
    extra: readonly Resource[],
    rules: readonly SecurityRule[] = [rule("any", 100, "Allow")],
  ): EstateSnapshot =>
    snapshot(
      [
        network("v", "10.1.0.0/16", [subnet("v", "s", "10.1.0.0/24", { networkSecurityGroup: idOf.group("g") })]),
        group("g", rules),
        nic("m", place),
        machine("m"),
        publicIp("front", "20.0.0.9"),
        ...extra,
      ],
      [machineWorkload("m")],
    );
  const balanced = (more: Parameters<typeof balancer>[3], members_: readonly string[] = ["m"]): Resource =>
    balancer("lb", { publicIp: "front" }, members_, more);

  it("carry the ports of their rules to the members' ports, and nothing else", () => {
    const estate = members([balanced({ loadBalancingRules: [balancingRule("lb", "web", [80, 8080])] })]);
    expect([8080, 80].map((port) => resultOf(estate, "internet", port))).toEqual(["reachable", "unreachable"]);
  });

  it("show the member's address to the group, or the frontend's with floating IP", () => {
    const toMember = [rule("member", 100, "Allow", { destinationAddressPrefixes: ["10.1.0.4"] })];
    const toFront = [rule("front", 100, "Allow", { destinationAddressPrefixes: ["20.0.0.9"] })];
    const plain = balanced({ loadBalancingRules: [balancingRule("lb", "web", [443, 443])] });
    const floating = balanced({
      loadBalancingRules: [balancingRule("lb", "web", [443, 443], { enableFloatingIP: true })],
    });
    expect(resultOf(members([plain], toMember), "internet", 443)).toBe("reachable");
    expect(resultOf(members([plain], toFront), "internet", 443)).toBe("unreachable");
    expect(resultOf(members([floating], toMember), "internet", 443)).toBe("unreachable");
    expect(resultOf(members([floating], toFront), "internet", 443)).toBe("reachable");
    const moved = balanced({
      loadBalancingRules: [balancingRule("lb", "web", [443, 8443], { enableFloatingIP: true })],
    });
    expect([443, 8443].map((port) => resultOf(members([moved], toFront), "internet", port))).toEqual([
      "reachable",
      "unreachable",
    ]);
  });

  it("need a group that admits the client: the probe's tag is not enough", () => {
    const probe = [rule("probe", 100, "Allow", { sourceAddressPrefixes: ["AzureLoadBalancer"] })];
    const carried = balanced({ loadBalancingRules: [balancingRule("lb", "web", [443, 443])] });
    expect(resultOf(members([carried], probe), "internet", 443)).toBe("unreachable");
  });

  it("carry every port with HA ports, and single ones with NAT rules", () => {
    const every = balanced({ loadBalancingRules: [balancingRule("lb", "ha", [0, 0], { protocol: "All" })] });
    expect(resultOf(members([every]), "internet", 31_337)).toBe("reachable");
    const ssh = natRule("lb", "ssh", [2201, 22], { backendIPConfiguration: idOf.ipConfiguration("m") });
    const translated = members([balanced({ inboundNatRules: [ssh] }, [])]);
    expect([22, 2201].map((port) => resultOf(translated, "internet", port))).toEqual(["reachable", "unreachable"]);
  });

  it("with NAT rules and an empty group are shut; without any group a Basic one is open, a Standard one not", () => {
    const ssh = natRule("lb", "ssh", [2201, 22], { backendIPConfiguration: idOf.ipConfiguration("m") });
    const shut = members([balanced({ inboundNatRules: [ssh] }, [])], []);
    expect(resultOf(shut, "internet", 22)).toBe("unreachable");
    const ungrouped = (sku: string): EstateSnapshot => ({
      ...shut,
      resources: [
        network("v", "10.1.0.0/16", [subnet("v", "s", "10.1.0.0/24")]),
        ...shut.resources.filter(({ kind }) => kind !== "virtualNetwork" && kind !== "loadBalancer"),
        balanced({ sku, inboundNatRules: [ssh] }, []),
      ],
    });
    expect(resultOf(ungrouped("Basic"), "internet", 22)).toBe("reachable");
    expect(resultOf(ungrouped("Standard"), "internet", 22)).toBe("unreachable");
  });

  it("are not taken for exposure by an outbound rule or a probe: without an inbound rule nothing is carried", () => {
    expect(resultOf(members([balanced({})]), "internet", 443)).toBe("unreachable");
  });

  it("reach members given by address", () => {
    const pool = {
      id: idOf.pool("lb"),
      name: "pool",
      backendIPConfigurations: [],
      loadBalancerBackendAddresses: [{ ipAddress: "10.1.0.4", virtualNetwork: idOf.network("v") }],
    };
    const rules = { loadBalancingRules: [balancingRule("lb", "web", [443, 443])], backendAddressPools: [pool] };
    expect(resultOf(members([balanced(rules)]), "internet", 443)).toBe("reachable");
    const elsewhere = {
      ...pool,
      loadBalancerBackendAddresses: [{ ipAddress: "10.1.0.4", virtualNetwork: idOf.network("w") }],
    };
    expect(resultOf(members([balanced({ ...rules, backendAddressPools: [elsewhere] })]), "internet", 443)).toBe(
      "unreachable",
    );
  });

  it("with an address that was not read may be public", () => {
    const lost = balancer("lb", { publicIp: "lost" }, ["m"], {
      loadBalancingRules: [balancingRule("lb", "web", [443, 443])],
    });
    expect(missingOf(ask(members([lost]), { from: "internet", port: 443 }))).toContain("public IP address");
  });
});

describe("networks", () => {
  const peered = (
    one: Parameters<typeof peering>[3],
    back: Parameters<typeof peering>[3] | "none",
    rules: readonly SecurityRule[] = [],
  ): EstateSnapshot =>
    snapshot(
      [
        network("v", "10.1.0.0/16", [subnet("v", "s", "10.1.0.0/24", { networkSecurityGroup: idOf.group("g") })], {
          virtualNetworkPeerings: [peering("v", "w", "10.2.0.0/16", one)],
        }),
        network("w", "10.2.0.0/16", [subnet("w", "s", "10.2.0.0/24")], {
          virtualNetworkPeerings: back === "none" ? [] : [peering("w", "v", "10.1.0.0/16", back)],
        }),
        group("g", [
          rule("not-own", 4000, "Deny", { protocol: "*", sourceAddressPrefixes: ["10.1.0.0/16"] }),
          ...rules,
        ]),
        nic("m", place),
        machine("m"),
      ],
      [machineWorkload("m")],
    );

  it("are joined by a peering that both sides call connected", () => {
    expect(resultOf(peered({}, {}), "same-vnet", 22)).toBe("reachable");
    expect(resultOf(peered({}, "none"), "same-vnet", 22)).toBe("unreachable");
    expect(resultOf(peered({ peeringState: "Disconnected" }, {}), "same-vnet", 22)).toBe("unreachable");
    expect(resultOf(peered({ peeringState: "Musing" }, {}), "same-vnet", 22)).toBe("undetermined");
  });

  it("without access only leave the tag: a rule that names the peer's addresses still admits them", () => {
    const named = rule("peer", 200, "Allow", { sourceAddressPrefixes: ["10.2.0.0/16"] });
    const noAccess = { allowVirtualNetworkAccess: false };
    expect(resultOf(peered(noAccess, noAccess), "same-vnet", 22)).toBe("unreachable");
    expect(resultOf(peered(noAccess, noAccess, [named]), "same-vnet", 22)).toBe("reachable");
  });

  it("that were not read leave inside and outside answers undetermined", () => {
    const estate = peered({}, {});
    const unread = { ...estate, resources: estate.resources.filter(({ id }) => id !== idOf.network("w")) };
    expect(resultOf(unread, "same-vnet", 22)).toBe("undetermined");
    expect(resultOf(unread, "internet", 22)).toBe("undetermined");
    expect(resultOf(unread, "corp", 22)).toBe("undetermined");
  });

  it("do not hand on what they are peered with", () => {
    const chain = snapshot(
      [
        network("v", "10.1.0.0/16", [subnet("v", "s", "10.1.0.0/24", { networkSecurityGroup: idOf.group("g") })], {
          virtualNetworkPeerings: [peering("v", "hub", "10.2.0.0/16")],
        }),
        network("hub", "10.2.0.0/16", [], {
          virtualNetworkPeerings: [peering("hub", "v", "10.1.0.0/16"), peering("hub", "far", "10.3.0.0/16")],
        }),
        network("far", "10.3.0.0/16", [subnet("far", "s", "10.3.0.0/24")], {
          virtualNetworkPeerings: [peering("far", "hub", "10.2.0.0/16")],
        }),
        group("g", [
          rule("far", 100, "Allow", { sourceAddressPrefixes: ["10.3.0.0/16"] }),
          rule("rest", 200, "Deny", { protocol: "*" }),
        ]),
        nic("m", place),
        machine("m"),
      ],
      [machineWorkload("m")],
    );
    expect(resultOf(chain, "same-vnet", 22)).toBe("unreachable");
  });

  it("keep their hosts in by outbound rules and by routes", () => {
    const estate = (leave: Partial<Parameters<typeof subnet>[3]>, extra: readonly Resource[]): EstateSnapshot =>
      snapshot(
        [
          network("v", "10.1.0.0/16", [subnet("v", "s", "10.1.0.0/30"), subnet("v", "other", "10.1.1.0/24", leave)]),
          nic("m", { network: "v", subnet: "s", address: "10.1.0.1" }),
          group("own", [rule("not-own", 100, "Deny", { protocol: "*", sourceAddressPrefixes: ["10.1.0.0/30"] })]),
          machine("m"),
          ...extra,
        ].map((one) => (one.kind === "networkInterface" ? { ...one, networkSecurityGroup: idOf.group("own") } : one)),
        [machineWorkload("m")],
      );
    expect(resultOf(estate({}, []), "same-vnet", 22)).toBe("reachable");
    const out = group("out", [rule("stay", 100, "Deny", { direction: "Outbound", protocol: "*" })]);
    expect(resultOf(estate({ networkSecurityGroup: idOf.group("out") }, [out]), "same-vnet", 22)).toBe("unreachable");
    const drop = routeTable("t", [{ name: "drop", addressPrefix: "10.1.0.0/30", nextHopType: "None" }]);
    expect(resultOf(estate({ routeTable: idOf.table("t") }, [drop]), "same-vnet", 22)).toBe("unreachable");
  });
});

describe("things that are not modelled", () => {
  const gateway = other("Microsoft.Network/applicationGateways", "gw", [idOf.subnet("v", "s")]);

  it("make outside answers undetermined where they could send, and are named", () => {
    const answer = ask(estateOf({ extra: [gateway] }), { from: "internet", port: 443 });
    expect(missingOf(answer)).toContain("applicationGateways");
  });

  it("do not matter where the group keeps everyone out", () => {
    const shut = rule("shut", 100, "Deny", { protocol: "*" });
    expect(resultOf(estateOf({ rules: [shut], extra: [gateway] }), "internet", 443)).toBe("unreachable");
  });

  it("do not matter in a network that is not joined to this one", () => {
    const elsewhere = other("Microsoft.Network/applicationGateways", "gw", [idOf.subnet("far", "s")]);
    expect(resultOf(estateOf({ extra: [elsewhere] }), "internet", 443)).toBe("unreachable");
  });

  it("are found in the census alone", () => {
    const census = [{ scope: "s", type: "microsoft.network/azurefirewalls", count: 1 }];
    expect(resultOf(estateOf({ census }), "internet", 443)).toBe("undetermined");
    const harmless = [{ scope: "s", type: "Microsoft.Storage/storageAccounts", count: 9 }];
    expect(resultOf(estateOf({ census: harmless }), "internet", 443)).toBe("unreachable");
    const unheard = [{ scope: "s", type: "Contoso.Tunnels/portals", count: 1 }];
    expect(missingOf(ask(estateOf({ census: unheard }), { from: "internet", port: 443 }))).toContain(
      "contoso.tunnels/portals",
    );
  });

  it("that have rules of their own leave no answer standing", () => {
    const census = [{ scope: "s", type: "Microsoft.Network/networkManagers", count: 1 }];
    const answer = ask(estateOf({ rules: [web], census }), { from: "internet", port: 443 });
    expect(missingOf(answer)).toContain("networkmanagers");
    expect(missingOf(ask(estateOf({ census }), { from: "internet", port: 443 }))).toContain("networkmanagers");
  });

  it("join the corporate network: gateways", () => {
    const vpn = other("Microsoft.Network/virtualNetworkGateways", "vpn", [idOf.subnet("v", "GatewaySubnet")]);
    expect(resultOf(estateOf({}), "corp", 443)).toBe("unreachable");
    expect(resultOf(estateOf({ extra: [vpn] }), "corp", 443)).toBe("undetermined");
    const widened = ask(estateOf({ extra: [vpn] }), { from: "internet", port: 443 });
    expect(missingOf(widened)).toContain("tag VirtualNetwork");
    const shut = rule("shut", 100, "Deny", { protocol: "*" });
    expect(resultOf(estateOf({ rules: [shut], extra: [vpn] }), "corp", 443)).toBe("unreachable");
  });
});

describe("IPv6", () => {
  it("is judged beside IPv4: a rule for one family does not open the other", () => {
    const dual = (sources: readonly string[]): EstateSnapshot => {
      const estate = estateOf({ rules: [{ ...web, sourceAddressPrefixes: sources }] });
      const six = nic("m", { network: "v", subnet: "s", address: "fd00::4" }, { publicIPAddress: idOf.publicIp("p6") });
      return {
        ...estate,
        resources: [
          ...estate.resources.filter(({ kind }) => kind !== "networkInterface" && kind !== "publicIPAddress"),
          publicIp("p6", "2603:1020::9", { publicIPAddressVersion: "IPv6" }),
          six,
        ],
      };
    };
    expect(resultOf(dual(["::/0"]), "internet", 443)).toBe("reachable");
    expect(resultOf(dual(["*"]), "internet", 443)).toBe("reachable");
    expect(resultOf(dual(["0.0.0.0/0"]), "internet", 443)).toBe("unreachable");
  });
});
