/** What the Service and EndpointSlice controllers do: addresses, node ports, and which pods are behind a Service. */
import { type Json, type JsonObject, readPath, readText, toList, toObject } from "../json.ts";
import { createAddresses } from "./addresses.ts";
import type { ObjectStore, UnsettledCluster } from "./object-store.ts";
import { isSelected, readLabels, readName, readNamespace, toNameSuffix, toOwnerReference } from "./objects.ts";

const firstNodePort = 30_080;

/** Node port numbers, one after the other. */
interface NodePorts {
  next: number;
}

function completePort(port: JsonObject, type: string, nodePorts: NodePorts): JsonObject {
  const wantsNodePort = (type === "NodePort" || type === "LoadBalancer") && port["nodePort"] === undefined;
  const nodePort = wantsNodePort ? nodePorts.next : undefined;
  nodePorts.next += wantsNodePort ? 1 : 0;
  return {
    protocol: "TCP",
    targetPort: port["port"] ?? 0,
    ...port,
    ...(nodePort === undefined ? {} : { nodePort }),
  };
}

function completeService(service: JsonObject, clusterIp: string, nodePorts: NodePorts): JsonObject {
  const spec = toObject(service["spec"]);
  const type = readText(spec, "type") || "ClusterIP";
  const given = readText(spec, "clusterIP");
  const address = given === "" ? clusterIp : given;
  return {
    ...service,
    spec: {
      type,
      sessionAffinity: "None",
      internalTrafficPolicy: "Cluster",
      ...(type === "LoadBalancer" || type === "NodePort" ? { externalTrafficPolicy: "Cluster" } : {}),
      ...(type === "LoadBalancer" ? { allocateLoadBalancerNodePorts: true } : {}),
      ...(type === "ExternalName" ? {} : { clusterIP: address, clusterIPs: [address], ipFamilies: ["IPv4"] }),
      ...spec,
      ports: toList(spec["ports"]).map((port) => completePort(toObject(port), type, nodePorts)),
    },
    status: { loadBalancer: {}, ...toObject(service["status"]) },
  };
}

/** The number a Service's target port means in a pod: a number is itself, a name is looked up in the containers. */
function toPortNumber(pod: JsonObject, target: Json): number | undefined {
  if (typeof target === "number") {
    return target;
  }
  const ports = toList(readPath(pod, ["spec", "containers"])).flatMap((container) =>
    toList(toObject(container)["ports"]),
  );
  const number = toObject(ports.find((port) => readText(port, "name") === target))["containerPort"];
  return typeof number === "number" ? number : undefined;
}

function toSlicePorts(service: JsonObject, pod: JsonObject): JsonObject[] {
  return toList(readPath(service, ["spec", "ports"])).flatMap((entry) => {
    const port = toObject(entry);
    const number = toPortNumber(pod, port["targetPort"] ?? port["port"] ?? 0);
    return number === undefined
      ? []
      : [{ name: readText(port, "name"), protocol: readText(port, "protocol"), port: number }];
  });
}

function toEndpointSlice(service: JsonObject, pods: readonly JsonObject[]): JsonObject {
  const [first] = pods;
  return {
    kind: "EndpointSlice",
    metadata: {
      name: `${readName(service)}-${toNameSuffix(readName(service), 5)}`,
      namespace: readNamespace(service),
      labels: {
        "kubernetes.io/service-name": readName(service),
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
      },
      ownerReferences: [toOwnerReference(service)],
    },
    addressType: "IPv4",
    endpoints: pods.map((pod) => ({
      addresses: [readText(pod, "status.podIP")],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: readText(pod, "spec.nodeName"),
      targetRef: {
        kind: "Pod",
        namespace: readNamespace(pod),
        name: readName(pod),
        uid: readText(pod, "metadata.uid"),
      },
    })),
    ports: first === undefined ? [] : toSlicePorts(service, first),
  };
}

/** Completes every Service and makes its EndpointSlice. */
export function settleServices(store: ObjectStore, cluster: UnsettledCluster): void {
  const given = store.list("services").map((service) => readText(service, "spec.clusterIP"));
  const nextAddress = createAddresses(cluster.firstServiceAddress, new Set(given));
  const nodePorts: NodePorts = { next: firstNodePort };
  const pods = store.list("pods");
  for (const service of store.list("services")) {
    const complete = store.put(completeService(service, nextAddress(), nodePorts));
    const selector = toObject(readPath(complete, ["spec", "selector"]));
    const behind = pods.filter(
      (pod) => readNamespace(pod) === readNamespace(complete) && isSelected(selector, readLabels(pod)),
    );
    if (Object.keys(selector).length > 0) {
      store.put(toEndpointSlice(complete, behind));
    }
  }
}
