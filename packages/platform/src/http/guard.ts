/**
 * The read-only guard: the one place that decides which requests may leave the product. GET and HEAD pass; of POSTs
 * only the reads named here, each on its own path, because some services put reads behind POST. Everything else is
 * refused before a connection is opened.
 */
import { HttpError } from "./http-error.ts";
import { redactUrl } from "./journal.ts";

/** Whom a request is for. `cloud`: Entra ID, Resource Manager, Resource Graph, Graph and the instance metadata endpoints. */
export type HttpTowards = "cloud" | "registry" | "kubernetes" | "feed";

/** Hosts (with port where it is not the scheme's own) on which the cloud's named reads are allowed. */
export interface ReadGuardHosts {
  readonly login: readonly string[];
  readonly resourceManager: readonly string[];
}

/** The public, US government and China clouds. Source: learn.microsoft.com, "National clouds". */
export const azureHosts: ReadGuardHosts = {
  login: [
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
  ],
  resourceManager: ["management.azure.com", "management.usgovcloudapi.net", "management.chinacloudapi.cn"],
};

interface NamedRead {
  readonly name: string;
  readonly towards: HttpTowards;
  /** Absent: any host, because the service lives on the customer's own names. */
  readonly hosts?: keyof ReadGuardHosts;
  readonly path: RegExp;
}

/** The whole list of POSTs that may leave. Each only reads or asks for a token. */
const namedReads: readonly NamedRead[] = [
  // OAuth 2.0 token endpoint of a tenant (learn.microsoft.com, "client credentials flow").
  { name: "entra-token", towards: "cloud", hosts: "login", path: /^\/[^/]+\/oauth2\/(?:v2\.0\/)?token$/ },
  // Resource Graph query (Azure REST API, "Resources - Resources").
  {
    name: "resource-graph-query",
    towards: "cloud",
    hosts: "resourceManager",
    path: /^\/providers\/Microsoft\.ResourceGraph\/resources$/i,
  },
  // Azure Container Registry token exchange (Azure/acr, docs/AAD-OAuth.md).
  { name: "acr-refresh-token", towards: "registry", path: /^\/oauth2\/exchange$/ },
  { name: "acr-access-token", towards: "registry", path: /^\/oauth2\/token$/ },
  // What may this identity do? (Kubernetes API, authorization.k8s.io/v1). Creates nothing.
  {
    name: "kubernetes-access-review",
    towards: "kubernetes",
    path: /^\/apis\/authorization\.k8s\.io\/v1\/selfsubject(?:access|rules)reviews$/,
  },
];

/** Headers by which some gateways turn one method into another. */
const methodOverrides = ["x-http-method-override", "x-http-method", "x-method-override"];

/** What the guard looks at. */
export interface GuardedRequest {
  readonly method: string;
  readonly url: URL;
  readonly towards: HttpTowards;
  readonly headerNames: readonly string[];
  readonly hasBody: boolean;
}

/**
 * Passes reads, throws `http.write-refused` for everything else.
 */
export function assertReadOnly(request: GuardedRequest, hosts: ReadGuardHosts): void {
  const override = request.headerNames.find((name) => methodOverrides.includes(name.toLowerCase()));
  if (override !== undefined) {
    throw toRefusal(request, `it carries the header ${override}`);
  }
  if (request.method === "GET" || request.method === "HEAD") {
    if (request.hasBody) {
      throw toRefusal(request, "a read has no body");
    }
    return;
  }
  if (!isNamedRead(request, hosts)) {
    throw toRefusal(request, "it is not one of the named reads");
  }
}

/** Whether this POST is one of the named reads. Such a read may be repeated: it changes nothing. */
function isNamedRead(request: GuardedRequest, hosts: ReadGuardHosts): boolean {
  return (
    request.method === "POST" &&
    namedReads.some(
      (read) =>
        read.towards === request.towards &&
        read.path.test(request.url.pathname) &&
        (read.hosts === undefined || hosts[read.hosts].includes(request.url.host)),
    )
  );
}

function toRefusal(request: GuardedRequest, reason: string): HttpError {
  return new HttpError({
    code: "http.write-refused",
    subject: `${request.method} ${redactUrl(request.url)}`,
    message: `The request ${request.method} ${redactUrl(request.url)} was not sent, because ${reason}.`,
    next: "Report this: the product only reads, and its own code asked for something else.",
  });
}
