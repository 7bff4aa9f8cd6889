import type { EstateSnapshot } from "@sightline/model";
import { describe, expect, it } from "vitest";
import { createEstate } from "./testing/shop-estate.ts";
import { toFinding } from "./testing/shop-findings.ts";
import { inbound, incomplete, only, run } from "./testing/shop-judge.ts";
import { cluster, images, kubernetesId, subscriptionId } from "./testing/shop-resources.ts";

describe("judge, where an image runs nowhere", () => {
  const finding = toFinding(images.nowhere, inbound);

  it("says so when everything that runs images has been read", () => {
    const verdict = only([finding]);
    expect(verdict).toMatchObject({ class: "inert.not_deployed", unit: { workload: "none", container: "" } });
    expect(verdict.sentence).toBe(
      "Inert because no workload runs this image: 5 containers in 1 subscription run other images (read at 09:12 UTC).",
    );
  });

  it("does not say so after any gap", () => {
    const estate = createEstate();
    const site = estate.resources.find((resource) => resource.kind === "site");
    const cases: Readonly<Record<string, EstateSnapshot>> = {
      "incomplete list": incomplete("site"),
      "incomplete pods": incomplete("pod"),
      "list never made": { ...estate, coverage: estate.coverage.filter(({ kind }) => kind !== "census") },
      "another subscription": {
        ...estate,
        subscriptionIds: [...estate.subscriptionIds, "33333333-3333-4333-8333-333333333333"],
      },
      "a type that is not read": {
        ...estate,
        census: [...estate.census, { scope: "x", type: "Microsoft.App/containerApps", count: 2 }],
      },
      "a scale set of its own": {
        ...estate,
        census: [{ scope: "x", type: "microsoft.compute/virtualmachinescalesets", count: 2 }],
      },
      "several containers in a site": {
        ...estate,
        resources: [
          ...estate.resources,
          ...(site?.kind === "site" && site.web
            ? [{ ...site, web: { ...site.web, linuxFxVersion: "COMPOSE|abc" } }]
            : []),
        ],
      },
      "a problem": {
        ...estate,
        problems: [{ code: "estate.odd", subject: "x", message: "one page was unreadable", next: "Collect again." }],
      },
      "a name without a digest": withTagOnly(estate, "contoso.azurecr.io/shop/nowhere:7"),
    };
    for (const [name, snapshot] of Object.entries(cases)) {
      const verdict = only([finding], { snapshot });
      expect([name, verdict.class, verdict.ceiling]).toEqual([name, "unknown", "exploitable.internet"]);
      expect(verdict.missing.map(({ fact }) => fact)).toContain("sameImage");
    }
  });

  it("does not say so while machines run whose containers nobody lists, unless the workspace says there are none", () => {
    const estate = createEstate();
    const machine: EstateSnapshot["resources"][number] = {
      kind: "virtualMachine",
      id: cluster,
      name: "vm-1",
      subscriptionId,
      location: "westeurope",
      networkInterfaces: [],
      powerState: "PowerState/running",
      osType: "Linux",
      identityIds: [],
    };
    const snapshot = { ...estate, resources: [...estate.resources, machine] };
    expect(only([finding], { snapshot }).class).toBe("unknown");
    expect(only([finding], { snapshot, options: { machineContainers: "none" } }).class).toBe("inert.not_deployed");
    const deallocated = {
      ...estate,
      resources: [...estate.resources, { ...machine, powerState: "PowerState/deallocated" }],
    };
    expect(only([finding], { snapshot: deallocated }).class).toBe("inert.not_deployed");
  });

  it("leaves it to the estate where it runs, and doubts when that one was not read whole", () => {
    const elsewhere = createEstate();
    const there = withImage(elsewhere, images.nowhere);
    expect(run([finding], { elsewhere: [there] }).verdicts).toEqual([]);
    expect(only([finding], { elsewhere: [incomplete("pod")] }).class).toBe("unknown");
    expect(only([finding], { elsewhere: [elsewhere] }).class).toBe("inert.not_deployed");
  });

  it("joins a workload that names the very tag, without believing it", () => {
    const verdict = only([finding], { snapshot: withTagOnly(createEstate(), "contoso.azurecr.io/shop/nowhere:1") });
    expect(verdict.unit.workload).toBe(kubernetesId("deployment", "web"));
    expect(verdict).toMatchObject({ class: "unknown", floor: "inert.not_deployed", ceiling: "exploitable.internet" });
    expect(verdict.missing).toMatchObject([
      { fact: "sameImage", remedy: { role: "Azure Kubernetes Service RBAC Reader" } },
    ]);
  });
});

function withImage(estate: EstateSnapshot, digest: (typeof images)[keyof typeof images]): EstateSnapshot {
  const [first, ...rest] = estate.workloads;
  if (first === undefined) {
    throw new Error("the estate has workloads");
  }
  return {
    ...estate,
    workloads: [
      { ...first, containers: [{ name: "x", image: { kind: "digest", name: "x", digest }, declaredPorts: [] }] },
      ...rest,
    ],
  };
}

function withTagOnly(estate: EstateSnapshot, name: string): EstateSnapshot {
  const [first, ...rest] = estate.workloads;
  if (first === undefined) {
    throw new Error("the estate has workloads");
  }
  return {
    ...estate,
    workloads: [
      {
        ...first,
        containers: [{ name: "web", image: { kind: "tag-only", name, reason: "no digest" }, declaredPorts: [] }],
      },
      ...rest,
    ],
  };
}
