import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type CallOptions,
  group,
  ids,
  management,
  openSimulation,
  pluck,
  type Simulation,
} from "../testing/simulation.ts";

let simulation: Simulation;
let reader: string;
let owner: string;
beforeAll(async () => {
  simulation = await openSimulation();
  reader = await simulation.tokenFor("https://management.azure.com");
  owner = await simulation.tokenFor("https://management.azure.com", "owner");
});
afterAll(() => simulation.close());

function ask(path: string, options: CallOptions = {}) {
  const query = path.includes("?") ? "&" : "?";
  return simulation.call(management, `${path}${query}api-version=2024-05-01`, { bearer: reader, ...options });
}

async function listAll(path: string): Promise<{ names: unknown[]; pages: number }> {
  const names: unknown[] = [];
  let pages = 0;
  let answer = await ask(path);
  for (;;) {
    names.push(...pluck(answer.json.value, "name"));
    pages += 1;
    const next: unknown = answer.json.nextLink;
    if (typeof next !== "string") {
      return { names, pages };
    }
    const { pathname, search } = new URL(next);
    answer = await simulation.call(management, `${pathname}${search}`, { bearer: reader });
  }
}

describe("subscriptions", () => {
  it("are listed where the caller has a role, in the token's tenant only", async () => {
    const { json } = await ask("/subscriptions");
    expect(pluck(json.value, "subscriptionId")).toEqual([ids.one]);
  });

  it("are 403 without a role, 404 when unknown and 401 for another tenant's token", async () => {
    const forbidden = await ask(`/subscriptions/${ids.two}`);
    expect([forbidden.status, forbidden.json.error.code]).toEqual([403, "AuthorizationFailed"]);
    expect(forbidden.json.error.message).toContain(`action 'Microsoft.Resources/subscriptions/read'`);
    const unknown = await ask(`/subscriptions/${randomUUID()}/resourceGroups`);
    expect([unknown.status, unknown.json.error.code]).toEqual([404, "SubscriptionNotFound"]);
    const foreign = await ask(`/subscriptions/${ids.three}`);
    expect([foreign.status, foreign.json.error.code]).toEqual([401, "InvalidAuthenticationTokenTenant"]);
  });

  it("need an api-version, whatever it is", async () => {
    const answer = await simulation.call(management, "/subscriptions", { bearer: reader });
    expect([answer.status, answer.json.error.code]).toEqual([400, "MissingApiVersionParameter"]);
  });
});

describe("lists", () => {
  it("come in pages that together hold every entry once", async () => {
    const { names, pages } = await listAll(`${group}/providers/Microsoft.Network/publicIPAddresses`);
    expect(names).toEqual(["pip1", "pip2"]);
    expect(pages).toBe(1);
    const all = await listAll(`/subscriptions/${ids.one}/providers/Microsoft.Network/publicIPAddresses`);
    expect(all.names.slice(0, 2)).toEqual(["pip1", "pip2"]);
    expect(all.names).toHaveLength(4);
    expect(all.pages).toBe(2);
  });

  it("of everything can be narrowed to a type, and carry no properties", async () => {
    const filter = encodeURIComponent("resourceType eq 'Microsoft.Web/sites'");
    const { json } = await ask(`/subscriptions/${ids.one}/resources?$filter=${filter}`);
    expect(json.value).toHaveLength(1);
    expect(json.value[0]).toMatchObject({ name: "site", type: "Microsoft.Web/sites" });
    expect(json.value[0].properties).toBeUndefined();
  });

  it("refuse a filter they do not understand", async () => {
    const answer = await ask(`/subscriptions/${ids.one}/resources?$filter=name%20ne%20'x'`);
    expect([answer.status, answer.json.error.code]).toEqual([400, "InvalidFilterInQueryString"]);
  });
});

describe("resources", () => {
  it("are found whatever the case of their id", async () => {
    const { json } = await ask(`${group}/providers/Microsoft.Network/virtualNetworks/net`.toUpperCase());
    expect(json.name).toBe("net");
  });

  it("say which part is missing", async () => {
    const resource = await ask(`${group}/providers/Microsoft.Network/virtualNetworks/none`);
    expect([resource.status, resource.json.error.code]).toEqual([404, "ResourceNotFound"]);
    const missing = await ask(
      `/subscriptions/${ids.one}/resourceGroups/none/providers/Microsoft.Network/virtualNetworks`,
    );
    expect([missing.status, missing.json.error.code]).toEqual([404, "ResourceGroupNotFound"]);
  });

  it("have the default rules and the links back that Azure adds", async () => {
    const nsg = (await ask(`${group}/providers/Microsoft.Network/networkSecurityGroups/nsg`)).json;
    expect(pluck(nsg.properties.defaultSecurityRules, "name")).toEqual([
      "AllowVnetInBound",
      "AllowAzureLoadBalancerInBound",
      "DenyAllInBound",
      "AllowVnetOutBound",
      "AllowInternetOutBound",
      "DenyAllOutBound",
    ]);
    expect(nsg.properties.subnets[0].id).toBe(
      `${group}/providers/Microsoft.Network/virtualNetworks/net/subnets/machines`,
    );
    const address = (await ask(`${group}/providers/Microsoft.Network/publicIPAddresses/pip1`)).json;
    expect(address.properties.ipConfiguration.id).toContain("/networkInterfaces/nic/ipConfigurations/primary");
    const nic = (await ask(`${group}/providers/Microsoft.Network/networkInterfaces/nic`)).json;
    expect(nic.properties.virtualMachine.id).toContain("/virtualMachines/machine");
  });

  it("show a machine's power state only when it is asked for", async () => {
    const path = `${group}/providers/Microsoft.Compute/virtualMachines`;
    expect((await ask(`${path}/machine`)).json.properties.instanceView).toBeUndefined();
    const expanded = await ask(`${path}/machine?$expand=instanceView`);
    expect(expanded.json.properties.instanceView.statuses[0].code).toBe("PowerState/running");
    expect((await ask(`${path}/machine/instanceView`)).json.statuses[0].code).toBe("PowerState/running");
    expect((await ask(`${path}?statusOnly=true`)).json.value[0].properties.instanceView).toBeDefined();
  });

  it("keep a site's restrictions out of the site and give them in config/web, with the rule Azure adds", async () => {
    const path = `${group}/providers/Microsoft.Web/sites/site`;
    const site = (await ask(path)).json;
    expect(site.properties.siteConfig.ipSecurityRestrictions).toBeNull();
    expect(site.properties.authsettingsV2).toBeUndefined();
    const web = (await ask(`${path}/config/web`)).json;
    expect(web.properties.linuxFxVersion).toMatch(/^DOCKER\|classic\.azurecr\.io\/shop\/web@sha256:[0-9a-f]{64}$/);
    expect(pluck(web.properties.ipSecurityRestrictions, "action")).toEqual(["Allow", "Deny"]);
    expect(pluck(web.properties.scmIpSecurityRestrictions, "action")).toEqual(["Allow"]);
    const authentication = (await ask(`${path}/config/authsettingsV2`)).json;
    expect(authentication.properties.globalValidation.requireAuthentication).toBe(true);
  });

  it("list a subnet on its own address", async () => {
    const { json } = await ask(`${group}/providers/Microsoft.Network/virtualNetworks/net/subnets/nodes`);
    expect(json.properties.addressPrefix).toBe("10.0.0.0/20");
  });

  it("list service tags of a region", async () => {
    const { json } = await ask(
      `/subscriptions/${ids.one}/providers/Microsoft.Network/locations/westeurope/serviceTags`,
    );
    expect(pluck(json.values, "name")).toContain("AzureFrontDoor.Backend");
  });
});

describe("what AKS keeps for a cluster", () => {
  const nodeGroup = `/subscriptions/${ids.one}/resourceGroups/MC_rg_cluster_westeurope`;

  it("is a group managed by the cluster, whose id spells resourcegroups in lower case", async () => {
    const { json } = await ask(nodeGroup);
    expect(json.managedBy).toBe(
      `/subscriptions/${ids.one}/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/cluster`,
    );
  });

  it("has a floating frontend and an NSG rule for the public Service", async () => {
    const balancer = (await ask(`${nodeGroup}/providers/Microsoft.Network/loadBalancers/kubernetes`)).json;
    expect(balancer.properties.loadBalancingRules).toHaveLength(1);
    expect(balancer.properties.loadBalancingRules[0].properties).toMatchObject({
      enableFloatingIP: true,
      frontendPort: 80,
      backendPort: 80,
    });
    const [nsg] = (await ask(`${nodeGroup}/providers/Microsoft.Network/networkSecurityGroups`)).json.value;
    expect(nsg.properties.securityRules[0].properties).toMatchObject({
      sourceAddressPrefix: "Internet",
      destinationAddressPrefixes: ["20.0.0.3"],
      destinationPortRanges: ["80"],
    });
  });

  it("lists the scale set's interfaces with node and pod addresses, joined to both pools", async () => {
    const [scaleSet] = (await ask(`${nodeGroup}/providers/Microsoft.Compute/virtualMachineScaleSets`)).json.value;
    const [nic] = (await ask(`${scaleSet.id}/networkInterfaces`)).json.value;
    const addresses = pluck(nic.properties.ipConfigurations, "properties.privateIPAddress");
    expect(addresses).toEqual(["10.0.0.4", "10.0.1.1", "10.0.1.2", "10.0.1.3", "10.0.1.4"]);
    expect(nic.properties.ipConfigurations[0].properties.loadBalancerBackendAddressPools).toHaveLength(2);
  });

  it("hands out cluster credentials only to a role that has the action", async () => {
    const path = `${group}/providers/Microsoft.ContainerService/managedClusters/cluster/listClusterUserCredential`;
    const refused = await ask(path, { method: "POST" });
    expect([refused.status, refused.json.error.code]).toEqual([403, "AuthorizationFailed"]);
    const given = await ask(path, { method: "POST", bearer: owner });
    const kubeconfig = Buffer.from(given.json.kubeconfigs[0].value, "base64").toString("utf8");
    expect(kubeconfig).toContain(`https://${ids.clusterHost}:443`);
  });
});

describe("role assignments", () => {
  const acrPull = "7f951dda-4ed3-4680-a7ca-43fe172d538d";
  const scope = `${group}/providers/Microsoft.ContainerRegistry/registries/classic`;
  const address = (name: string) => `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`;
  const body = (role = acrPull, principalId: string = ids.reader) => ({
    properties: {
      roleDefinitionId: `/subscriptions/${ids.one}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
      principalId,
      principalType: "ServicePrincipal",
    },
  });

  it("are made once, found at and below their scope, and removed", async () => {
    const name = randomUUID();
    const made = await ask(address(name), { method: "PUT", body: body(), bearer: owner });
    expect(made.status).toBe(201);
    expect((await ask(address(name), { method: "PUT", body: body(), bearer: owner })).status).toBe(200);
    const again = await ask(address(randomUUID()), { method: "PUT", body: body(), bearer: owner });
    expect([again.status, again.json.error.code]).toEqual([409, "RoleAssignmentExists"]);
    const { names } = await listAll(`${scope}/providers/Microsoft.Authorization/roleAssignments?$filter=atScope()`);
    expect(names).toContain(name);
    expect((await ask(address(name), { method: "DELETE", bearer: owner })).status).toBe(200);
    expect((await ask(address(name), { method: "DELETE", bearer: owner })).status).toBe(204);
  });

  it("cannot be made by a reader, for nobody, or with a role that is not there", async () => {
    const name = randomUUID();
    expect((await ask(address(name), { method: "PUT", body: body() })).status).toBe(403);
    const nobody = await ask(address(name), { method: "PUT", body: body(acrPull, randomUUID()), bearer: owner });
    expect([nobody.status, nobody.json.error.code]).toEqual([400, "PrincipalNotFound"]);
    const nothing = await ask(address(name), { method: "PUT", body: body(randomUUID()), bearer: owner });
    expect(nothing.json.error.code).toBe("RoleDefinitionDoesNotExist");
  });

  it("name their definitions below the subscription, whatever scope was asked", async () => {
    const { json } = await ask(
      `${scope}/providers/Microsoft.Authorization/roleDefinitions?$filter=roleName eq 'AcrPull'`.replaceAll(" ", "%20"),
    );
    expect(json.value).toHaveLength(1);
    expect(json.value[0].id).toBe(
      `/subscriptions/${ids.one}/providers/Microsoft.Authorization/roleDefinitions/${acrPull}`,
    );
  });

  it("count at once when the control port says so, and stop counting when removed", async () => {
    const grant = { principalId: ids.reader, role: "Reader", scope: `/subscriptions/${ids.two}` };
    await simulation.control("POST", "role-assignments", { ...grant, delaySeconds: 60 });
    expect((await ask(`/subscriptions/${ids.two}`)).status).toBe(403);
    await simulation.control("POST", "clock", { advanceSeconds: 61 });
    expect((await ask(`/subscriptions/${ids.two}`)).status).toBe(200);
    await simulation.control("DELETE", "role-assignments", grant);
    expect((await ask(`/subscriptions/${ids.two}`)).status).toBe(403);
    await simulation.control("POST", "clock", { advanceSeconds: -61 });
  });
});

describe("changes", () => {
  it("are refused to a reader and made for an owner", async () => {
    const path = `${group}/providers/Microsoft.Web/sites/site`;
    expect((await ask(path, { method: "PATCH", body: { tags: { a: "b" } } })).status).toBe(403);
    const changed = await ask(path, { method: "PATCH", body: { tags: { a: "b" } }, bearer: owner });
    expect(changed.json.tags).toEqual({ a: "b" });
    expect((await ask(path)).json.properties.state).toBe("Running");
  });

  it("made on the control port are seen by the next call", async () => {
    const id = `${group}/providers/Microsoft.Network/publicIPAddresses/pip2`;
    await simulation.control("PATCH", "resources", { id, patch: { properties: { ipAddress: "20.0.0.99" } } });
    expect((await ask(id)).json.properties.ipAddress).toBe("20.0.0.99");
  });
});
