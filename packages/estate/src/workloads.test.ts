import { type Coverage, type Liveness, type Resource, toCoverageId, type Workload } from "@sightline/model";
import { describe, expect, it } from "vitest";
import { site } from "./azure/app-service.ts";
import { virtualMachine } from "./azure/compute.ts";
import { type ControllerKind, controllerOf, horizontalPodAutoscalerOf } from "./kubernetes/controllers.ts";
import { namespaceOf, podOf } from "./kubernetes/objects.ts";
import { asArmId, readSampleCluster } from "./testing/sample.ts";
import { toWorkloads } from "./workloads.ts";

const cluster = readSampleCluster();
const clusterKinds = ["namespace", "pod", "replicaSet", "job", "horizontalPodAutoscaler"];

function toRecord(kind: string, complete: boolean): Coverage {
  const at = "2026-01-01T00:00:00Z";
  const scope = cluster.id.toLowerCase();
  const source = { collector: "test", version: 1, api: "kubernetes", apiVersion: "v1", scope };
  const gaps = complete ? [] : [{ kind: "throttled", subject: scope, status: 429, remedy: "" } as const];
  const times = { startedAt: at, endedAt: at };
  return { id: toCoverageId(`${scope}|${kind}`), scope, kind, complete, pages: 1, count: 0, ...times, source, gaps };
}

const whole = clusterKinds.map((kind) => toRecord(kind, true));

interface Made {
  readonly name?: string;
  readonly namespace?: string;
  readonly owner?: readonly [kind: string, name: string];
  readonly image?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

function toMetadata({ name = "app", namespace = "shop", owner, labels }: Made): unknown {
  const ownerReferences = owner === undefined ? [] : [{ kind: owner[0], name: owner[1], controller: true }];
  return { name, namespace, labels, ownerReferences };
}

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

function makePod(made: Made & { readonly phase?: string; readonly imageID?: string } = {}): Resource {
  const { image = "r.azurecr.io/app:1", phase = "Running", imageID = `r.azurecr.io/app@${digest("1")}` } = made;
  const containerStatuses = [{ name: "main", image, imageID, state: { running: {} } }];
  const spec = { containers: [{ name: "main", image }] };
  return podOf(cluster.id).parse({ metadata: toMetadata(made), spec, status: { phase, containerStatuses } });
}

function makeController(
  kind: ControllerKind,
  made: Made & { readonly spec?: object; readonly status?: object } = {},
): Resource {
  const { image = "r.azurecr.io/app:2", spec, status } = made;
  const template = { metadata: { labels: made.labels }, spec: { containers: [{ name: "main", image }] } };
  const own = kind === "CronJob" ? { jobTemplate: { spec: { template } } } : { template };
  return controllerOf(cluster.id, kind).parse({ metadata: toMetadata(made), spec: { ...own, ...spec }, status });
}

/** The only workload of these resources. */
function only(resources: readonly Resource[], coverage = whole): Workload {
  const workloads = toWorkloads(resources, coverage);
  expect(workloads).toHaveLength(1);
  const [workload] = workloads;
  return workload ?? expect.fail("no workload");
}

function livenessOf(resources: readonly Resource[], coverage = whole): Liveness["kind"] {
  return only(resources, coverage).liveness.kind;
}

const asleep = makeController("Deployment", { spec: { replicas: 0 } });

describe("a workload of a cluster", () => {
  it("is its outermost controller, with the pods at the end of the chain", () => {
    const workload = only([
      makeController("Deployment", { name: "web" }),
      makeController("ReplicaSet", { name: "web-1", owner: ["Deployment", "web"] }),
      makePod({ name: "web-1-a", owner: ["ReplicaSet", "web-1"] }),
    ]);
    expect(workload).toMatchObject({ kind: "kubernetes", name: "web", namespace: "shop", cluster: cluster.id });
    expect(workload.id).toMatch(/#Deployment\/shop\/web$/);
    expect(workload.members).toEqual([expect.stringMatching(/#pod\/shop\/web-1-a$/)]);
    expect(workload.containers).toEqual([
      {
        name: "main",
        image: { kind: "digest", name: "r.azurecr.io/app:1", digest: digest("1") },
        declaredPorts: [],
      },
    ]);
    expect(workload.liveness).toEqual({ kind: "live", reason: "1 of 1 pods exist and are not over" });
  });

  it("may be a bare pod, or the pod of an owner that was not read", () => {
    expect(only([makePod({ name: "bare" })]).id).toMatch(/#pod\/shop\/bare$/);
    expect(only([makePod({ owner: ["Rollout", "shop"] })]).id).toMatch(/#pod\/shop\/app$/);
  });

  it("does not cross namespaces or clusters on the way to its owner", () => {
    const resources = [
      makeController("ReplicaSet", { name: "x", namespace: "a" }),
      makePod({ namespace: "b", owner: ["ReplicaSet", "x"] }),
    ];
    expect(toWorkloads(resources, whole)).toHaveLength(2);
  });

  it("ends when owners own each other", () => {
    const resources = [
      makeController("ReplicaSet", { name: "a", owner: ["ReplicaSet", "b"], spec: { replicas: 0 } }),
      makeController("ReplicaSet", { name: "b", owner: ["ReplicaSet", "a"], spec: { replicas: 0 } }),
    ];
    expect(toWorkloads(resources, whole).every(({ liveness }) => liveness.kind === "unknown")).toBe(true);
  });

  it("shows both digests during a roll-out", () => {
    const workload = only([
      makeController("Deployment", { name: "web" }),
      ...["1", "2"].flatMap((letter) => [
        makeController("ReplicaSet", { name: `web-${letter}`, owner: ["Deployment", "web"] }),
        makePod({
          name: letter,
          owner: ["ReplicaSet", `web-${letter}`],
          imageID: `r.azurecr.io/app@${digest(letter)}`,
        }),
      ]),
    ]);
    expect(workload.containers.map(({ image }) => image.kind === "digest" && image.digest)).toEqual([
      digest("1"),
      digest("2"),
    ]);
    expect(workload.members).toHaveLength(2);
  });

  it("shows the template's image where no pod exists", () => {
    expect(only([makeController("Deployment", { spec: { replicas: 3 } })])).toMatchObject({
      members: [],
      containers: [{ image: { kind: "tag-only", name: "r.azurecr.io/app:2" } }],
      liveness: { kind: "live" },
    });
  });

  it("leaves pods that are over out", () => {
    const workload = only([
      makeController("Deployment", { name: "web" }),
      makeController("ReplicaSet", { name: "web-1", owner: ["Deployment", "web"] }),
      makePod({
        name: "failed",
        owner: ["ReplicaSet", "web-1"],
        phase: "Failed",
        imageID: `r.azurecr.io/app@${digest("9")}`,
      }),
      makePod({ name: "fine", owner: ["ReplicaSet", "web-1"] }),
    ]);
    expect(workload.members).toEqual([expect.stringMatching(/fine$/)]);
    expect(JSON.stringify(workload.containers)).not.toContain(digest("9"));
    expect(workload.liveness.reason).toBe("1 of 2 pods exist and are not over");
  });
});

describe("the image of a container", () => {
  it.each([
    ["as containerd reports it", "r.azurecr.io/app@sha256:", "digest"],
    ["as older runtimes report it", "docker-pullable://r.azurecr.io/app@sha256:", "digest"],
    ["as the digest of a configuration", "sha256:", "tag-only"],
    ["as the digest of a configuration of older runtimes", "docker://sha256:", "tag-only"],
  ])("%s is known as such", (_how, prefix, kind) => {
    const [container] = only([makePod({ imageID: `${prefix}${"1".repeat(64)}` })]).containers;
    expect(container?.image.kind).toBe(kind);
  });

  it("is the one that was asked for by digest where the runtime is silent", () => {
    const [container] = only([makePod({ imageID: "", image: `r.azurecr.io/app@${digest("5")}` })]).containers;
    expect(container?.image).toMatchObject({ kind: "digest", digest: digest("5") });
  });
});

describe("a workload that wants no pods", () => {
  it.each<[string, Resource]>([
    ["a Deployment", asleep],
    ["a StatefulSet", makeController("StatefulSet", { spec: { replicas: 0 } })],
    ["a suspended CronJob", makeController("CronJob", { spec: { suspend: true } })],
    ["a finished Job", makeController("Job", { status: { conditions: [{ type: "Complete", status: "True" }] } })],
    ["a failed Job", makeController("Job", { status: { conditions: [{ type: "Failed", status: "True" }] } })],
    ["a bare pod that is over", makePod({ phase: "Succeeded" })],
  ])("is stopped: %s", (_what, resource) => {
    expect(livenessOf([resource])).toBe("stopped");
  });

  it.each(clusterKinds)("is unknown while the list of %s is not complete or was not made", (kind) => {
    const others = whole.filter((record) => record.kind !== kind);
    expect(livenessOf([asleep], others)).toBe("unknown");
    expect(livenessOf([asleep], [...others, toRecord(kind, false)])).toBe("unknown");
    expect(livenessOf([asleep], [...whole, toRecord(kind, false)])).toBe("unknown");
  });

  it("is unknown while an autoscaler targets it, and only it", () => {
    const autoscaler = (name: string, namespace = "shop"): Resource =>
      horizontalPodAutoscalerOf(cluster.id).parse({
        metadata: toMetadata({ name: "hpa", namespace }),
        spec: { scaleTargetRef: { kind: "Deployment", name } },
      });
    expect(livenessOf([asleep, autoscaler("app")])).toBe("unknown");
    expect(livenessOf([asleep, autoscaler("other")])).toBe("stopped");
    expect(livenessOf([asleep, autoscaler("app", "elsewhere")])).toBe("stopped");
  });

  it.each<[string, Resource]>([
    ["the namespace of KEDA", namespaceOf(cluster.id).parse({ metadata: { name: "keda" } })],
    ["the KEDA add-on", { ...cluster, kedaEnabled: true }],
  ])("is unknown in a cluster with %s", (_what, resource) => {
    expect(livenessOf([asleep, resource])).toBe("unknown");
  });

  it.each<[string, Resource]>([
    ["KEDA's operator by label", makePod({ name: "op", namespace: "kube-system", labels: { app: "keda-operator" } })],
    [
      "Knative by image",
      makePod({ name: "a", image: "gcr.io/knative-releases/activator:1", labels: { app: "activator" } }),
    ],
    [
      "a downscaler of which only the Deployment was seen",
      makeController("Deployment", { name: "d", image: "r.io/hjacobs/kube-downscaler:22" }),
    ],
  ])("is unknown in a cluster with %s", (_what, resource) => {
    const workload = toWorkloads([asleep, resource], whole).find(({ name }) => name === "app");
    expect(workload?.liveness.kind).toBe("unknown");
  });

  it("is stopped while KEDA is only in another cluster", () => {
    const other = { ...cluster, id: asArmId(`${cluster.id}-other`), kedaEnabled: true };
    expect(livenessOf([asleep, other])).toBe("stopped");
  });

  it.each<[string, Resource]>([
    ["a Job that is held back", makeController("Job", { spec: { suspend: true } })],
    ["a DaemonSet no node fits", makeController("DaemonSet", { status: { desiredNumberScheduled: 0 } })],
    ["a DaemonSet the scheduler has not counted", makeController("DaemonSet")],
    [
      "a ReplicaSet of an owner that was not read",
      makeController("ReplicaSet", { owner: ["Rollout", "x"], spec: { replicas: 0 } }),
    ],
    ["a pod that is over, of an owner that was not read", makePod({ owner: ["Job", "x"], phase: "Succeeded" })],
  ])("may get some any time: %s", (_what, resource) => {
    expect(livenessOf([resource])).toBe("unknown");
  });

  it("is live when it starts on a schedule", () => {
    expect(only([makeController("CronJob")]).liveness).toEqual({
      kind: "live",
      reason: "the CronJob starts pods on its schedule",
    });
    expect(
      livenessOf([makeController("CronJob"), makeController("Job", { name: "j", owner: ["CronJob", "app"] })]),
    ).toBe("live");
  });
});

describe("a site", () => {
  const make = (change: object, web?: string): Resource => {
    const id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/shop";
    const parsed = site.parse({ id, name: "shop", properties: { state: "Running", ...change } });
    const restrictions = {
      ipSecurityRestrictions: [],
      scmIpSecurityRestrictions: [],
      scmIpSecurityRestrictionsUseMain: false,
    };
    const actions = { ipSecurityRestrictionsDefaultAction: "", scmIpSecurityRestrictionsDefaultAction: "" };
    return web === undefined ? parsed : { ...parsed, web: { linuxFxVersion: web, ...restrictions, ...actions } };
  };

  it.each([
    ["running", { state: "Running" }, "live"],
    ["stopped", { state: "Stopped" }, "stopped"],
    ["running and disabled", { enabled: false }, "unknown"],
    ["in a state nobody knows", { state: "Dreaming" }, "unknown"],
    ["without a state", { state: null }, "unknown"],
  ] as const)("that is %s is known as such", (_what, change, kind) => {
    expect(livenessOf([make(change)])).toBe(kind);
  });

  it("runs the image it names, by digest only where it names one", () => {
    const image = (web?: string): unknown => only([make({}, web)]).containers[0]?.image;
    expect(image("DOCKER|r.azurecr.io/app:1")).toMatchObject({ kind: "tag-only", name: "r.azurecr.io/app:1" });
    expect(image(`docker|r.azurecr.io/app@${digest("1")}`)).toMatchObject({ kind: "digest", digest: digest("1") });
    expect(image("NODE|22-lts")).toBeUndefined();
    expect(image()).toBeUndefined();
  });
});

describe("a machine", () => {
  it.each([
    ["PowerState/running", "live"],
    ["PowerState/starting", "live"],
    ["powerstate/DEALLOCATED", "stopped"],
    ["PowerState/stopped", "stopped"],
    ["PowerState/deallocating", "unknown"],
    [undefined, "unknown"],
  ])("in state %s is known as such", (code, kind) => {
    const id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm";
    const instanceView = code === undefined ? undefined : { statuses: [{ code }] };
    expect(livenessOf([virtualMachine.parse({ id, properties: { instanceView } })])).toBe(kind);
  });
});
