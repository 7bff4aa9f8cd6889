import { describe, expect, it } from "vitest";
import { readSampleList } from "../testing/sample.ts";
import { networkInterface, networkSecurityGroup, publicIPAddress, routeTable, virtualNetwork } from "./network.ts";

const samples = {
  virtualNetworks: readSampleList("azure/virtual-networks").map((raw) => virtualNetwork.parse(raw)),
  groups: readSampleList("azure/network-security-groups").map((raw) => networkSecurityGroup.parse(raw)),
  interfaces: readSampleList("azure/network-interfaces").map((raw) => networkInterface.parse(raw)),
  addresses: readSampleList("azure/public-ip-addresses").map((raw) => publicIPAddress.parse(raw)),
  routeTables: readSampleList("azure/route-tables").map((raw) => routeTable.parse(raw)),
};

const rg = "/subscriptions/10000000-0000-4000-8000-000000000001/resourceGroups/rg-app/providers/Microsoft.Network";

/** A group with one rule, whose members can be left out or changed. */
function parseRule(change: Readonly<Record<string, unknown>>): ReturnType<typeof networkSecurityGroup.safeParse> {
  const properties = {
    priority: 100,
    direction: "Inbound",
    access: "Allow",
    protocol: "Tcp",
    sourceAddressPrefix: "*",
    sourcePortRange: "*",
    destinationAddressPrefix: "*",
    destinationPortRange: "443",
    ...change,
  };
  return networkSecurityGroup.safeParse({
    id: `${rg}/networkSecurityGroups/nsg`,
    properties: { securityRules: [{ name: "rule", properties }] },
  });
}

describe("a virtual network", () => {
  const [first] = samples.virtualNetworks;

  it("has its subnets with singular and plural prefixes united, each once", () => {
    expect(first?.addressPrefixes).toEqual(["10.1.0.0/16", "fd00:1::/48"]);
    expect(first?.subnets.map((each) => each.addressPrefixes)).toEqual([
      ["10.1.1.0/24", "fd00:1:0:1::/64"],
      ["10.1.2.0/24"],
    ]);
    expect(first?.subnets[0]).toMatchObject({
      networkSecurityGroup: `${rg}/networkSecurityGroups/nsg-web`,
      routeTable: `${rg}/routeTables/rt-app`,
      natGateway: `${rg}/natGateways/nat-app`,
      delegations: ["Microsoft.Web/serverFarms"],
    });
    expect(Object.keys(first?.subnets[1] ?? {})).not.toContain("networkSecurityGroup");
  });

  it("knows its peerings by the space that is really reached", () => {
    expect(first?.virtualNetworkPeerings[0]).toMatchObject({
      peeringState: "Connected",
      remoteAddressPrefixes: ["10.0.0.0/16", "10.9.0.0/16"],
      allowVirtualNetworkAccess: true,
      useRemoteGateways: true,
    });
  });

  it("is unreadable where a peering does not say whether it lets traffic in", () => {
    const properties = { remoteVirtualNetwork: { id: `${rg}/virtualNetworks/hub` }, peeringState: "Connected" };
    const peering = { id: `${rg}/virtualNetworks/a/virtualNetworkPeerings/p`, name: "p", properties };
    const raw = { id: `${rg}/virtualNetworks/a`, properties: { subnets: [], virtualNetworkPeerings: [peering] } };
    expect(virtualNetwork.safeParse(raw).success).toBe(false);
  });
});

describe("a security rule", () => {
  const rules = new Map(samples.groups[0]?.securityRules.map((rule) => [rule.name, rule]));

  it("unites singular and plural fields, whichever of them are empty", () => {
    expect(rules.get("singular")).toMatchObject({
      sourceAddressPrefixes: ["Internet"],
      destinationAddressPrefixes: ["10.1.1.4"],
      destinationPortRanges: ["443"],
    });
    expect(rules.get("plural")).toMatchObject({
      sourceAddressPrefixes: ["198.51.100.0/24", "203.0.113.7"],
      sourcePortRanges: ["1024-65535"],
      destinationPortRanges: ["80", "8080-8090"],
    });
    expect(rules.get("both")).toMatchObject({
      sourceAddressPrefixes: ["192.0.2.0/24", "198.51.100.0/24"],
      destinationAddressPrefixes: ["10.1.1.6"],
      destinationPortRanges: ["22", "2222"],
    });
  });

  it("may name application security groups instead of addresses", () => {
    expect(rules.get("groups")).toMatchObject({
      sourceAddressPrefixes: [],
      sourceApplicationSecurityGroups: [`${rg}/applicationSecurityGroups/asg-web`],
      destinationApplicationSecurityGroups: [`${rg}/applicationSecurityGroups/asg-data`],
    });
  });

  it("has its priority as a number even where the answer has text", () => {
    expect(rules.get("text-priority")?.priority).toBe(4096);
  });

  it.each([
    ["source", { sourceAddressPrefix: "" }],
    ["source port", { sourcePortRange: null }],
    ["destination", { destinationAddressPrefix: undefined, destinationAddressPrefixes: [] }],
    ["port", { destinationPortRange: undefined }],
    ["priority", { priority: "high" }],
    ["direction", { direction: null }],
  ])("without %s makes its group unreadable: an Allow must not be lost", (_what, change) => {
    expect(parseRule({}).success).toBe(true);
    expect(parseRule(change).success).toBe(false);
  });

  it("is not made up: a group without a rule list is unreadable, one with an empty list is not", () => {
    expect(samples.groups[1]?.securityRules).toEqual([]);
    const raw = { id: `${rg}/networkSecurityGroups/nsg`, properties: {} };
    expect(networkSecurityGroup.safeParse(raw).success).toBe(false);
  });
});

describe("a network interface", () => {
  it("names everything that sends traffic to its addresses", () => {
    expect(samples.interfaces[0]?.ipConfigurations[0]).toMatchObject({
      privateIPAddress: "10.1.1.4",
      publicIPAddress: `${rg}/publicIPAddresses/pip-standard`,
      applicationSecurityGroups: [`${rg}/applicationSecurityGroups/asg-web`],
      loadBalancerBackendAddressPools: [`${rg}/loadBalancers/lb-public/backendAddressPools/web`],
      loadBalancerInboundNatRules: [`${rg}/loadBalancers/lb-public/inboundNatRules/ssh`],
    });
    expect(samples.interfaces[0]?.enableIPForwarding).toBe(true);
  });

  it("has no address where Azure gave it none", () => {
    expect(Object.keys(samples.interfaces[1]?.ipConfigurations[0] ?? {})).not.toContain("privateIPAddress");
    expect(samples.interfaces[1]?.enableIPForwarding).toBe(false);
  });

  it("of a scale set knows its set, also where the whole id is in lower case", () => {
    const nodes = readSampleList("azure/scale-set-network-interfaces").map((raw) => networkInterface.parse(raw));
    expect(nodes.map((each) => each.virtualMachineScaleSet)).toEqual(
      ["aks-pool1-vmss", "aks-pool1-vmss", "aks-pool2-vmss"].map(
        (pool) =>
          `/subscriptions/10000000-0000-4000-8000-000000000001/resourcegroups/mc_rg-app_aks-app_westeurope/providers/microsoft.compute/virtualmachinescalesets/${pool}`,
      ),
    );
    expect(samples.interfaces.every((each) => each.virtualMachineScaleSet === undefined)).toBe(true);
  });

  it("without a list of addresses is unreadable", () => {
    expect(networkInterface.safeParse({ id: `${rg}/networkInterfaces/a`, properties: {} }).success).toBe(false);
  });
});

describe("a public IP address", () => {
  it("without a SKU is Basic, which is open until a group closes it", () => {
    expect(samples.addresses.map(({ sku }) => sku)).toEqual(["Standard", "Basic"]);
    expect(samples.addresses[1]).toMatchObject({ publicIPAddressVersion: "IPv4" });
    expect(Object.keys(samples.addresses[1] ?? {})).not.toContain("ipAddress");
  });
});

describe("a route table", () => {
  it("keeps the next hop where there is one", () => {
    expect(samples.routeTables[0]).toMatchObject({
      disableBgpRoutePropagation: true,
      routes: [
        { name: "default", nextHopType: "VirtualAppliance", nextHopIpAddress: "10.0.0.4" },
        { name: "drop", addressPrefix: "10.9.0.0/16", nextHopType: "None" },
      ],
    });
    expect(Object.keys(samples.routeTables[0]?.routes[1] ?? {})).not.toContain("nextHopIpAddress");
    expect(routeTable.safeParse({ id: `${rg}/routeTables/a`, properties: {} }).success).toBe(false);
  });
});
