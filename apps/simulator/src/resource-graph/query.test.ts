import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ids, management, openSimulation, pluck, type Simulation } from "../testing/simulation.ts";
import { parseQuery, runQuery } from "./query.ts";
import { InvalidQuery } from "./tokens.ts";

const rows = [
  { id: "1", type: "microsoft.web/sites", name: "a", properties: { state: "Running", list: [1, 2] }, tags: null },
  { id: "2", type: "microsoft.web/sites", name: "B", properties: { state: "Stopped" }, tags: { team: "x" } },
  { id: "3", type: "microsoft.compute/virtualmachines", name: "c", properties: {}, tags: null },
];

function run(query: string) {
  return runQuery(parseQuery(query), rows);
}

describe("a query", () => {
  it.each([
    ["resources | where type =~ 'Microsoft.Web/Sites'", ["1", "2"]],
    ["resources | where type == 'Microsoft.Web/Sites'", []],
    ["resources | where type in~ ('MICROSOFT.WEB/SITES', 'x')", ["1", "2"]],
    ["resources | where type !in ('microsoft.web/sites')", ["3"]],
    ["resources | where type has 'sites' and properties.state == 'Running'", ["1"]],
    ["resources | where name == 'c' or properties.state =~ 'stopped'", ["2", "3"]],
    ["resources | where not(type contains 'web')", ["3"]],
    ["resources | where isnotempty(tags.team)", ["2"]],
    ["resources | where properties['list'][1] == 2", ["1"]],
    ["resources | where (name startswith 'B') // a comment", ["2"]],
    ["resources\n| order by name asc\n| take 1", ["2"]],
    ["resources | sort by id | limit 2", ["3", "2"]],
  ])("%s", (query, expected) => {
    expect(run(query).map((row) => row["id"])).toEqual(expected);
  });

  it("projects, renames and computes columns", () => {
    expect(
      run("resources | where id == '1' | project id, state = properties.state, tolower(name), properties.state"),
    ).toEqual([{ id: "1", state: "Running", Column1: "a", properties_state: "Running" }]);
    expect(run("resources | where id == '2' | extend low = tolower(name) | project low")).toEqual([{ low: "b" }]);
  });

  it("counts by columns, all together, and the distinct", () => {
    expect(run("resources | summarize count() by type")).toEqual([
      { type: "microsoft.web/sites", count_: 2 },
      { type: "microsoft.compute/virtualmachines", count_: 1 },
    ]);
    expect(run("resources | where id == '9' | summarize n = count()")).toEqual([{ n: 0 }]);
    expect(run("resources | count")).toEqual([{ Count: 3 }]);
    expect(run("resources | distinct type")).toHaveLength(2);
  });

  it.each([
    "resources | mv-expand x",
    "resources | where type ===",
    "resources | summarize max(x)",
    "resources | where frobnicate(x)",
    "resources | where 'a",
    "resources where",
    "",
  ])("that is outside the supported part is refused: %s", (query) => {
    expect(() => parseQuery(query)).toThrow(InvalidQuery);
  });
});

describe("the service", () => {
  let simulation: Simulation;
  let bearer: string;
  beforeAll(async () => {
    simulation = await openSimulation();
    bearer = await simulation.tokenFor("https://management.azure.com");
  });
  afterAll(() => simulation.close());
  beforeEach(() => simulation.control("POST", "clock", { advanceSeconds: 6 }));

  const ask = (body: unknown) =>
    simulation.call(management, "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01", {
      bearer,
      body,
    });

  it("gives rows in flat form, types in lower case, the power state where Azure puts it", async () => {
    const { json } = await ask({ query: "resources | where type =~ 'microsoft.compute/virtualMachines'" });
    expect(json.data[0]).toMatchObject({
      type: "microsoft.compute/virtualmachines",
      resourceGroup: "rg",
      subscriptionId: ids.one,
    });
    expect(json.data[0].properties.extended.instanceView.powerState.code).toBe("PowerState/running");
  });

  it("pages with a skip token until every row was seen once", async () => {
    const seen: unknown[] = [];
    let token: unknown;
    do {
      const options = token === undefined ? {} : { $skipToken: token };
      const { json } = await ask({ query: "resources | project id, name | order by id asc", options });
      seen.push(...pluck(json.data, "id"));
      token = json.$skipToken;
      await simulation.control("POST", "clock", { advanceSeconds: 6 });
    } while (token !== undefined);
    const total = (await ask({ query: "resources | summarize count()" })).json.data[0].count_;
    expect(seen).toHaveLength(total);
    expect(new Set(seen).size).toBe(total);
  });

  it("says so when rows are missing and cannot be paged to", async () => {
    const { json } = await ask({ query: "resources | project name" });
    expect([json.resultTruncated, json.$skipToken]).toEqual(["true", undefined]);
  });

  it("throttles with quota headers and a time to wait", async () => {
    const statuses: number[] = [];
    let last: Awaited<ReturnType<typeof ask>> | undefined;
    for (let count = 0; count < 5; count += 1) {
      last = await ask({ query: "resources | count" });
      statuses.push(last.status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 429]);
    expect(last?.json.error.code).toBe("RateLimiting");
    expect(Number(last?.headers["retry-after"])).toBeGreaterThan(0);
    expect(last?.headers["x-ms-user-quota-remaining"]).toBe("0");
  });

  it("refuses when no subscription of the caller is in scope, and for tables it does not have", async () => {
    const none = await ask({ query: "resources", subscriptions: [ids.two] });
    expect([none.status, none.json.error.details[0].code]).toEqual([400, "NoValidSubscriptionsInQueryRequest"]);
    const table = await ask({ query: "nothere | count" });
    expect(table.json.error.details[0].code).toBe("DisallowedLogicalTableName");
  });

  it("shows scale set interfaces and site configurations in their own tables", async () => {
    const compute = await ask({ query: "computeresources | project id, type" });
    expect(compute.json.data[0].type).toBe(
      "microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces",
    );
    const sites = await ask({ query: "appserviceresources | where type =~ 'microsoft.web/sites/config'" });
    expect(sites.json.data[0].properties.ipSecurityRestrictions).toHaveLength(2);
    const containers = await ask({ query: "resourcecontainers | where type =~ 'microsoft.resources/subscriptions'" });
    expect(pluck(containers.json.data, "subscriptionId")).toEqual([ids.one]);
  });
});
