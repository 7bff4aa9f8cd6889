/**
 * Ingress controllers and other proxies that route by objects of the cluster. Sources: each project's documentation of
 * its ingress class and of the labels its own chart or add-on puts on its pods; AKS: learn.microsoft.com/azure/aks
 * (app-routing, ingress-basic), learn.microsoft.com/azure/application-gateway/for-containers.
 */

/** What a family of controllers is to the engine. */
export interface ControllerFamily {
  readonly name: string;
  /**
   * `ingress`: its pods route by Ingress objects, as modelled. `outside`: traffic comes from a gateway outside the cluster.
   * `other`: its pods also route by objects that are not read.
   */
  readonly kind: "ingress" | "outside" | "other";
  /** Values of `spec.controller` of its ingress classes, or their beginnings when they end with `/`. */
  readonly controllers: readonly string[];
  /** Class names it goes by where classes cannot be read. */
  readonly classNames: readonly string[];
  /** Its pods: all labels of one entry, and the namespace if one is given. */
  readonly pods: readonly { readonly labels: Readonly<Record<string, string>>; readonly namespace?: string }[];
}

/** Families with a class of their own. */
export const controllerFamilies: readonly ControllerFamily[] = [
  {
    name: "ingress-nginx",
    kind: "ingress",
    controllers: ["k8s.io/ingress-nginx"],
    classNames: ["nginx", "ingress-nginx"],
    pods: [{ labels: { "app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/component": "controller" } }],
  },
  {
    name: "application routing add-on",
    kind: "ingress",
    controllers: ["webapprouting.kubernetes.azure.com/"],
    classNames: ["webapprouting.kubernetes.azure.com"],
    pods: [
      { namespace: "app-routing-system", labels: { app: "nginx" } },
      { namespace: "app-routing-system", labels: { "app.kubernetes.io/component": "ingress-controller" } },
    ],
  },
  {
    name: "Application Gateway Ingress Controller",
    kind: "outside",
    controllers: ["azure/application-gateway"],
    classNames: ["azure-application-gateway", "azure/application-gateway"],
    pods: [],
  },
  {
    name: "Application Gateway for Containers",
    kind: "outside",
    controllers: ["alb.networking.azure.io/alb-controller"],
    classNames: ["azure-alb-external", "azure-alb-internal"],
    pods: [],
  },
  {
    name: "Traefik",
    kind: "other",
    controllers: ["traefik.io/ingress-controller"],
    classNames: ["traefik"],
    pods: [{ labels: { "app.kubernetes.io/name": "traefik" } }],
  },
  {
    name: "HAProxy",
    kind: "other",
    controllers: ["haproxy.org/ingress-controller/haproxy", "haproxy-ingress.github.io/controller"],
    classNames: ["haproxy"],
    pods: [
      { labels: { "app.kubernetes.io/name": "kubernetes-ingress" } },
      { labels: { "app.kubernetes.io/name": "haproxy-ingress" } },
    ],
  },
  {
    name: "Kong",
    kind: "other",
    controllers: ["ingress-controllers.konghq.com/kong"],
    classNames: ["kong"],
    pods: [{ labels: { "app.kubernetes.io/name": "kong" } }, { labels: { "app.kubernetes.io/name": "gateway" } }],
  },
  {
    name: "Contour",
    kind: "other",
    controllers: ["projectcontour.io/ingress-controller", "projectcontour.io/"],
    classNames: ["contour"],
    pods: [{ labels: { "app.kubernetes.io/component": "envoy" } }, { labels: { app: "envoy" } }],
  },
  {
    name: "NGINX Ingress Controller of F5",
    kind: "other",
    controllers: ["nginx.org/ingress-controller"],
    classNames: ["nginx-f5"],
    pods: [{ labels: { "app.kubernetes.io/name": "nginx-ingress" } }],
  },
  {
    name: "Istio",
    kind: "other",
    controllers: ["istio.io/ingress-controller"],
    classNames: ["istio"],
    pods: [{ labels: { istio: "ingressgateway" } }, { labels: { istio: "aks-istio-ingressgateway-external" } }],
  },
  {
    name: "Cilium",
    kind: "other",
    controllers: ["cilium.io/ingress-controller"],
    classNames: ["cilium"],
    pods: [{ labels: { "k8s-app": "cilium-envoy" } }],
  },
];

/**
 * Words in the image or the name label of pods that pass requests on by rules the engine does not read. Plain web servers
 * are not here: what an application passes on is the application's own doing, not a path of the network.
 */
export const proxyWords: readonly string[] = [
  "ambassador",
  "apisix",
  "caddy",
  "contour",
  "emissary",
  "envoy",
  "gateway",
  "gloo",
  "haproxy",
  "ingress",
  "istio",
  "kong",
  "oauth2-proxy",
  "reverse-proxy",
  "skipper",
  "traefik",
  "tyk",
  "voyager",
];

/** Annotations of ingress-nginx with which an Ingress can send requests anywhere. */
export const freeRoutingAnnotations: readonly string[] = [
  "nginx.ingress.kubernetes.io/configuration-snippet",
  "nginx.ingress.kubernetes.io/server-snippet",
  "nginx.ingress.kubernetes.io/location-snippet",
  "nginx.ingress.kubernetes.io/stream-snippet",
  "nginx.ingress.kubernetes.io/mirror-target",
  "nginx.ingress.kubernetes.io/default-backend",
  "nginx.ingress.kubernetes.io/upstream-vhost",
  "nginx.ingress.kubernetes.io/custom-http-errors",
];

/** Annotations with which ingress-nginx keeps some senders out. */
export const sourceAnnotations: readonly string[] = [
  "nginx.ingress.kubernetes.io/whitelist-source-range",
  "nginx.ingress.kubernetes.io/allowlist-source-range",
  "nginx.ingress.kubernetes.io/denylist-source-range",
];

/** Annotations with which ingress-nginx asks for credentials. */
export const signInAnnotations: readonly string[] = [
  "nginx.ingress.kubernetes.io/auth-type",
  "nginx.ingress.kubernetes.io/auth-url",
  "nginx.ingress.kubernetes.io/auth-tls-secret",
];
