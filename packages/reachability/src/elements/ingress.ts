/**
 * Ingresses and other proxies inside a cluster: requests end at the controller's pod, which sends its own to the backend.
 * What routes by objects the engine does not read may send to every pod.
 */
import { armKey, type Ingress, type KubernetesService } from "@sightline/model";
import type { ElementContext, NetworkElement } from "../element.ts";
import type { ClusterView } from "../lower/cluster.ts";
import {
  type ControllerFamily,
  controllerFamilies,
  signInAnnotations,
  sourceAnnotations,
} from "../lower/ingress-controllers.data.ts";
import {
  findControllerPods,
  findFreeRouting,
  findServer,
  type IngressRoute,
  looksLikeProxy,
  readRoutes,
} from "../lower/ingress-routes.ts";
import type { PodClass } from "../lower/pod-class.ts";
import { type Backend, findBackends } from "../lower/service-backends.ts";
import { unsupportedInput } from "../missing-input.ts";
import { doubtfulGate, type Filter, openGate } from "../model/filter.ts";
import type { Link, Origin, Station } from "../model/network.ts";

/** Ports on which a controller takes requests: named http and https, or the usual two. */
function listenerPorts(controller: PodClass): readonly number[] {
  const named = controller.ports.filter(({ name }) => name === "http" || name === "https");
  return named.length > 0 ? named.map(({ containerPort }) => containerPort) : [80, 443];
}

/** Ports on which a proxy may take requests: all it declares, and all that Services send to. */
function proxyPorts(proxy: PodClass, cluster: ClusterView): readonly number[] {
  const served = cluster.services.flatMap((service) =>
    service.ports.flatMap((port) =>
      findBackends(service, port, cluster, cluster.podClasses).flatMap(({ target, port: number }) =>
        target === proxy ? [number] : [],
      ),
    ),
  );
  return [...new Set([...proxy.ports.map(({ containerPort }) => containerPort), ...served])];
}

interface Request {
  readonly ingress: Ingress;
  readonly route: IngressRoute;
  readonly cluster: ClusterView;
}

function guardRequest(
  { ingress, route }: Request,
  controllers: number,
  { addresses }: ElementContext,
): readonly Filter[] {
  const restricted = sourceAnnotations.find((name) => ingress.annotations[name] !== undefined);
  const doubts = [
    ...(controllers > 1
      ? [unsupportedInput("which of several controllers serves the Ingress", ingress.id, "Give each its own class.")]
      : []),
    ...(restricted === undefined
      ? []
      : [unsupportedInput(`whom annotation ${restricted} keeps out`, ingress.id, "Check the list by hand.")]),
  ];
  const guard = openGate(addresses, [{ resource: ingress.id, rule: route.rule, pointer: route.pointer }]);
  return [guard, ...doubts.map((doubt) => doubtfulGate(addresses, [doubt]))];
}

function toRouteLink(request: Request, backend: Backend, controller: PodClass, filters: readonly Filter[]): Link {
  const { ingress, route } = request;
  const signIn = signInAnnotations.some((name) => ingress.annotations[name] !== undefined);
  return {
    key: `ingress:${ingress.id}${route.pointer}/${backend.port}:${controller.station}>${backend.target.station}`,
    from: { kind: "station", key: controller.station },
    to: backend.target.station,
    kind: "ingress",
    entry: "ingress",
    resource: ingress.id,
    transform: "proxy",
    authentication: signIn ? "unknown" : "none",
    becomes: { kind: "pod", pod: armKey(controller.first.id) },
    carries: ({ protocol, port }) =>
      protocol === "TCP" && port === backend.port
        ? listenerPorts(controller).map((listener) => ({ port: listener }))
        : [],
    filters: () => filters,
    boundaries: () => [backend.port, backend.port + 1],
    keepsPorts: false,
  };
}

/** The controller was not found in the cluster, or stands outside: whoever can send to it is not known. */
function toOutsideLink(request: Request, backend: Backend, why: string, { addresses }: ElementContext): Link {
  const { ingress, route } = request;
  const origin: Origin = {
    kind: "unmodelled",
    positions: ["internet", "internet-allowlisted", "peer-tenant", "corp", "same-vnet"],
    sources: addresses.all,
  };
  const missing = unsupportedInput(why, ingress.id, "Check by hand who can reach the controller.");
  return {
    key: `ingress:${ingress.id}${route.pointer}/${backend.port}>${backend.target.station}`,
    from: { kind: "origin", origin },
    to: backend.target.station,
    kind: "ingress",
    entry: "ingress",
    resource: ingress.id,
    transform: "proxy",
    authentication: "unknown",
    carries: ({ protocol, port }) => (protocol === "TCP" && port === backend.port ? [{ port }] : []),
    filters: () => [doubtfulGate(addresses, [missing])],
    boundaries: () => [backend.port, backend.port + 1],
    keepsPorts: false,
  };
}

/** Labels that tell revisions of one controller apart, not controllers. */
const revisionLabels = new Set(["pod-template-hash", "controller-revision-hash", "pod-template-generation"]);

function signController({ first }: PodClass): string {
  const labels = Object.entries(first.labels).filter(([name]) => !revisionLabels.has(name));
  return JSON.stringify([first.namespace, labels.sort(([left], [right]) => (left < right ? -1 : 1))]);
}

function toIngressLinks(ingress: Ingress, cluster: ClusterView, context: ElementContext): readonly Link[] {
  const server = findServer(ingress, cluster);
  const family = server.kind === "family" ? server.family : undefined;
  const controllers = family === undefined ? [] : findControllerPods(family, cluster);
  const requests = readRoutes(ingress, cluster).flatMap((route) =>
    route.backends.map((backend) => ({ request: { ingress, route, cluster }, backend })),
  );
  if (family === undefined || controllers.length === 0) {
    const who = server.kind === "unknown" ? `of class ${JSON.stringify(server.className)}` : server.family.name;
    const why = `who can reach the ingress controller ${who}, which was not found in the cluster`;
    return requests.map(({ request, backend }) => toOutsideLink(request, backend, why, context));
  }
  const workloads = new Set(controllers.map(signController)).size;
  return requests.flatMap(({ request, backend }) => {
    const filters = guardRequest(request, workloads, context);
    const doubt = unsupportedInput(
      `how ${family.name} routes Ingress objects`,
      ingress.id,
      "Not modelled: check by hand.",
    );
    const all = family.kind === "ingress" ? filters : [...filters, doubtfulGate(context.addresses, [doubt])];
    return controllers.map((controller) => toRouteLink(request, backend, controller, all));
  });
}

/** A controller's Service with other ports than those of HTTP may carry TCP to any pod. */
function carriesMore(service: KubernetesService, controllers: readonly PodClass[], cluster: ClusterView): boolean {
  return service.ports.some((port) => {
    const behind = findBackends(service, port, cluster, cluster.podClasses);
    return behind.some(
      ({ target, port: number }) => controllers.includes(target) && !listenerPorts(target).includes(number),
    );
  });
}

interface Spreader {
  readonly proxy: PodClass;
  readonly why: string;
}

/** Pods that may send requests of others to any pod, each with the reason. */
function findSpreaders(cluster: ClusterView): readonly Spreader[] {
  const free = cluster.ingresses.map((ingress) => findFreeRouting(ingress, cluster)).find((why) => why !== undefined);
  const podsOf = (kind: ControllerFamily["kind"]): ReadonlySet<PodClass> =>
    new Set(
      controllerFamilies
        .filter((family) => family.kind === kind)
        .flatMap((family) => findControllerPods(family, cluster)),
    );
  const modelled = podsOf("ingress");
  const others = podsOf("other");
  return cluster.podClasses.all.flatMap((proxy): readonly Spreader[] => {
    if (modelled.has(proxy)) {
      const more = cluster.services.some(
        (service) => service.type !== "ClusterIP" && carriesMore(service, [proxy], cluster),
      );
      const why = more ? "ports of the controller that are not of HTTP" : free;
      return why === undefined ? [] : [{ proxy, why }];
    }
    return others.has(proxy) || looksLikeProxy(proxy) ? [{ proxy, why: "routes that are not read" }] : [];
  });
}

function toSpreadLink(spreader: Spreader, ports: readonly number[], station: Station, context: ElementContext): Link {
  const { proxy, why } = spreader;
  const missing = unsupportedInput(
    `where the proxy ${proxy.first.namespace}/${proxy.first.name} sends requests (${why})`,
    proxy.first.id,
    "Let the connection read the routing objects of the cluster, or check by hand.",
  );
  return {
    key: `proxy:${proxy.station}>${station.key}`,
    from: { kind: "station", key: proxy.station },
    to: station.key,
    kind: "ingress",
    entry: "proxy",
    resource: proxy.first.id,
    transform: "proxy",
    authentication: "unknown",
    becomes: { kind: "pod", pod: armKey(proxy.first.id) },
    carries: () => ports.map((port) => ({ port })),
    filters: () => [doubtfulGate(context.addresses, [missing])],
    boundaries: () => [],
    keepsPorts: false,
  };
}

/** Ingresses of all clusters, and proxies whose routes are not read. */
export const ingress: NetworkElement = {
  id: "ingress",
  kinds: ["ingress", "ingressClass"],
  assumptions: [
    "An ingress-nginx controller runs without arguments that add backends, and listens on the ports named http and https.",
    "What an application passes on to others by its own doing is no path.",
  ],
  lower: (context) => {
    const spread = new Map(
      context.clusters.flatMap((cluster) => {
        const spreaders = findSpreaders(cluster).map((spreader) => ({
          spreader,
          ports: proxyPorts(spreader.proxy, cluster),
        }));
        return [...cluster.podClasses.all, ...cluster.podClasses.imagined].map(
          (target) => [target.station, spreaders] as const,
        );
      }),
    );
    return {
      stations: [],
      links: context.clusters.flatMap((cluster) =>
        cluster.ingresses.flatMap((one) => toIngressLinks(one, cluster, context)),
      ),
      linksInto: (station) =>
        (spread.get(station.key) ?? [])
          .filter(({ spreader }) => spreader.proxy.station !== station.key)
          .map(({ spreader, ports }) => toSpreadLink(spreader, ports, station, context)),
    };
  },
};
