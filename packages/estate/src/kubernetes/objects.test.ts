import { describe, expect, it } from "vitest";
import { asArmId, readSampleList } from "../testing/sample.ts";
import { endpointSliceOf, ingressClassOf, ingressOf, networkPolicyOf, serviceOf } from "./networking.ts";
import { namespaceOf, podOf } from "./objects.ts";

const cluster = asArmId("/subscriptions/s/resourceGroups/RG/providers/Microsoft.ContainerService/managedClusters/Aks");

const samples = {
  pods: readSampleList("kubernetes/pods").map((raw) => podOf(cluster).parse(raw)),
  services: readSampleList("kubernetes/services").map((raw) => serviceOf(cluster).parse(raw)),
  slices: readSampleList("kubernetes/endpoint-slices").map((raw) => endpointSliceOf(cluster).parse(raw)),
  ingresses: readSampleList("kubernetes/ingresses").map((raw) => ingressOf(cluster).parse(raw)),
  classes: readSampleList("kubernetes/ingress-classes").map((raw) => ingressClassOf(cluster).parse(raw)),
  policies: readSampleList("kubernetes/network-policies").map((raw) => networkPolicyOf(cluster).parse(raw)),
};

const everything = JSON.stringify(samples);

describe("any object", () => {
  it("has an id of its cluster, kind, namespace and name", () => {
    const [namespace] = readSampleList("kubernetes/namespaces").map((raw) => namespaceOf(cluster).parse(raw));
    const prefix = "/subscriptions/s/resourcegroups/rg/providers/microsoft.containerservice/managedclusters/aks";
    expect(namespace).toEqual({
      kind: "namespace",
      id: `${prefix}#namespace/-/shop`,
      cluster,
      namespace: "",
      name: "shop",
      labels: { team: "shop" },
      annotations: {},
    });
    expect(samples.services[0]?.id).toBe(`${prefix}#service/shop/web`);
  });

  it("brings no environment value, no credential and no annotation nobody reads", () => {
    expect(everything).not.toContain("never-read");
    expect(everything).not.toContain("example.com/secret");
  });
});

describe("a pod", () => {
  const [web, , bare, waiting] = samples.pods;

  it("has its containers, sidecars and those added to look inside, each with what the runtime reports", () => {
    expect(web?.containers.map(({ name, init, state }) => ({ name, init, state }))).toEqual([
      { name: "web", init: false, state: "running" },
      { name: "debug", init: false, state: "running" },
      { name: "migrate", init: true, state: "terminated" },
      { name: "proxy", init: false, state: "running" },
    ]);
    expect(web?.containers.every(({ imageID }) => imageID?.includes("@sha256:"))).toBe(true);
  });

  it("has its addresses, of both families, and its host's ports", () => {
    expect(web?.podIPs).toEqual(["10.244.0.5", "fd12::5"]);
    expect(samples.pods[1]?.podIPs).toEqual(["10.244.0.6"]);
    expect(web?.containers[0]?.ports).toEqual([
      { name: "http", containerPort: 8080, protocol: "TCP" },
      { containerPort: 53, protocol: "UDP", hostPort: 5353 },
    ]);
    expect(bare?.hostNetwork).toBe(true);
  });

  it("that has not started reports no image", () => {
    expect(waiting?.phase).toBe("Pending");
    expect(Object.keys(waiting?.containers[0] ?? {})).not.toContain("imageID");
  });
});

describe("a Service", () => {
  it("is of type ClusterIP unless it says otherwise, and sends to its own port", () => {
    expect(samples.services[1]).toMatchObject({
      type: "ClusterIP",
      selector: {},
      clusterIPs: ["172.16.1.2"],
      ports: [{ protocol: "TCP", port: 443, targetPort: 443 }],
    });
    expect(samples.services[2]).toMatchObject({ type: "ExternalName", clusterIPs: [] });
  });

  it("keeps what opens it", () => {
    expect(samples.services[0]).toMatchObject({
      type: "LoadBalancer",
      externalIPs: ["20.50.1.9"],
      loadBalancerSourceRanges: ["198.51.100.0/24"],
      loadBalancerIngressIPs: ["10.1.2.240"],
      annotations: { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" },
    });
    expect(samples.services[0]?.ports.map(({ nodePort }) => nodePort)).toEqual([30_080, undefined]);
  });
});

describe("an EndpointSlice", () => {
  it("counts an endpoint without conditions as ready", () => {
    expect(samples.slices[0]?.endpoints).toEqual([
      { addresses: ["10.244.0.5"], ready: true, pod: "web-7d9-aaaaa" },
      { addresses: ["10.244.0.6"], ready: false },
      { addresses: ["10.244.0.7"], ready: true },
    ]);
    expect(samples.slices[0]).toMatchObject({ service: "web", ports: [{ name: "http", port: 8080 }, {}] });
    expect(samples.slices[1]).toMatchObject({ endpoints: [], ports: [] });
  });
});

describe("an Ingress", () => {
  it("has its class from the field or from the older annotation", () => {
    expect(samples.ingresses.map(({ ingressClassName }) => ingressClassName)).toEqual([
      "webapprouting.kubernetes.azure.com",
      "nginx",
    ]);
    expect(samples.classes.map(({ controller }) => controller)).toEqual(["k8s.io/ingress-nginx", ""]);
    expect(samples.classes[0]?.annotations).toEqual({ "ingressclass.kubernetes.io/is-default-class": "true" });
  });

  it("keeps a path that leads to something else than a Service, without the Service", () => {
    expect(samples.ingresses[0]?.paths).toEqual([
      { host: "shop.example", path: "/", pathType: "Prefix", service: { name: "web", port: "http" } },
      { host: "shop.example", path: "/static", pathType: "Prefix" },
    ]);
    expect(samples.ingresses[1]?.defaultBackend).toEqual({ name: "web", port: 80 });
  });

  it("says which annotations change its routing, and gives away no value that may be a secret", () => {
    expect(samples.ingresses[1]?.annotations).toEqual({
      "kubernetes.io/ingress.class": "nginx",
      "nginx.ingress.kubernetes.io/whitelist-source-range": "198.51.100.0/24",
      "nginx.ingress.kubernetes.io/configuration-snippet": "[kept back]",
      "nginx.ingress.kubernetes.io/auth-url": "[kept back]",
    });
  });
});

describe("a NetworkPolicy", () => {
  const [absent, empty, rules] = samples.policies;

  it("keeps absent and empty rule lists apart", () => {
    expect(Object.keys(absent ?? {})).not.toContain("ingress");
    expect(Object.keys(absent ?? {})).not.toContain("policyTypes");
    expect(absent?.podSelector).toEqual({ matchLabels: {}, matchExpressions: [] });
    expect(empty).toMatchObject({ policyTypes: ["Ingress", "Egress"], ingress: [], egress: [] });
  });

  it("reads a rule without peers as one for everybody", () => {
    expect(rules?.ingress?.[0]).toEqual({ peers: [], ports: [] });
    expect(rules?.ingress?.[1]).toEqual({
      peers: [
        {
          podSelector: { matchLabels: {}, matchExpressions: [] },
          namespaceSelector: { matchLabels: { team: "shop" }, matchExpressions: [] },
        },
        { ipBlock: { cidr: "10.0.0.0/8", except: ["10.9.0.0/16"] } },
      ],
      ports: [{ port: 8080 }, { protocol: "UDP", port: "dns" }, { protocol: "TCP", port: 1000, endPort: 2000 }],
    });
    expect(Object.keys(rules ?? {})).not.toContain("egress");
  });

  it.each([
    ["a peer of a kind nobody knows", { podSelector: {}, ingress: [{ from: [{ zone: "inside" }] }] }],
    ["a peer that names nobody", { podSelector: {}, ingress: [{ from: [{}] }] }],
    ["a rule with a member nobody knows", { podSelector: {}, ingress: [{ hours: "9-17" }] }],
    ["a selector with a member nobody knows", { podSelector: { matchAnnotations: {} } }],
    ["no selector", {}],
    ["no specification", undefined],
  ])("with %s is unreadable: half of it would admit too little", (_what, spec) => {
    const metadata = { name: "policy", namespace: "shop" };
    expect(networkPolicyOf(cluster).safeParse({ metadata, spec: { podSelector: {} } }).success).toBe(true);
    expect(networkPolicyOf(cluster).safeParse({ metadata, spec }).success).toBe(false);
  });
});
