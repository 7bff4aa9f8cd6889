/**
 * Kubernetes networking objects: Service, Ingress, IngressClass, NetworkPolicy, EndpointSlice. Source: Kubernetes API
 * v1.31 reference.
 */
import type {
  ArmId,
  EndpointSlice,
  Ingress,
  IngressClass,
  IngressPath,
  KubernetesService,
  LabelSelector,
  NetworkPolicy,
  NetworkPolicyRule,
} from "@sightline/model";
import { z } from "zod";
import { listOf, optional, text } from "../wire.ts";
import { metadata, stringMap, toObjectFields } from "./objects.ts";

const numberOrName = z.union([z.number(), z.string()]);

/** v1 Service. */
export function serviceOf(cluster: ArmId): z.ZodType<KubernetesService> {
  return z
    .object({
      metadata,
      spec: z.object({
        type: text,
        selector: stringMap,
        clusterIP: z.string().nullish(),
        clusterIPs: listOf(z.string()),
        externalIPs: listOf(z.string()),
        loadBalancerSourceRanges: listOf(z.string()),
        externalTrafficPolicy: text,
        loadBalancerClass: z.string().nullish(),
        ports: listOf(
          z.object({
            name: z.string().nullish(),
            protocol: z.string().nullish(),
            port: z.number(),
            targetPort: numberOrName.nullish(),
            nodePort: z.number().nullish(),
          }),
        ),
      }),
      status: z
        .object({ loadBalancer: z.object({ ingress: listOf(z.object({ ip: z.string().nullish() })) }).nullish() })
        .nullish(),
    })
    .transform(
      ({ metadata: meta, spec, status }): KubernetesService => ({
        kind: "service",
        ...toObjectFields(cluster, "service", meta),
        type: spec.type || "ClusterIP",
        selector: spec.selector,
        ports: spec.ports.map((each) => ({
          ...optional("name", each.name),
          protocol: each.protocol ?? "TCP",
          port: each.port,
          targetPort: each.targetPort ?? each.port,
          ...optional("nodePort", each.nodePort === 0 ? undefined : each.nodePort),
        })),
        clusterIPs: spec.clusterIPs.length === 0 && spec.clusterIP ? [spec.clusterIP] : spec.clusterIPs,
        externalIPs: spec.externalIPs,
        loadBalancerSourceRanges: spec.loadBalancerSourceRanges,
        loadBalancerIngressIPs: (status?.loadBalancer?.ingress ?? []).flatMap((each) => (each.ip ? [each.ip] : [])),
        externalTrafficPolicy: spec.externalTrafficPolicy,
        ...optional("loadBalancerClass", spec.loadBalancerClass),
      }),
    );
}

const serviceBackend = z.object({
  name: z.string(),
  port: z.object({ number: z.number().nullish(), name: z.string().nullish() }).nullish(),
});

type ServiceBackend = { readonly name: string; readonly port: number | string };

function toBackend(raw: z.output<typeof serviceBackend>): ServiceBackend {
  return { name: raw.name, port: raw.port?.number ?? raw.port?.name ?? "" };
}

const backend = z.object({ service: serviceBackend.nullish() }).nullish();

/** networking.k8s.io/v1 Ingress. */
export function ingressOf(cluster: ArmId): z.ZodType<Ingress> {
  const path = z.object({ path: text, pathType: text, backend });
  return z
    .object({
      metadata,
      spec: z.object({
        ingressClassName: z.string().nullish(),
        defaultBackend: backend,
        tls: listOf(z.object({ hosts: listOf(z.string()) })),
        rules: listOf(z.object({ host: text, http: z.object({ paths: listOf(path) }).nullish() })),
      }),
      status: z
        .object({ loadBalancer: z.object({ ingress: listOf(z.object({ ip: z.string().nullish() })) }).nullish() })
        .nullish(),
    })
    .transform(
      ({ metadata: meta, spec, status }): Ingress => ({
        kind: "ingress",
        ...toObjectFields(cluster, "ingress", meta),
        ...optional("ingressClassName", spec.ingressClassName ?? meta.annotations["kubernetes.io/ingress.class"]),
        paths: spec.rules.flatMap((rule) =>
          (rule.http?.paths ?? []).map(
            (each): IngressPath => ({
              host: rule.host,
              path: each.path,
              pathType: each.pathType,
              ...optional("service", each.backend?.service ? toBackend(each.backend.service) : undefined),
            }),
          ),
        ),
        ...optional(
          "defaultBackend",
          spec.defaultBackend?.service ? toBackend(spec.defaultBackend.service) : undefined,
        ),
        tlsHosts: spec.tls.flatMap((each) => each.hosts),
        loadBalancerIngressIPs: (status?.loadBalancer?.ingress ?? []).flatMap((each) => (each.ip ? [each.ip] : [])),
      }),
    );
}

/** networking.k8s.io/v1 IngressClass. */
export function ingressClassOf(cluster: ArmId): z.ZodType<IngressClass> {
  return z.object({ metadata, spec: z.object({ controller: text }).nullish() }).transform(
    ({ metadata: meta, spec }): IngressClass => ({
      kind: "ingressClass",
      ...toObjectFields(cluster, "ingressClass", meta),
      controller: spec?.controller ?? "",
    }),
  );
}

// Members nobody knows yet would change what a policy admits: such a policy is unreadable rather than half read.
const selector = z
  .strictObject({
    matchLabels: stringMap,
    matchExpressions: listOf(z.strictObject({ key: z.string(), operator: z.string(), values: listOf(z.string()) })),
  })
  .transform((raw): LabelSelector => raw);

const policyPeer = z
  .strictObject({
    podSelector: selector.nullish(),
    namespaceSelector: selector.nullish(),
    ipBlock: z.strictObject({ cidr: z.string(), except: listOf(z.string()) }).nullish(),
  })
  .transform((raw) => ({
    ...optional("podSelector", raw.podSelector),
    ...optional("namespaceSelector", raw.namespaceSelector),
    ...optional("ipBlock", raw.ipBlock),
  }))
  .refine((peer) => Object.keys(peer).length > 0, { message: "names nobody" });

const policyPort = z
  .strictObject({ protocol: z.string().nullish(), port: numberOrName.nullish(), endPort: z.number().nullish() })
  .transform((raw) => ({
    ...optional("protocol", raw.protocol),
    ...optional("port", raw.port),
    ...optional("endPort", raw.endPort),
  }));

const ingressRule = z
  .strictObject({ from: listOf(policyPeer), ports: listOf(policyPort) })
  .transform(({ from, ports }): NetworkPolicyRule => ({ peers: from, ports }));

const egressRule = z
  .strictObject({ to: listOf(policyPeer), ports: listOf(policyPort) })
  .transform(({ to, ports }): NetworkPolicyRule => ({ peers: to, ports }));

/** networking.k8s.io/v1 NetworkPolicy. An absent rule list and an empty one are kept apart: they differ in meaning for egress. */
export function networkPolicyOf(cluster: ArmId): z.ZodType<NetworkPolicy> {
  return z
    .object({
      metadata,
      spec: z.strictObject({
        podSelector: selector,
        policyTypes: z.array(z.string()).nullish(),
        ingress: z.array(ingressRule).nullish(),
        egress: z.array(egressRule).nullish(),
      }),
    })
    .transform(
      ({ metadata: meta, spec }): NetworkPolicy => ({
        kind: "networkPolicy",
        ...toObjectFields(cluster, "networkPolicy", meta),
        podSelector: spec.podSelector,
        ...optional("policyTypes", spec.policyTypes),
        ...optional("ingress", spec.ingress),
        ...optional("egress", spec.egress),
      }),
    );
}

/** discovery.k8s.io/v1 EndpointSlice. */
export function endpointSliceOf(cluster: ArmId): z.ZodType<EndpointSlice> {
  const endpoint = z.object({
    addresses: listOf(z.string()),
    conditions: z.object({ ready: z.boolean().nullish() }).nullish(),
    targetRef: z.object({ kind: text, name: text }).nullish(),
  });
  return z
    .object({
      metadata,
      endpoints: listOf(endpoint),
      ports: listOf(
        z.object({ name: z.string().nullish(), port: z.number().nullish(), protocol: z.string().nullish() }),
      ),
    })
    .transform(
      (raw): EndpointSlice => ({
        kind: "endpointSlice",
        ...toObjectFields(cluster, "endpointSlice", raw.metadata),
        ...optional("service", raw.metadata.labels["kubernetes.io/service-name"]),
        endpoints: raw.endpoints.map((each) => ({
          addresses: each.addresses,
          // Absent means ready, as the API reference says.
          ready: each.conditions?.ready ?? true,
          ...optional("pod", each.targetRef?.kind === "Pod" ? each.targetRef.name : undefined),
        })),
        ports: raw.ports.map((each) => ({
          ...optional("name", each.name || undefined),
          ...optional("port", each.port),
          protocol: each.protocol ?? "TCP",
        })),
      }),
    );
}
