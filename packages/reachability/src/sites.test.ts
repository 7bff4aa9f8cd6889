/** Sites: what looks shut and is open, and what looks open and is shut. */
import type { EstateSnapshot, IpSecurityRestriction, Site, SiteWebConfiguration } from "@sightline/model";
import { describe, expect, it } from "vitest";
import { computeExposures } from "./compute-exposures.ts";
import { ask, missingOf, resultOf } from "./testing/answer.fixture.ts";
import { armId, idOf, other, snapshot } from "./testing/estate.fixture.ts";
import { siteResource, siteWorkload } from "./testing/site.fixture.ts";

function restriction(
  name: string,
  priority: number,
  action: string,
  more: Partial<IpSecurityRestriction> = {},
): IpSecurityRestriction {
  return { name, priority, action, tag: "Default", ipAddress: "198.51.100.0/24", headers: {}, ...more };
}

const plainWeb: SiteWebConfiguration = {
  linuxFxVersion: "DOCKER|example.azurecr.io/app:1",
  ipSecurityRestrictions: [],
  ipSecurityRestrictionsDefaultAction: "",
  scmIpSecurityRestrictions: [],
  scmIpSecurityRestrictionsDefaultAction: "Deny",
  scmIpSecurityRestrictionsUseMain: false,
};

function estateOf(
  site: Partial<Site>,
  web: Partial<SiteWebConfiguration> = {},
  more: Partial<EstateSnapshot> = {},
): EstateSnapshot {
  const one = siteResource("app", { web: { ...plainWeb, ...web }, ...site });
  return snapshot([one], [siteWorkload("app")], more);
}

const endpoint = armId("Microsoft.Network/privateEndpoints/pe");

describe("public access of a site", () => {
  it("is on when enabled, whatever else there is", () => {
    expect(resultOf(estateOf({}), "internet", 443)).toBe("reachable");
    expect(resultOf(estateOf({ privateEndpointConnections: [endpoint] }), "internet", 443)).toBe("reachable");
  });

  it("is off when disabled, for the scm site as well", () => {
    const open = { scmIpSecurityRestrictionsDefaultAction: "Allow" };
    expect(resultOf(estateOf({ publicNetworkAccess: "Disabled" }, open), "internet", 443)).toBe("unreachable");
  });

  it("is on when not set without a private endpoint, and undetermined with one whose approval is not known", () => {
    expect(resultOf(estateOf({ publicNetworkAccess: "" }), "internet", 443)).toBe("reachable");
    const answer = ask(estateOf({ publicNetworkAccess: "", privateEndpointConnections: [endpoint] }), {
      from: "internet",
      port: 443,
    });
    expect(missingOf(answer)).toContain("public access");
  });

  it("is not shut by integration into a network, which is outbound only", () => {
    expect(resultOf(estateOf({ virtualNetworkSubnetId: idOf.subnet("v", "s") }), "internet", 443)).toBe("reachable");
  });

  it("is undetermined with a value nobody knows, and without the configuration", () => {
    expect(resultOf(estateOf({ publicNetworkAccess: "SecuredByPerimeter" }), "internet", 443)).toBe("undetermined");
    const { web: _web, ...unread } = siteResource("app");
    const answer = ask(snapshot([unread], [siteWorkload("app")]), { from: "internet", port: 443 });
    expect(missingOf(answer)).toContain("config/web");
  });

  it("is judged for the two ports of the front end only, where HTTP may be a redirect", () => {
    const { exposures } = computeExposures(estateOf({}));
    expect(exposures.flatMap(({ ports }) => ports).map(({ from, to }) => [from, to])).toEqual([
      [80, 80],
      [443, 443],
    ]);
    expect(resultOf(estateOf({}), "internet", 80)).toBe("unreachable");
    expect(resultOf(estateOf({ httpsOnly: false }), "internet", 80)).toBe("reachable");
  });
});

describe("access restrictions", () => {
  const office = restriction("office", 100, "Allow");
  const listed = (restrictions: readonly IpSecurityRestriction[], defaultAction = ""): EstateSnapshot =>
    estateOf({}, { ipSecurityRestrictions: restrictions, ipSecurityRestrictionsDefaultAction: defaultAction });

  it("deny the rest once there is a rule, unless the default says otherwise", () => {
    expect(resultOf(listed([office]), "internet", 443)).toBe("unreachable");
    expect(resultOf(listed([office]), "internet-allowlisted", 443)).toBe("reachable");
    expect(resultOf(listed([restriction("block", 100, "Deny")], "Allow"), "internet", 443)).toBe("reachable");
    expect(resultOf(listed([], "Deny"), "internet", 443)).toBe("unreachable");
    const synthetic = restriction("Allow all", 2_147_483_647, "Allow", { ipAddress: "Any" });
    expect(resultOf(listed([synthetic]), "internet", 443)).toBe("reachable");
  });

  it("are tried by priority, equal ones in the order of the answer", () => {
    const all = restriction("all", 100, "Allow", { ipAddress: "0.0.0.0/0" });
    const none = restriction("none", 100, "Deny", { ipAddress: "0.0.0.0/0" });
    expect(resultOf(listed([all, none]), "internet", 443)).toBe("reachable");
    expect(resultOf(listed([none, all]), "internet", 443)).toBe("unreachable");
    expect(resultOf(listed([none, { ...all, priority: 50 }]), "internet", 443)).toBe("reachable");
  });

  it("read lists of addresses", () => {
    const two = restriction("two", 100, "Allow", { ipAddress: "198.51.100.0/24,203.0.113.0/24" });
    const answer = ask(listed([two]), { from: "internet-allowlisted", port: 443 });
    expect(answer.result === "reachable" && answer.sources).toEqual(["198.51.100.0/24", "203.0.113.0/24"]);
  });

  it("that admit the tag of Front Door admit any tenant's Front Door; with its header that is not certain", () => {
    const tag = restriction("fd", 100, "Allow", { tag: "ServiceTag", ipAddress: "AzureFrontDoor.Backend" });
    const serviceTags = { "AzureFrontDoor.Backend": ["13.73.248.16/29"], AzureCloud: ["13.64.0.0/11"] };
    const estate = (rule: IpSecurityRestriction): EstateSnapshot => ({ ...listed([rule]), serviceTags });
    expect(resultOf(estate(tag), "peer-tenant", 443)).toBe("reachable");
    const locked = { ...tag, headers: { "x-azure-fdid": ["11111111-2222-3333-4444-555555555555"] } };
    const answer = ask(estate(locked), { from: "peer-tenant", port: 443 });
    expect(answer.result).toBe("undetermined");
    expect(missingOf(answer)).toContain("x-azure-fdid");
  });

  it("that admit a subnet do not admit the internet, and leave inside answers undetermined", () => {
    const subnetRule = restriction("subnet", 100, "Allow", { vnetSubnetResourceId: idOf.subnet("v", "s") });
    expect(resultOf(listed([subnetRule]), "internet", 443)).toBe("unreachable");
    expect(resultOf(listed([subnetRule]), "same-vnet", 443)).toBe("undetermined");
  });

  it("of the main site do not cover the scm site, where a sign-in stands", () => {
    const open = { ipSecurityRestrictions: [office], scmIpSecurityRestrictionsDefaultAction: "Allow" };
    const answer = ask(estateOf({}, open), { from: "internet", port: 443 });
    expect(answer.result === "reachable" && answer.paths[0].hops[0].authentication).toBe("required");
    const shared = estateOf({}, { ...open, scmIpSecurityRestrictionsUseMain: true });
    expect(resultOf(shared, "internet", 443)).toBe("unreachable");
  });

  it("do not judge private endpoints, which are a door of their own", () => {
    const shut = estateOf({ privateEndpointConnections: [endpoint] }, { ipSecurityRestrictionsDefaultAction: "Deny" });
    expect(resultOf(shut, "same-vnet", 443)).toBe("undetermined");
    expect(resultOf(shut, "internet", 443)).toBe("unreachable");
  });

  it("with an action or a tag nobody knows are in doubt", () => {
    expect(resultOf(listed([{ ...office, action: "Ponder" }]), "internet-allowlisted", 443)).toBe("undetermined");
    expect(resultOf(listed([restriction("x", 100, "Allow", { tag: "XffProxy" })]), "internet", 443)).toBe(
      "undetermined",
    );
  });
});

describe("what stands before a site", () => {
  it("shows whether signing in is required", () => {
    for (const [authentication, shown] of [
      ["required", "required"],
      ["optional", "none"],
      ["unknown", "unknown"],
    ] as const) {
      const answer = ask(estateOf({ authentication }), { from: "internet", port: 443 });
      expect(answer.result === "reachable" && answer.paths[0].hops[0].authentication).toBe(shown);
    }
  });

  it("may be something that is not modelled, when the site admits some", () => {
    const door = other("Microsoft.Cdn/profiles", "afd");
    const listed = estateOf({}, { ipSecurityRestrictions: [restriction("office", 100, "Allow")] });
    const behind = { ...listed, resources: [...listed.resources, door] };
    expect(missingOf(ask(behind, { from: "internet", port: 443 }))).toContain("Microsoft.Cdn/profiles");
    const shut = estateOf({ publicNetworkAccess: "Disabled" });
    expect(resultOf({ ...shut, resources: [...shut.resources, door] }, "internet", 443)).toBe("unreachable");
  });

  it("may be an environment whose front end is elsewhere", () => {
    const census = [{ scope: "s", type: "Microsoft.Web/hostingEnvironments", count: 1 }];
    expect(resultOf(estateOf({}, {}, { census }), "internet", 443)).toBe("undetermined");
  });
});
