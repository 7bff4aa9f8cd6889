import { describe, expect, it } from "vitest";
import type { Collected } from "../collector.ts";
import { type Alteration, createFailure, createFakeAzure, type FakeCall } from "../testing/fake-azure.ts";
import { createTickingClock, sampleScope, sampleSubscription } from "../testing/sample.ts";
import { censusCollector } from "./census.ts";

async function collect(alter?: Alteration): Promise<{ readonly part: Collected; readonly calls: readonly FakeCall[] }> {
  const { arm, calls } = createFakeAzure(alter);
  if (censusCollector.scope !== "subscription") {
    throw new Error("the census is taken by subscription");
  }
  const part = await censusCollector.collect({ subscriptionId: sampleSubscription, arm, clock: createTickingClock() });
  return { part, calls };
}

/** The sample with one more resource of an unknown type. */
function withResource(properties: unknown): Alteration {
  const id = `${sampleScope}/resourceGroups/rg/providers/Contoso.Things/things/one`;
  return ({ target }, { items }) =>
    target.includes("project")
      ? { items: [{ id, name: "one", type: "contoso.things/things", properties }] }
      : { items };
}

describe("the census", () => {
  it("counts every type, and reads the resources of those nobody else reads", async () => {
    const { part, calls } = await collect();
    expect(part.census).toEqual([
      { scope: sampleScope, type: "microsoft.network/virtualnetworks", count: 2 },
      { scope: sampleScope, type: "microsoft.network/applicationgateways", count: 1 },
      { scope: sampleScope, type: "microsoft.keyvault/vaults", count: 1 },
    ]);
    expect(calls.at(-1)?.target).toBe(
      "resources | where type in~ ('microsoft.network/applicationgateways', 'microsoft.keyvault/vaults') | project id, name, type, location, properties",
    );
  });

  it("names what an unknown resource may touch", async () => {
    const { part } = await collect();
    const [gateway, vault] = part.resources;
    const network = `${sampleScope}/resourceGroups/rg-app/providers/Microsoft.Network`;
    expect(gateway).toMatchObject({
      kind: "other",
      references: [`${network}/publicIPAddresses/pip-standard`, `${network}/virtualNetworks/vnet-app/subnets/plain`],
    });
    expect(vault).toMatchObject({ kind: "other", references: [] });
  });

  it("names none where there are too many to name: a few would read as all", async () => {
    const references = (count: number): unknown => ({
      list: Array.from({ length: count }, (_, index) => `${sampleScope}/resourceGroups/rg-${index}`),
    });
    const read = async (count: number): Promise<number> => {
      const { part } = await collect(withResource(references(count)));
      const [resource] = part.resources;
      return resource?.kind === "other" ? resource.references.length : -1;
    };
    expect(await read(1000)).toBe(1000);
    expect(await read(1001)).toBe(0);
    expect(await read(200_000)).toBe(0);
  });

  it("counts rules of a network manager elsewhere that admit what a group here denies", async () => {
    const { part } = await collect(({ target }, { items }) =>
      target.startsWith("networkresources")
        ? { items: [{ type: "microsoft.network/effectivesecurityadminrules", count_: 4 }] }
        : { items },
    );
    expect(part.census).toContainEqual({
      scope: sampleScope,
      type: "microsoft.network/effectivesecurityadminrules",
      count: 4,
    });
  });

  it("is a gap of the resources as well where it broke off: their types are not known", async () => {
    const { part } = await collect(({ index }) => ({
      items: [],
      ...(index === 0 ? { failure: createFailure("azure.server-error", 500) } : {}),
    }));
    expect(part.coverage.map(({ kind, complete, count }) => ({ kind, complete, count }))).toEqual([
      { kind: "census", complete: false, count: 0 },
      { kind: "other", complete: false, count: 0 },
    ]);
  });

  it("does not ask for resources where there is no unknown type", async () => {
    const { part, calls } = await collect(() => ({ items: [] }));
    expect(calls).toHaveLength(2);
    expect(part.coverage.every(({ complete }) => complete)).toBe(true);
  });
});
