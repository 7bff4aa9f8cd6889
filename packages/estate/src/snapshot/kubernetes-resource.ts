/** Kubernetes objects as a snapshot stores them: the model's fields, all of them and no others. */
import type {
  EndpointSlice,
  HorizontalPodAutoscaler,
  Ingress,
  IngressClass,
  KubernetesResource,
  KubernetesService,
  Namespace,
  NetworkPolicy,
  Pod,
  WorkloadController,
} from "@sightline/model";
import { z } from "zod";
import { absentOr, armId, kubernetesId, text, textMap, texts } from "./stored.ts";

const fields = {
  id: kubernetesId,
  cluster: armId,
  namespace: text,
  name: text,
  labels: textMap,
  annotations: textMap,
};
const flag = z.boolean();
const number = z.number();
const numberOrName = z.union([z.number(), z.string()]);

const namespace = z.strictObject({ kind: z.literal("namespace"), ...fields }) satisfies z.ZodType<Namespace>;

const container = z.strictObject({
  name: text,
  image: text,
  imageID: absentOr(text),
  ports: z.array(
    z.strictObject({ name: absentOr(text), containerPort: number, protocol: text, hostPort: absentOr(number) }),
  ),
  init: flag,
  state: text,
});

const owners = z.array(z.strictObject({ kind: text, name: text, controller: flag }));

const pod = z.strictObject({
  kind: z.literal("pod"),
  ...fields,
  phase: text,
  podIPs: texts,
  hostIP: absentOr(text),
  nodeName: absentOr(text),
  hostNetwork: flag,
  containers: z.array(container),
  owners,
}) satisfies z.ZodType<Pod>;

const workloadController = z.strictObject({
  kind: z.literal("workloadController"),
  ...fields,
  controllerKind: text,
  replicas: absentOr(number),
  suspended: flag,
  podLabels: textMap,
  containers: z.array(container),
  hostNetwork: flag,
  owners,
}) satisfies z.ZodType<WorkloadController>;

const service = z.strictObject({
  kind: z.literal("service"),
  ...fields,
  type: text,
  selector: textMap,
  ports: z.array(
    z.strictObject({
      name: absentOr(text),
      protocol: text,
      port: number,
      targetPort: numberOrName,
      nodePort: absentOr(number),
    }),
  ),
  clusterIPs: texts,
  externalIPs: texts,
  loadBalancerSourceRanges: texts,
  loadBalancerIngressIPs: texts,
  externalTrafficPolicy: text,
  loadBalancerClass: absentOr(text),
}) satisfies z.ZodType<KubernetesService>;

const backend = z.strictObject({ name: text, port: numberOrName });

const ingress = z.strictObject({
  kind: z.literal("ingress"),
  ...fields,
  ingressClassName: absentOr(text),
  paths: z.array(z.strictObject({ host: text, path: text, pathType: text, service: absentOr(backend) })),
  defaultBackend: absentOr(backend),
  tlsHosts: texts,
  loadBalancerIngressIPs: texts,
}) satisfies z.ZodType<Ingress>;

const ingressClass = z.strictObject({
  kind: z.literal("ingressClass"),
  ...fields,
  controller: text,
}) satisfies z.ZodType<IngressClass>;

const selector = z.strictObject({
  matchLabels: textMap,
  matchExpressions: z.array(z.strictObject({ key: text, operator: text, values: texts })),
});

const policyRules = z.array(
  z.strictObject({
    peers: z.array(
      z.strictObject({
        podSelector: absentOr(selector),
        namespaceSelector: absentOr(selector),
        ipBlock: absentOr(z.strictObject({ cidr: text, except: texts })),
      }),
    ),
    ports: z.array(
      z.strictObject({ protocol: absentOr(text), port: absentOr(numberOrName), endPort: absentOr(number) }),
    ),
  }),
);

const networkPolicy = z.strictObject({
  kind: z.literal("networkPolicy"),
  ...fields,
  podSelector: selector,
  policyTypes: absentOr(texts),
  ingress: absentOr(policyRules),
  egress: absentOr(policyRules),
}) satisfies z.ZodType<NetworkPolicy>;

const endpointSlice = z.strictObject({
  kind: z.literal("endpointSlice"),
  ...fields,
  service: absentOr(text),
  endpoints: z.array(z.strictObject({ addresses: texts, ready: flag, pod: absentOr(text) })),
  ports: z.array(z.strictObject({ name: absentOr(text), port: absentOr(number), protocol: text })),
}) satisfies z.ZodType<EndpointSlice>;

const horizontalPodAutoscaler = z.strictObject({
  kind: z.literal("horizontalPodAutoscaler"),
  ...fields,
  scaleTarget: z.strictObject({ kind: text, name: text }),
}) satisfies z.ZodType<HorizontalPodAutoscaler>;

/** One schema for each kind of Kubernetes object. */
export const kubernetesResources = {
  namespace,
  pod,
  workloadController,
  service,
  ingress,
  ingressClass,
  networkPolicy,
  endpointSlice,
  horizontalPodAutoscaler,
} satisfies Record<KubernetesResource["kind"], z.ZodType<KubernetesResource>>;
