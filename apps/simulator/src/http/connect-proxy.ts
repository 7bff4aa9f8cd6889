/**
 * The HTTP proxy that stands for the internet: it opens tunnels to the names of the simulated Azure, all of them to the
 * simulator's one TLS port, and to nothing else. Source: RFC 9110 §9.3.6 (CONNECT).
 */
import { createServer, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type Listener, listenOnLoopback } from "./listener.ts";

/** Whether a name leads somewhere: `unreachable` names exist but nobody answers there. */
export type HostState = "known" | "unreachable" | "unknown";

/** What the proxy needs to know. */
export interface ProxyParts {
  readonly tlsPort: number;
  readonly toHostState: (host: string) => HostState;
  /** Told of every refused tunnel. */
  readonly onRefused: (host: string, status: number) => void;
}

const reasons = { 403: "Forbidden", 502: "Bad Gateway" } as const;

function refuse(client: Duplex, status: keyof typeof reasons): void {
  client.end(`HTTP/1.1 ${status} ${reasons[status]}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}

function openTunnel(client: Duplex, head: Buffer, port: number): Socket {
  const upstream = connect(port, "127.0.0.1", () => {
    client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    upstream.write(head);
    upstream.pipe(client);
    client.pipe(upstream);
  });
  // Either end may vanish at any time; then the other one goes too, and nobody needs to hear of it.
  upstream.on("error", () => client.destroy());
  client.on("error", () => upstream.destroy());
  client.once("close", () => upstream.destroy());
  return upstream;
}

/** Starts the proxy. Plain requests (not CONNECT) are refused. */
export async function startConnectProxy(parts: ProxyParts, port: number): Promise<Listener> {
  const upstreams = new Set<Socket>();
  const server = createServer((_request, response) => {
    response.writeHead(403).end("only CONNECT is served here");
  });
  server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    const [host = "", targetPort = ""] = (request.url ?? "").toLowerCase().split(":");
    const state = targetPort === "443" ? parts.toHostState(host) : "unknown";
    if (state === "known") {
      const upstream = openTunnel(client, head, parts.tlsPort);
      upstreams.add(upstream);
      upstream.once("close", () => upstreams.delete(upstream));
      return;
    }
    const status = state === "unknown" ? 403 : 502;
    parts.onRefused(host, status);
    refuse(client, status);
  });
  const listener = await listenOnLoopback(server, port);
  return {
    port: listener.port,
    close: async () => {
      for (const upstream of upstreams) {
        upstream.destroy();
      }
      await listener.close();
    },
  };
}
