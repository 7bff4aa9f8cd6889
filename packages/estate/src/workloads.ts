/** Which units run images: controllers with their pods, sites, machines. Pure; derived from what was collected. */
import {
  armKey,
  type Liveness,
  type Pod,
  type PodContainer,
  type Resource,
  type RunningImage,
  type Site,
  toDigest,
  toKubernetesId,
  type VirtualMachine,
  type Workload,
  type WorkloadContainer,
  type WorkloadController,
} from "@sightline/model";

/** Every workload of an estate, sorted by id. */
export function toWorkloads(resources: readonly Resource[]): readonly Workload[] {
  const workloads = [
    ...toKubernetesWorkloads(resources),
    ...resources.flatMap((each) => (each.kind === "site" ? [toSiteWorkload(each)] : [])),
    ...resources.flatMap((each) => (each.kind === "virtualMachine" ? [toMachineWorkload(each)] : [])),
  ];
  return workloads.toSorted((a, b) => (armKey(a.id) < armKey(b.id) ? -1 : 1));
}

type Node = Pod | WorkloadController;

function isNode(resource: Resource): resource is Node {
  return resource.kind === "pod" || resource.kind === "workloadController";
}

/** The id of the controller that owns a node, by its owner reference; whether it was read is another matter. */
function ownerKey(node: Node): string | undefined {
  const owner = node.owners.find((each) => each.controller) ?? node.owners[0];
  return owner === undefined
    ? undefined
    : armKey(toKubernetesId({ cluster: node.cluster, kind: owner.kind, namespace: node.namespace, name: owner.name }));
}

const ownersMax = 8;

/** The outermost controller that was read, or the node itself. An owner of a kind not read (a custom resource) ends the climb. */
function rootOf(node: Node, byKey: ReadonlyMap<string, Node>): Node {
  let current = node;
  for (let depth = 0; depth < ownersMax; depth += 1) {
    const key = ownerKey(current);
    const owner = key === undefined ? undefined : byKey.get(key);
    if (owner === undefined) {
      return current;
    }
    current = owner;
  }
  return current;
}

function toKubernetesWorkloads(resources: readonly Resource[]): Workload[] {
  const nodes = resources.filter(isNode);
  const byKey = new Map(nodes.map((node) => [armKey(node.id), node]));
  const members = new Map<string, { root: Node; pods: Pod[]; controllers: WorkloadController[] }>();
  for (const node of nodes) {
    const root = rootOf(node, byKey);
    const group = members.get(armKey(root.id)) ?? { root, pods: [], controllers: [] };
    members.set(armKey(root.id), group);
    if (node.kind === "pod") {
      group.pods.push(node);
    } else {
      group.controllers.push(node);
    }
  }
  return [...members.values()].map(({ root, pods }) => ({
    id: root.id,
    kind: "kubernetes",
    name: root.name,
    cluster: root.cluster,
    namespace: root.namespace,
    members: pods.filter(isOccupied).map((pod) => pod.id),
    containers: toContainers(root, pods),
    liveness: toLiveness(root, pods),
  }));
}

/** A pod that is over neither listens nor runs; every other phase, a crash loop too, may. */
function isOccupied(pod: Pod): boolean {
  return pod.phase !== "Succeeded" && pod.phase !== "Failed";
}

function toLiveness(root: Node, pods: readonly Pod[]): Liveness {
  const occupied = pods.filter(isOccupied);
  if (occupied.length > 0) {
    return { kind: "live", reason: `${occupied.length} of ${pods.length} pods exist and are not over` };
  }
  if (root.kind === "pod") {
    return { kind: "stopped", reason: `the pod is over (${root.phase})` };
  }
  if (root.replicas === undefined) {
    return { kind: "unknown", reason: `the API does not say how many pods the ${root.controllerKind} wants` };
  }
  if (root.replicas > 0) {
    return { kind: "live", reason: `the ${root.controllerKind} wants ${root.replicas} pods` };
  }
  // An autoscaler or a scale-to-zero activator could start it; those kinds are not read yet, so the caller's coverage decides.
  return { kind: "stopped", reason: `the ${root.controllerKind} wants no pods and none exist` };
}

/** Images the pods really run; of the template where no pod exists. The same container may run two digests during a roll-out: each is listed. */
function toContainers(root: Node, pods: readonly Pod[]): WorkloadContainer[] {
  const running = pods.filter(isOccupied).flatMap((pod) => pod.containers);
  const declared = root.kind === "workloadController" ? root.containers : [];
  const found = new Map<string, WorkloadContainer>();
  for (const container of running.length > 0 ? running : declared) {
    const image = toRunningImage(container);
    const key = `${container.name}|${image.kind === "digest" ? image.digest : image.name}`;
    found.set(key, { name: container.name, image, declaredPorts: toPorts(container) });
  }
  return [...found.keys()].toSorted().flatMap((key) => found.get(key) ?? []);
}

function toPorts(container: PodContainer): WorkloadContainer["declaredPorts"] {
  return container.ports.map((port) => ({
    port: port.containerPort,
    protocol: port.protocol === "UDP" || port.protocol === "SCTP" ? port.protocol : "TCP",
    ...(port.name === undefined ? {} : { name: port.name }),
  }));
}

/** `repository@sha256:…`, also with the `docker-pullable://` prefix of older runtimes. */
function digestIn(text: string): ReturnType<typeof toDigest> {
  return toDigest(text.slice(text.lastIndexOf("@") + 1));
}

function toRunningImage(container: Pick<PodContainer, "image" | "imageID">): RunningImage {
  const digest = digestIn(container.imageID ?? "") ?? digestIn(container.image);
  return digest === undefined
    ? { kind: "tag-only", name: container.image, reason: "no runtime has reported which digest the tag stands for" }
    : { kind: "digest", name: container.image, digest };
}

function toSiteWorkload(site: Site): Workload {
  const image = /^DOCKER\|(.+)$/i.exec(site.web?.linuxFxVersion ?? "")?.[1];
  const digest = image === undefined ? undefined : digestIn(image);
  const running: RunningImage | undefined =
    image === undefined
      ? undefined
      : digest === undefined
        ? { kind: "tag-only", name: image, reason: "App Service does not report which digest it pulled" }
        : { kind: "digest", name: image, digest };
  return {
    id: site.id,
    kind: "site",
    name: site.name,
    members: [site.id],
    containers: running === undefined ? [] : [{ name: "main", image: running, declaredPorts: [] }],
    liveness: toSiteLiveness(site),
  };
}

function toSiteLiveness(site: Site): Liveness {
  switch (site.state.toLowerCase()) {
    case "running":
      return site.enabled
        ? { kind: "live", reason: "the site is running" }
        : { kind: "unknown", reason: "the site is running but not enabled" };
    case "stopped":
      return { kind: "stopped", reason: "the site is stopped" };
    default:
      return { kind: "unknown", reason: `the site's state is "${site.state}"` };
  }
}

function toMachineWorkload(machine: VirtualMachine): Workload {
  return {
    id: machine.id,
    kind: "virtualMachine",
    name: machine.name,
    members: [machine.id],
    containers: [],
    liveness: toMachineLiveness(machine.powerState),
  };
}

function toMachineLiveness(powerState: string | undefined): Liveness {
  switch (powerState?.toLowerCase()) {
    case "powerstate/running":
    case "powerstate/starting":
      return { kind: "live", reason: `the machine's power state is ${powerState}` };
    case "powerstate/deallocated":
    case "powerstate/stopped":
      return { kind: "stopped", reason: `the machine's power state is ${powerState}` };
    default:
      return {
        kind: "unknown",
        reason:
          powerState === undefined
            ? "the machine's power state was not read"
            : `the machine's power state is ${powerState}`,
      };
  }
}
