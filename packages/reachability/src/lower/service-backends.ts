/** What is behind a Kubernetes Service: pods by selector, or by hand through endpoint slices. */
import type { EndpointSlice, KubernetesService, ServicePort } from "@sightline/model";
import type { ClusterObjects } from "./cluster-objects.ts";
import { hasLabels } from "./label-selector.ts";
import type { PodClass, PodClasses } from "./pod-class.ts";

/** Pods behind a port, and the port of theirs. */
export interface Backend {
  readonly target: PodClass;
  readonly port: number;
}

function targetPorts(port: ServicePort, target: PodClass): readonly number[] {
  if (typeof port.targetPort === "number") {
    return [port.targetPort];
  }
  return target.ports
    .filter(({ name, protocol }) => name === port.targetPort && protocol === port.protocol)
    .map(({ containerPort }) => containerPort);
}

function selectBackends(service: KubernetesService, port: ServicePort, classes: PodClasses): readonly Backend[] {
  return [...classes.all, ...classes.imagined]
    .filter(({ first }) => first.namespace === service.namespace && hasLabels(service.selector, first.labels))
    .flatMap((target) => [...new Set(targetPorts(port, target))].map((number) => ({ target, port: number })));
}

function isEndpoint(slice: EndpointSlice, target: PodClass): boolean {
  return slice.endpoints.some(({ addresses, pod }) =>
    target.pods.some((one) => {
      const named = pod === one.name && one.namespace === slice.namespace;
      return named || one.podIPs.some((address) => addresses.includes(address));
    }),
  );
}

/** Endpoints made by hand; a slice without port numbers may stand for any port. */
function listBackends(
  service: KubernetesService,
  port: ServicePort,
  objects: ClusterObjects,
  classes: PodClasses,
): readonly Backend[] {
  const slices = objects.endpointSlices.filter(
    (slice) => slice.namespace === service.namespace && slice.service === service.name,
  );
  return slices.flatMap((slice) => {
    const numbers = slice.ports
      .filter((candidate) => (candidate.name ?? "") === (port.name ?? "") && candidate.protocol === port.protocol)
      .flatMap((candidate) => candidate.port ?? []);
    return classes.all
      .filter((target) => isEndpoint(slice, target))
      .flatMap((target) => numbers.map((number) => ({ target, port: number })));
  });
}

/** Pods behind one port of a Service. */
export function findBackends(
  service: KubernetesService,
  port: ServicePort,
  objects: ClusterObjects,
  classes: PodClasses,
): readonly Backend[] {
  return Object.keys(service.selector).length === 0
    ? listBackends(service, port, objects, classes)
    : selectBackends(service, port, classes);
}

/** The port of a Service that a number or a name means. */
export function findServicePort(service: KubernetesService, port: number | string): ServicePort | undefined {
  return service.ports.find((candidate) =>
    typeof port === "number" ? candidate.port === port : candidate.name === port,
  );
}

/** Key of the station of one port of a Service. */
export function serviceStationKey(service: KubernetesService, index: number): string {
  return `service:${service.id}#${index}`;
}
