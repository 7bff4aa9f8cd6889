import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BuiltImage } from "../image/build-image.ts";
import { readImages } from "../image/read-recipes.ts";
import { readText, toList } from "../json.ts";
import { SimulatorError } from "../simulator-error.ts";
import { smallScenario } from "../testing/simulation.ts";
import { createWorld } from "./create-world.ts";
import { parseScenario, readScenario, scenarioFolder } from "./read-scenario.ts";
import type { SimulatedClock, World } from "./world.ts";

const clock: SimulatedClock = { now: () => new Date("2026-01-01T00:00:00Z"), advance: () => undefined };

async function buildWorld(path: string): Promise<World> {
  const read = await readScenario(path);
  const { world } = await createWorld({ read, images, clock, clusterCaPems: read.scenario.clusters.map(() => "") });
  return world;
}

function readError(run: () => unknown): SimulatorError {
  try {
    run();
  } catch (error) {
    return error instanceof SimulatorError ? error : expect.fail(String(error));
  }
  return expect.fail("nothing went wrong");
}

let folder: string;
let images: readonly BuiltImage[];
beforeAll(async () => {
  images = await readImages();
  folder = await mkdtemp(join(tmpdir(), "scenarios-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function buildText(text: string): Promise<World> {
  const file = join(folder, `${String(text.length)}.yaml`);
  await writeFile(file, text);
  return buildWorld(file);
}

describe("a scenario file", () => {
  it("is refused with every field that is wrong", () => {
    const error = readError(() =>
      parseScenario({ name: "x", tenants: [{ name: "t", id: "no", domain: "d" }], colour: 1 }, "f.yaml"),
    );
    expect(error.code).toBe("simulator.invalid-scenario");
    expect(error.message).toContain("tenants.0.id");
    expect(error.message).toContain("colour");
  });

  it("is refused when it cannot be read or is no YAML", async () => {
    await expect(readScenario(join(folder, "none.yaml"))).rejects.toMatchObject({ code: "simulator.file-unreadable" });
    await expect(buildText("name: [unclosed")).rejects.toMatchObject({ code: "simulator.invalid-yaml" });
  });

  it("is refused with every reference that leads nowhere", async () => {
    const text = `
name: broken
tenants:
  - name: t
    id: 10000000-0000-4000-8000-000000000001
    domain: t.example
    servicePrincipals: [{ application: ghost, objectId: 30000000-0000-4000-8000-000000000001 }]
subscriptions:
  - name: s
    id: 40000000-0000-4000-8000-000000000001
    tenant: t
    resources:
      - { group: nowhere, type: Microsoft.Web/sites, name: a }
roleAssignments:
  - { principal: t/ghost, role: Nothing, scope: "arm:elsewhere" }
registries:
  - { resource: "arm:s/g/Microsoft.ContainerRegistry/registries/r", images: [no/recipe] }
`;
    const error = await buildText(text).then(
      () => expect.fail("it was accepted"),
      (cause: unknown) => cause,
    );
    const message = error instanceof SimulatorError ? error.message : "";
    expect(message).toContain("no application is named ghost");
    expect(message).toContain("resource group that is not listed");
    expect(message).toContain("there is no role Nothing");
    expect(message).toContain("there is no subscription named elsewhere");
    expect(message).toContain("no resource with properties.loginServer");
  });
});

describe("a world", () => {
  it("has references and digests unfolded everywhere", async () => {
    const world = await buildWorld(smallScenario);
    const text = JSON.stringify([...world.resources.values(), ...world.assignments]);
    expect(text).not.toMatch(/"arm:|\{digest:/);
  });

  it("has no more than one resource under an id", async () => {
    const world = await buildWorld(join(scenarioFolder, "contoso.yaml"));
    for (const [key, resource] of world.resources) {
      expect(resource.id.toLowerCase()).toBe(key);
    }
  });
});

describe("contoso", () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld(join(scenarioFolder, "contoso.yaml"));
  });
  const listPods = () =>
    [...world.clusters.values()].flatMap(({ objects }) => [...(objects.get("pods")?.values() ?? [])]);

  it("runs recipe images under the digests the recipes have", () => {
    const known = new Set(world.images.map(({ digest }) => digest));
    const own = listPods()
      .flatMap((pod) =>
        toList(pod["status"] === undefined ? undefined : (pod["status"] as Record<string, never>)["containerStatuses"]),
      )
      .map((status) => readText(status, "imageID"))
      .filter((imageId) => imageId.includes(".azurecr.io/"));
    expect(own.length).toBeGreaterThan(5);
    for (const imageId of own) {
      expect(known).toContain(imageId.split("@")[1]);
    }
  });

  it("refers only to resources it has, or says so by naming another subscription's", () => {
    const texts = [...JSON.stringify([...world.resources.values()]).matchAll(/"id":"(\/subscriptions\/[^"]+)"/g)].map(
      ([, id = ""]) => id.toLowerCase(),
    );
    const isKnown = (id: string): boolean => {
      for (let at = id; at.includes("/providers/"); at = at.slice(0, at.lastIndexOf("/"))) {
        if (world.resources.has(at)) {
          return true;
        }
      }
      return false;
    };
    const missing = new Set(texts.filter((id) => id.includes("/providers/") && !isKnown(id)));
    const instances = [...missing].filter((id) => !/\/virtualmachinescalesets\/[^/]+\/virtualmachines\/\d+$/.test(id));
    expect(instances).toEqual([]);
  });

  it("gives every address out once", () => {
    const pods = listPods().filter((pod) => (pod["spec"] as Record<string, unknown>)["hostNetwork"] !== true);
    const addresses = pods.map((pod) => readText(pod, "status.podIP"));
    expect(new Set(addresses).size).toBe(addresses.length);
    const publicAddresses = [...world.resources.values()]
      .filter(({ type }) => type === "Microsoft.Network/publicIPAddresses")
      .map((resource) => readText(resource, "properties.ipAddress"));
    expect(new Set(publicAddresses).size).toBe(publicAddresses.length);
  });

  it("names every object id, subscription and tenant once", () => {
    const own = [...world.tenants.keys(), ...world.subscriptions.keys(), ...world.servicePrincipals.keys()];
    expect(new Set(own).size).toBe(own.length);
  });
});
