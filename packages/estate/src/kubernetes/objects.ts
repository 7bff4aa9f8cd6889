/**
 * Kubernetes objects: wire schemas and their reduction to the model. Only what reachability and liveness need is kept;
 * environment values are never looked at. Source: Kubernetes API v1.31 reference.
 */
import {
  type ArmId,
  type ContainerPort,
  type Namespace,
  type Pod,
  type PodContainer,
  toKubernetesId,
} from "@sightline/model";
import { z } from "zod";
import { flag, listOf, optional, text } from "../wire.ts";

/** A map of text that may be missing. */
export const stringMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});

const owners = listOf(z.object({ kind: z.string(), name: z.string(), controller: flag }));

/** `metadata` of any object. */
export const metadata = z.object({
  name: z.string(),
  namespace: text,
  labels: stringMap,
  annotations: stringMap,
  ownerReferences: owners,
});

/** Annotations the engine reads with their value. */
const readAnnotations =
  /^(?:service\.beta\.kubernetes\.io\/azure-.+|kubernetes\.io\/ingress\.class|ingressclass\.kubernetes\.io\/is-default-class|nginx\.ingress\.kubernetes\.io\/(?:whitelist|denylist|allowlist)-source-range|appgw\.ingress\.kubernetes\.io\/use-private-ip)$/;

/** Annotations that change what an ingress controller does: that they are there counts, their value may hold a secret. */
const notedAnnotations =
  /^(?:[a-z0-9-]+\.)*(?:ingress\.kubernetes\.io|nginx\.org|nginx\.com|haproxy\.org|konghq\.com|projectcontour\.io|alb\.networking\.azure\.io)\//;

const keptBack = "[kept back]";

/** Of all others not even the name is kept: they may hold anything, and nobody reads them. */
function toAnnotations(raw: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(raw).flatMap(([name, value]): [string, string][] => {
      if (readAnnotations.test(name)) {
        return [[name, value]];
      }
      return notedAnnotations.test(name) ? [[name, keptBack]] : [];
    }),
  );
}

/** Fields every Kubernetes object of the model has. */
export function toObjectFields(
  cluster: ArmId,
  kind: string,
  raw: z.output<typeof metadata>,
): Pick<Pod, "id" | "cluster" | "namespace" | "name" | "labels" | "annotations"> {
  return {
    id: toKubernetesId({ cluster, kind, namespace: raw.namespace, name: raw.name }),
    cluster,
    namespace: raw.namespace,
    name: raw.name,
    labels: raw.labels,
    annotations: toAnnotations(raw.annotations),
  };
}

const port = z
  .object({
    name: z.string().nullish(),
    containerPort: z.number(),
    protocol: z.string().nullish(),
    hostPort: z.number().nullish(),
  })
  .transform(
    (raw): ContainerPort => ({
      ...optional("name", raw.name),
      containerPort: raw.containerPort,
      protocol: raw.protocol ?? "TCP",
      ...optional("hostPort", raw.hostPort),
    }),
  );

const container = z.object({ name: z.string(), image: text, ports: listOf(port) });

/** `spec` of a pod or of a pod template. */
export const podSpecification = z.object({
  nodeName: z.string().nullish(),
  hostNetwork: flag,
  containers: z.array(container),
  initContainers: listOf(container.extend({ restartPolicy: z.string().nullish() })),
  ephemeralContainers: listOf(container),
});

const containerStatus = z.object({
  name: z.string(),
  image: text,
  imageID: text,
  state: z.record(z.string(), z.unknown()).nullish(),
});

type Status = z.output<typeof containerStatus>;

/** Containers of a pod specification, joined with what the runtime says of them. A sidecar (restartable init container) counts as a container. */
export function toContainers(
  specification: z.output<typeof podSpecification>,
  statuses: readonly Status[] = [],
): readonly PodContainer[] {
  const byName = new Map(statuses.map((status) => [status.name, status]));
  const convert = (raw: z.output<typeof container>, init: boolean): PodContainer => {
    const status = byName.get(raw.name);
    return {
      name: raw.name,
      image: raw.image,
      ...optional("imageID", status?.imageID === "" ? undefined : status?.imageID),
      ports: raw.ports,
      init,
      state: Object.keys(status?.state ?? {})[0] ?? "unknown",
    };
  };
  return [
    ...specification.containers.map((each) => convert(each, false)),
    ...specification.ephemeralContainers.map((each) => convert(each, false)),
    ...specification.initContainers.map((each) => convert(each, each.restartPolicy !== "Always")),
  ];
}

const podStatus = z
  .object({
    phase: text,
    podIP: z.string().nullish(),
    podIPs: listOf(z.object({ ip: z.string() })),
    hostIP: z.string().nullish(),
    containerStatuses: listOf(containerStatus),
    initContainerStatuses: listOf(containerStatus),
    ephemeralContainerStatuses: listOf(containerStatus),
  })
  .transform(({ podIP, podIPs, ...status }) => ({
    phase: status.phase,
    podIPs: podIPs.length === 0 && podIP ? [podIP] : podIPs.map(({ ip }) => ip),
    hostIP: status.hostIP,
    containers: [...status.containerStatuses, ...status.initContainerStatuses, ...status.ephemeralContainerStatuses],
  }));

/** v1 Pod. */
export function podOf(cluster: ArmId): z.ZodType<Pod> {
  return z.object({ metadata, spec: podSpecification, status: podStatus.nullish() }).transform(
    ({ metadata: meta, spec, status }): Pod => ({
      kind: "pod",
      ...toObjectFields(cluster, "pod", meta),
      phase: status?.phase ?? "",
      podIPs: status?.podIPs ?? [],
      ...optional("hostIP", status?.hostIP),
      ...optional("nodeName", spec.nodeName),
      hostNetwork: spec.hostNetwork,
      containers: toContainers(spec, status?.containers),
      owners: meta.ownerReferences,
    }),
  );
}

/** v1 Namespace. */
export function namespaceOf(cluster: ArmId): z.ZodType<Namespace> {
  return z
    .object({ metadata })
    .transform(
      ({ metadata: meta }): Namespace => ({ kind: "namespace", ...toObjectFields(cluster, "namespace", meta) }),
    );
}
