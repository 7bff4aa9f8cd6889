/** What every network element promises. */
import { describe, expect, it } from "vitest";
import { networkElements } from "./elements.ts";
import { armTypeEffects } from "./lower/arm-types.data.ts";
import { createElementContext } from "./lower/lower-estate.ts";
import { joinLowered } from "./model/network.ts";
import {
  clusterSnapshot,
  exposedByAzure,
  ingressObject,
  nginxClass,
  nginxController,
  pod,
  podWorkload,
  service,
} from "./testing/cluster.fixture.ts";
import { other, snapshot } from "./testing/estate.fixture.ts";
import { siteResource, siteWorkload } from "./testing/site.fixture.ts";

const cluster = clusterSnapshot(
  [
    pod("api", "10.244.0.10"),
    service("api", { type: "LoadBalancer", loadBalancerIngressIPs: ["20.0.0.9"] }),
    nginxClass,
    ...nginxController(),
    ingressObject("api", "api"),
    ...exposedByAzure([80, 443]),
    other("Microsoft.Network/applicationGateways", "gw"),
  ],
  [podWorkload("api", ["api"])],
);
const site = snapshot([siteResource("app")], [siteWorkload("app")]);

describe("network elements", () => {
  it("have ids of their own", () => {
    const ids = networkElements.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("make nothing of an empty estate", () => {
    const context = createElementContext(snapshot([], []));
    expect(networkElements.map((element) => element.lower(context).stations.length)).toEqual(
      networkElements.map(() => 0),
    );
  });

  for (const [name, estate] of [
    ["a cluster", cluster],
    ["a site", site],
  ] as const) {
    it(`make links of ${name} that lead to stations, and let nobody through who may not pass`, () => {
      const context = createElementContext(estate);
      const { addresses } = context;
      const lowered = networkElements.map((element) => element.lower(context));
      const network = joinLowered(lowered);
      const keys = [...network.stations.keys()];
      expect(new Set(keys).size).toBe(lowered.flatMap(({ stations }) => stations).length);
      for (const station of network.stations.values()) {
        const links = network.linksInto(station);
        expect(new Set(links.map(({ key }) => key)).size).toBe(links.length);
        for (const link of links) {
          expect(link.to).toBe(station.key);
          const crossing = {
            protocol: "TCP",
            port: 80,
            sourcePort: 50_000,
            destination: station.destination,
            view: { kind: "origin" },
          } as const;
          const filters = [...link.filters(crossing), ...station.guards(crossing)];
          expect(filters.filter(({ passes, may }) => !addresses.includes(may, passes))).toEqual([]);
          expect(filters.filter(({ passes, may, missing }) => passes !== may && missing.length === 0)).toEqual([]);
        }
      }
    });
  }

  it("know each Azure type by one effect", () => {
    expect([...armTypeEffects.keys()].filter((type) => type !== type.toLowerCase())).toEqual([]);
    expect(armTypeEffects.size).toBeGreaterThan(150);
  });
});
