import type { WorkloadController } from "@sightline/model";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { asArmId, readSampleList } from "../testing/sample.ts";
import { toClusterAction } from "./access.ts";
import { type ControllerKind, controllerOf, horizontalPodAutoscalerOf } from "./controllers.ts";

const cluster = asArmId("/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks");

function read(kind: ControllerKind, sample: string): ReadonlyMap<string, WorkloadController> {
  const all = readSampleList(`kubernetes/${sample}`).map((raw) => controllerOf(cluster, kind).parse(raw));
  return new Map(all.map((each) => [each.name, each]));
}

describe("a controller", () => {
  it("wants the replicas it says, and one where it says nothing", () => {
    const sets = read("StatefulSet", "stateful-sets");
    expect([...sets.values()].map(({ name, replicas }) => [name, replicas])).toEqual([
      ["store", 1],
      ["cache", 0],
    ]);
    expect(read("Deployment", "deployments").get("web")).toMatchObject({
      controllerKind: "Deployment",
      replicas: 2,
      podLabels: { app: "web" },
      containers: [{ name: "web", image: "registryapp.azurecr.io/shop/web:1.5", init: false, state: "unknown" }],
    });
  });

  it("of kind DaemonSet wants what the scheduler says, and nobody knows before it has said so", () => {
    const sets = read("DaemonSet", "daemon-sets");
    expect(sets.get("agent")).toMatchObject({ replicas: 2, hostNetwork: true });
    expect(sets.get("windows-only")?.replicas).toBe(0);
    const [sample] = readSampleList("kubernetes/daemon-sets");
    const silent = controllerOf(cluster, "DaemonSet").parse({ ...z.looseObject({}).parse(sample), status: {} });
    expect(Object.keys(silent)).not.toContain("replicas");
  });

  it("of kind Job wants nothing when it is finished or held back, and says which", () => {
    const jobs = read("Job", "jobs");
    expect([...jobs.values()].map(({ name, replicas, suspended }) => ({ name, replicas, suspended }))).toEqual([
      { name: "report-1", replicas: 0, suspended: false },
      { name: "broken", replicas: 0, suspended: false },
      { name: "running", replicas: 3, suspended: false },
      { name: "held-back", replicas: 0, suspended: true },
      { name: "paused", replicas: 0, suspended: true },
    ]);
    expect(jobs.get("report-1")?.owners).toEqual([{ kind: "CronJob", name: "report", controller: true }]);
  });

  it("of kind CronJob wants one pod unless it is suspended, and has its template inside the job's", () => {
    const jobs = read("CronJob", "cron-jobs");
    expect(jobs.get("report")).toMatchObject({
      replicas: 1,
      suspended: false,
      containers: [{ image: "registryapp.azurecr.io/tools/report:1" }],
    });
    expect(jobs.get("suspended")).toMatchObject({ replicas: 0, suspended: true });
  });

  it("without a pod template is unreadable: what it runs would be lost", () => {
    const metadata = { name: "web", namespace: "shop" };
    expect(controllerOf(cluster, "Deployment").safeParse({ metadata, spec: { replicas: 1 } }).success).toBe(false);
    const spec = { replicas: 1, template: { spec: {} } };
    expect(controllerOf(cluster, "Deployment").safeParse({ metadata, spec }).success).toBe(false);
  });
});

describe("a HorizontalPodAutoscaler", () => {
  it("names what it scales", () => {
    const all = readSampleList("kubernetes/horizontal-pod-autoscalers");
    expect(all.map((raw) => horizontalPodAutoscalerOf(cluster).parse(raw).scaleTarget)).toEqual([
      { kind: "Deployment", name: "web" },
      { kind: "Deployment", name: "sleeping" },
    ]);
  });
});

describe("the action a list needs", () => {
  it.each([
    ["/api/v1/pods", "Microsoft.ContainerService/managedClusters/pods/read"],
    ["/apis/apps/v1/deployments", "Microsoft.ContainerService/managedClusters/apps/deployments/read"],
    [
      "/apis/networking.k8s.io/v1/networkpolicies",
      "Microsoft.ContainerService/managedClusters/networking.k8s.io/networkpolicies/read",
    ],
  ])("of %s is %s", (path, action) => {
    expect(toClusterAction(path)).toBe(action);
  });
});
