/** Which units run images: controllers with their pods, sites, machines. Pure; derived from what was collected. */
import {
  armKey,
  type Coverage,
  type Digest,
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
import { isOccupied, toClusterKnowledge, toLiveness } from "./liveness.ts";

/** Every workload of an estate, sorted by id. `coverage` decides where "it does not run" may be said. */
export function toWorkloads(resources: readonly Resource[], coverage: readonly Coverage[]): readonly Workload[] {
  const workloads = [
    ...toKubernetesWorkloads(resources, coverage),
    ...resources.flatMap((each) => (each.kind === "site" ? [toSiteWorkload(each)] : [])),
    ...resources.flatMap((each) => (each.kind === "virtualMachine" ? [toMachineWorkload(each)] : [])),
  ];
  return workloads.toSorted((a, b) => (armKey(a.id) < armKey(b.id) ? -1 : 1));
}

type Node = Pod | WorkloadController;

function isNode(resource: Resource): resource is Node {
  return resource.kind === "pod" || resource.kind === "workloadController";
}

/** The object that owns a node, by its owner references; whether it was read is another matter. */
function ownerOf(node: Node): { readonly key: string; readonly name: string } | undefined {
  const owner = node.owners.find((each) => each.controller) ?? node.owners[0];
  if (owner === undefined) {
    return undefined;
  }
  const { cluster, namespace } = node;
  const key = armKey(toKubernetesId({ cluster, namespace, kind: owner.kind, name: owner.name }));
  return { key, name: `${owner.kind} ${owner.name}` };
}

const ownersMax = 8;

interface Root {
  readonly node: Node;
  readonly unreadOwner: string | undefined;
}

/** The outermost controller that was read, or the node itself. An owner that was not read (a custom resource) ends the climb. */
function findRoot(start: Node, byKey: ReadonlyMap<string, Node>): Root {
  let node = start;
  for (let depth = 0; depth < ownersMax; depth += 1) {
    const owner = ownerOf(node);
    const next = owner === undefined ? undefined : byKey.get(owner.key);
    if (next === undefined) {
      return { node, unreadOwner: owner?.name };
    }
    node = next;
  }
  return { node, unreadOwner: "one of a chain that does not end" };
}

function toKubernetesWorkloads(resources: readonly Resource[], coverage: readonly Coverage[]): readonly Workload[] {
  const knowledge = toClusterKnowledge(resources, coverage);
  const nodes = resources.filter(isNode);
  const byKey = new Map(nodes.map((node) => [armKey(node.id), node]));
  const groups = new Map<string, { readonly root: Root; readonly pods: Pod[] }>();
  for (const node of nodes) {
    const root = findRoot(node, byKey);
    const key = armKey(root.node.id);
    const group = groups.get(key) ?? { root, pods: [] };
    groups.set(key, group);
    if (node.kind === "pod") {
      group.pods.push(node);
    }
  }
  return [...groups.values()].map(({ root: { node: root, unreadOwner }, pods }) => ({
    id: root.id,
    kind: "kubernetes",
    name: root.name,
    cluster: root.cluster,
    namespace: root.namespace,
    members: pods.filter(isOccupied).map((pod) => pod.id),
    containers: toContainers(root, pods),
    liveness: toLiveness({ root, pods, unreadOwner }, knowledge),
  }));
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

/**
 * `repository@sha256:…`, also with the `docker-pullable://` prefix of older runtimes. A bare `sha256:…` is what runtimes
 * report where they know no repository: the digest of the configuration, which must not pass for that of the manifest.
 */
function digestIn(text: string): Digest | undefined {
  const at = text.lastIndexOf("@");
  return at < 1 ? undefined : toDigest(text.slice(at + 1));
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
