/** Which controller serves an Ingress, and what it sends where. Source: kubernetes.io/docs/concepts/services-networking/ingress. */
import type { Ingress, KubernetesService } from "@sightline/model";
import type { ClusterView } from "./cluster.ts";
import {
  type ControllerFamily,
  controllerFamilies,
  freeRoutingAnnotations,
  proxyWords,
} from "./ingress-controllers.data.ts";
import { hasLabels } from "./label-selector.ts";
import type { PodClass } from "./pod-class.ts";
import { type Backend, findBackends, findServicePort } from "./service-backends.ts";

/** Who serves an Ingress; `unknown` when its class leads to no controller we know. */
export type IngressServer =
  | { readonly kind: "family"; readonly family: ControllerFamily }
  | { readonly kind: "unknown"; readonly className: string };

function familyOfController(controller: string): ControllerFamily | undefined {
  return controllerFamilies.find(({ controllers }) =>
    controllers.some((known) => (known.endsWith("/") ? controller.startsWith(known) : controller === known)),
  );
}

function classNameOf(ingress: Ingress, cluster: ClusterView): string {
  const byDefault = cluster.ingressClasses.find(
    ({ annotations }) => annotations["ingressclass.kubernetes.io/is-default-class"] === "true",
  );
  return ingress.ingressClassName ?? ingress.annotations["kubernetes.io/ingress.class"] ?? byDefault?.name ?? "";
}

/** Finds the controller by the class object, or by the class's name where the object cannot be read. */
export function findServer(ingress: Ingress, cluster: ClusterView): IngressServer {
  const className = classNameOf(ingress, cluster);
  const controller = cluster.ingressClasses.find(({ name }) => name === className)?.controller;
  const family =
    controller === undefined
      ? controllerFamilies.find(({ classNames }) => classNames.includes(className))
      : familyOfController(controller);
  return family === undefined ? { kind: "unknown", className } : { kind: "family", family };
}

/** Pods of a family of controllers. */
export function findControllerPods(family: ControllerFamily, cluster: ClusterView): readonly PodClass[] {
  return cluster.podClasses.all.filter(({ first }) =>
    family.pods.some(
      ({ labels, namespace }) =>
        hasLabels(labels, first.labels) && (namespace === undefined || namespace === first.namespace),
    ),
  );
}

/** One thing an Ingress sends to pods. */
export interface IngressRoute {
  readonly rule: string;
  readonly pointer: string;
  readonly backends: readonly Backend[];
}

function backendsOf(
  service: { readonly name: string; readonly port: number | string },
  ingress: Ingress,
  cluster: ClusterView,
): readonly Backend[] {
  const found = findServiceOf(service.name, ingress, cluster);
  const port = found === undefined ? undefined : findServicePort(found, service.port);
  return found === undefined || port === undefined ? [] : findBackends(found, port, cluster, cluster.podClasses);
}

function findServiceOf(name: string, ingress: Ingress, cluster: ClusterView): KubernetesService | undefined {
  return cluster.services.find((service) => service.namespace === ingress.namespace && service.name === name);
}

/** Everything an Ingress sends to pods; its default backend takes what no path matches. */
export function readRoutes(ingress: Ingress, cluster: ClusterView): readonly IngressRoute[] {
  const paths = ingress.paths.flatMap(({ host, path, service }, index): readonly IngressRoute[] =>
    service === undefined
      ? []
      : [
          {
            rule: `${host === "" ? "*" : host}${path === "" ? "/" : path}`,
            pointer: `/paths/${index}`,
            backends: backendsOf(service, ingress, cluster),
          },
        ],
  );
  const rest = ingress.defaultBackend;
  return rest === undefined
    ? paths
    : [...paths, { rule: "default backend", pointer: "/defaultBackend", backends: backendsOf(rest, ingress, cluster) }];
}

/** Why an Ingress may send to pods that its paths do not name; `undefined` when it cannot. */
export function findFreeRouting(ingress: Ingress, cluster: ClusterView): string | undefined {
  const annotation = freeRoutingAnnotations.find((name) => ingress.annotations[name] !== undefined);
  if (annotation !== undefined) {
    return `annotation ${annotation}`;
  }
  if (ingress.paths.some(({ service }) => service === undefined)) {
    return "a backend that is not a Service";
  }
  const named = [...ingress.paths.flatMap(({ service }) => service?.name ?? []), ingress.defaultBackend?.name ?? ""];
  const external = named.find((name) => findServiceOf(name, ingress, cluster)?.type === "ExternalName");
  return external === undefined ? undefined : `Service ${external} of type ExternalName`;
}

const nameLabels = ["app.kubernetes.io/name", "app", "k8s-app", "istio", "gateway.networking.k8s.io/gateway-name"];

/** Repository of an image without registry, tag and digest. */
function repositoryOf(image: string): string {
  const [name = ""] = image.split("@");
  const path = name.includes("/") ? name.slice(name.indexOf("/") + 1) : name;
  return path.split(":")[0] ?? path;
}

/** Parts of an ingress-nginx installation that take no requests of their own. */
const besideController = new Set(["default-backend", "admission-webhook"]);

/** Do image or labels say that these pods pass requests on by rules of their own? A mesh's sidecar does not count. */
export function looksLikeProxy({ first }: PodClass): boolean {
  if (besideController.has(first.labels["app.kubernetes.io/component"] ?? "")) {
    return false;
  }
  const own = first.containers.filter(
    ({ name, init }) => !init && (name !== "istio-proxy" || first.containers.length === 1),
  );
  const labels = nameLabels.flatMap((label) => first.labels[label] ?? []);
  const texts = [...own.map(({ image }) => repositoryOf(image)), ...labels].map((text) => text.toLowerCase());
  return texts.some((text) => proxyWords.some((word) => text.includes(word)));
}
