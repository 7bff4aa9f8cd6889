import { describe, expect, it } from "vitest";
import { readSampleList } from "../testing/sample.ts";
import { site, siteAuthentication, siteWebConfiguration } from "./app-service.ts";
import { virtualMachine, virtualMachineScaleSet } from "./compute.ts";
import { containerRegistry } from "./container-registry.ts";
import { managedCluster } from "./container-service.ts";
import { loadBalancer } from "./load-balancing.ts";

const rg = "/subscriptions/10000000-0000-4000-8000-000000000001/resourceGroups/rg-app/providers";

describe("a load balancer", () => {
  const [first, second] = readSampleList("azure/load-balancers").map((raw) => loadBalancer.parse(raw));

  it("names pools given by the old and the new field once each", () => {
    expect(first?.loadBalancingRules[0]?.backendAddressPools).toEqual([
      `${rg}/Microsoft.Network/loadBalancers/lb-public/backendAddressPools/web`,
      `${rg}/Microsoft.Network/loadBalancers/lb-public/backendAddressPools/bare`,
    ]);
    expect(first?.backendAddressPools[0]?.loadBalancerBackendAddresses).toEqual([
      { ipAddress: "10.1.2.9", virtualNetwork: `${rg}/Microsoft.Network/virtualNetworks/vnet-app` },
      {},
    ]);
  });

  it("keeps port 0 of a rule for all ports, and reads the port of a NAT rule from where it stands", () => {
    expect(first?.loadBalancingRules[1]).toMatchObject({ protocol: "All", frontendPort: 0, enableFloatingIP: true });
    const [single, range] = first?.inboundNatRules ?? [];
    expect(single).toMatchObject({ frontendPort: 2222, backendPort: 22 });
    expect(Object.keys(single ?? {})).not.toContain("frontendPortRangeEnd");
    expect(range).toMatchObject({ frontendPort: 50_000, frontendPortRangeEnd: 50_099, backendPort: 3389 });
  });

  it("without a SKU is Basic, without inbound NAT rules has none", () => {
    expect(second).toMatchObject({ sku: "Basic", inboundNatRules: [] });
  });

  it("is unreadable without the lists that say what it lets through, or with a NAT rule without a port", () => {
    const lists = { frontendIPConfigurations: [], backendAddressPools: [], loadBalancingRules: [] };
    const id = `${rg}/Microsoft.Network/loadBalancers/lb`;
    expect(loadBalancer.safeParse({ id, properties: lists }).success).toBe(true);
    for (const missing of Object.keys(lists)) {
      expect(loadBalancer.safeParse({ id, properties: { ...lists, [missing]: undefined } }).success).toBe(false);
    }
    const properties = { frontendIPConfiguration: { id }, protocol: "Tcp", backendPort: 22 };
    const inboundNatRules = [{ id, name: "no port", properties }];
    expect(loadBalancer.safeParse({ id, properties: { ...lists, inboundNatRules } }).success).toBe(false);
  });
});

describe("a site", () => {
  const [open, closed] = readSampleList("azure/sites").map((raw) => site.parse(raw));

  it("keeps apart what Azure left open and what it decided", () => {
    expect(open).toMatchObject({
      publicNetworkAccess: "",
      enabled: true,
      hostNames: ["site-open.azurewebsites.net"],
      privateEndpointConnections: [],
      authentication: "unknown",
    });
    expect(closed).toMatchObject({ publicNetworkAccess: "Disabled", state: "Stopped" });
    expect(closed?.privateEndpointConnections).toHaveLength(1);
  });

  it("reads a configuration that is all null as one without restrictions", () => {
    const [nulls] = readSampleList("azure/site-web-configurations").map((raw) => siteWebConfiguration.parse(raw));
    expect(nulls).toEqual({
      linuxFxVersion: "DOCKER|registryapp.azurecr.io/shop/web:1.4",
      ipSecurityRestrictions: [],
      ipSecurityRestrictionsDefaultAction: "",
      scmIpSecurityRestrictions: [],
      scmIpSecurityRestrictionsDefaultAction: "",
      scmIpSecurityRestrictionsUseMain: false,
    });
  });

  it("keeps every condition of a restriction", () => {
    const web = siteWebConfiguration.parse(readSampleList("azure/site-web-configurations")[1]);
    expect(web.linuxFxVersion).toMatch(/^DOCKER\|registryapp\.azurecr\.io\/shop\/web@sha256:/);
    expect(web.ipSecurityRestrictions).toMatchObject([
      { name: "office", ipAddress: "198.51.100.0/24", tag: "Default", priority: 100 },
      { name: "subnet", priority: 200, vnetSubnetResourceId: expect.stringContaining("/subnets/web") },
      { name: "door", tag: "ServiceTag", priority: 2_147_483_647 },
      { name: "Deny all", action: "Deny", ipAddress: "Any" },
    ]);
    expect(web.ipSecurityRestrictions[2]?.headers).toEqual({
      "x-azure-fdid": ["40000000-0000-4000-8000-000000000004"],
      "x-forwarded-host": [],
    });
  });
});

describe("a site's authentication", () => {
  const strict = { requireAuthentication: true, unauthenticatedClientAction: "RedirectToLoginPage" };
  const read = (platform: unknown, globalValidation: unknown): string =>
    siteAuthentication.parse({ properties: { platform, globalValidation } });

  it("is required only where every request meets it", () => {
    expect(read({ enabled: true }, strict)).toBe("required");
    expect(read({ enabled: true }, { requireAuthentication: true })).toBe("required");
    expect(read({ enabled: true }, { ...strict, unauthenticatedClientAction: "Return401" })).toBe("required");
  });

  it.each([
    ["lets strangers through", { ...strict, unauthenticatedClientAction: "AllowAnonymous" }],
    ["has an action nobody knows", { ...strict, unauthenticatedClientAction: "AskNicely" }],
    ["excludes a path", { ...strict, excludedPaths: ["/health"] }],
    ["is not demanded", { ...strict, requireAuthentication: false }],
    ["does not say whether it is demanded", { ...strict, requireAuthentication: null }],
    ["has no validation", null],
  ])("is optional where it %s", (_what, validation) => {
    expect(read({ enabled: true }, validation)).toBe("optional");
  });

  it("is off where the platform is off, and unknown where a file inside the site decides", () => {
    expect(read({ enabled: false }, strict)).toBe("off");
    expect(read(null, strict)).toBe("off");
    expect(read({ enabled: true, configFilePath: "auth.json" }, strict)).toBe("unknown");
  });
});

describe("a virtual machine", () => {
  it("has a power state only with its instance view", () => {
    const states = ["virtual-machines", "virtual-machine-views"].map((name) =>
      readSampleList(`azure/${name}`).map((raw) => virtualMachine.parse(raw).powerState),
    );
    expect(states).toEqual([
      [undefined, undefined],
      ["PowerState/running", "PowerState/deallocated"],
    ]);
  });

  it("names all its identities", () => {
    const [first, second] = readSampleList("azure/virtual-machines").map((raw) => virtualMachine.parse(raw));
    expect(first?.identityIds).toEqual([
      "30000000-0000-4000-8000-000000000003",
      `${rg}/Microsoft.ManagedIdentity/userAssignedIdentities/id-app`,
    ]);
    expect(second?.identityIds).toEqual([]);
  });
});

describe("a scale set", () => {
  it("is uniform unless it says that it is flexible", () => {
    const sets = readSampleList("azure/virtual-machine-scale-sets").map((raw) => virtualMachineScaleSet.parse(raw));
    expect(sets.map(({ isFlexible }) => isFlexible)).toEqual([false, false, true]);
  });
});

describe("a cluster", () => {
  const [first, second] = readSampleList("azure/managed-clusters").map((raw) => managedCluster.parse(raw));

  it("is read with what decides about policies, pods' addresses and what starts pods", () => {
    expect(first).toMatchObject({
      powerState: "Running",
      fqdn: "aks-app-1.hcp.westeurope.azmk8s.io",
      aad: { managed: true, enableAzureRBAC: true, tenantId: "50000000-0000-4000-8000-000000000005" },
      authorizedIPRanges: ["198.51.100.0/24"],
      networkPluginMode: "overlay",
      networkPolicy: "cilium",
      podCidrs: ["10.244.0.0/16", "fd12::/64"],
      serviceCidrs: ["172.16.0.0/16"],
      enabledAddons: ["ingressApplicationGateway"],
      webAppRoutingEnabled: true,
      kedaEnabled: true,
    });
    expect(Object.keys(first?.agentPools[0] ?? {})).not.toContain("podSubnetId");
  });

  it("without profiles has nothing switched on", () => {
    expect(second).toMatchObject({
      enablePrivateCluster: true,
      privateFqdn: "aks-bare-1.privatelink.westeurope.azmk8s.io",
      aad: { managed: false, enableAzureRBAC: false },
      networkPolicy: "",
      agentPools: [],
      enabledAddons: [],
      kedaEnabled: false,
    });
    expect(Object.keys(second ?? {})).not.toContain("fqdn");
  });
});

describe("a registry", () => {
  it("says in which mode it grants rights", () => {
    const modes = readSampleList("azure/registries").map((raw) => containerRegistry.parse(raw).roleAssignmentMode);
    expect(modes).toEqual(["AbacRepositoryPermissions", ""]);
  });
});
