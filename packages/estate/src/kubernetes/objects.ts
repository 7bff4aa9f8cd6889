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

/** Annotations the engine reads; others may hold anything, secrets included, and are dropped. */
const readAnnotations =
  /^(?:service\.beta\.kubernetes\.io\/azure-|kubernetes\.io\/ingress\.class$|nginx\.ingress\.kubernetes\.io\/(?:whitelist|denylist|allowlist)-source-range$|appgw\.ingress\.kubernetes\.io\/use-private-ip$)/;

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
    annotations: Object.fromEntries(Object.entries(raw.annotations).filter(([name]) => readAnnotations.test(name))),
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
  containers: listOf(container),
  initContainers: listOf(container.extend({ restartPolicy: z.string().nullish() })),
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
    ...specification.initContainers.map((each) => convert(each, each.restartPolicy !== "Always")),
  ];
}

/** v1 Pod. */
export function podOf(cluster: ArmId): z.ZodType<Pod> {
  return z
    .object({
      metadata,
      spec: podSpecification,
      status: z
        .object({
          phase: text,
          podIP: z.string().nullish(),
          podIPs: listOf(z.object({ ip: z.string() })),
          hostIP: z.string().nullish(),
          containerStatuses: listOf(containerStatus),
          initContainerStatuses: listOf(containerStatus),
        })
        .nullish(),
    })
    .transform(({ metadata: meta, spec, status }): Pod => {
      const addresses = (status?.podIPs ?? []).map((each) => each.ip);
      return {
        kind: "pod",
        ...toObjectFields(cluster, "pod", meta),
        phase: status?.phase ?? "",
        podIPs: addresses.length === 0 && status?.podIP ? [status.podIP] : addresses,
        ...optional("hostIP", status?.hostIP),
        ...optional("nodeName", spec.nodeName),
        hostNetwork: spec.hostNetwork,
        containers: toContainers(spec, [
          ...(status?.containerStatuses ?? []),
          ...(status?.initContainerStatuses ?? []),
        ]),
        owners: meta.ownerReferences,
      };
    });
}

/** v1 Namespace. */
export function namespaceOf(cluster: ArmId): z.ZodType<Namespace> {
  return z
    .object({ metadata })
    .transform(
      ({ metadata: meta }): Namespace => ({ kind: "namespace", ...toObjectFields(cluster, "namespace", meta) }),
    );
}
