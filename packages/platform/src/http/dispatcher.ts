/** Connections: proxy, trusted certificates, number per host, timeouts. */
import { getCACertificates } from "node:tls";
import { Agent, type Dispatcher, EnvHttpProxyAgent, Pool } from "undici";

/** Proxy for https addresses as the proxy variables name it. */
export interface ProxySettings {
  /** `http://[user:password@]host:port`. */
  readonly url: string;
  /** Comma-separated hosts that are reached directly, as in `NO_PROXY`. */
  readonly noProxy?: string;
}

/** Certificates of own authorities, PEM. `only`: the machine's authorities do not count (a cluster with its own). */
export interface CertificateTrust {
  readonly caPem: string;
  readonly only?: boolean;
}

/** How connections are made. */
export interface ConnectionSettings {
  readonly proxy?: ProxySettings;
  readonly trust?: CertificateTrust;
  readonly maxConnectionsPerHost: number;
  readonly connectTimeoutMs: number;
}

/** The undici dispatcher for these settings. HTTP/1.1 only; the environment's own proxy variables are not looked at. */
export function createDispatcher(settings: ConnectionSettings): Dispatcher {
  const tls = settings.trust === undefined ? {} : { ca: toAuthorities(settings.trust) };
  const shared = {
    connections: settings.maxConnectionsPerHost,
    allowH2: false,
    pipelining: 1,
    connect: { timeout: settings.connectTimeoutMs, ...tls },
  };
  if (settings.proxy === undefined) {
    return new Agent(shared);
  }
  return new EnvHttpProxyAgent({
    ...shared,
    // Given and empty, so that the agent does not fall back to the environment.
    httpProxy: "",
    httpsProxy: settings.proxy.url,
    noProxy: settings.proxy.noProxy ?? "",
    connectTimeout: settings.connectTimeoutMs,
    requestTls: tls,
    proxyTls: tls,
    // A proxy that accepts the connection and never answers CONNECT must not hang a request for minutes.
    clientFactory: (origin: URL, options: object) =>
      new Pool(origin, { ...options, headersTimeout: settings.connectTimeoutMs }),
  });
}

function toAuthorities(trust: CertificateTrust): string[] {
  return trust.only === true ? [trust.caPem] : [...getCACertificates("default"), trust.caPem];
}
