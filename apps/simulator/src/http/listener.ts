/** Puts a `Handler` behind Node's HTTP server, on the loopback address only. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";
import { SimulatorError } from "../simulator-error.ts";
import type { Answer, Exchange, Handler } from "./exchange.ts";

const loopback = "127.0.0.1";
const bodyBytesMax = 2 ** 30;

/** A running listener. */
export interface Listener {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Thrown inside the server when a request's body is larger than the simulator takes: answered as 413. */
class BodyTooLarge extends Error {}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > bodyBytesMax) {
      throw new BodyTooLarge();
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) {
      headers[name] = Array.isArray(value) ? value.join(", ") : value;
    }
  }
  return headers;
}

/** Turns Node's request into an exchange, its body read. */
export async function readExchange(request: IncomingMessage, scheme: "http" | "https"): Promise<Exchange> {
  const headers = toHeaders(request);
  const hostHeader = (headers["host"] ?? loopback).toLowerCase();
  const target = request.url ?? "/";
  const questionMark = target.indexOf("?");
  return {
    method: request.method ?? "GET",
    host: hostHeader.replace(/:\d+$/, ""),
    origin: `${scheme}://${hostHeader}`,
    path: questionMark < 0 ? target : target.slice(0, questionMark),
    query: new URLSearchParams(questionMark < 0 ? "" : target.slice(questionMark + 1)),
    headers,
    body: await readBody(request),
    bearer: /^bearer (.+)$/i.exec(headers["authorization"] ?? "")?.[1],
  };
}

/** Sends an answer; a HEAD answer keeps its headers and loses its body. */
export function writeAnswer(response: ServerResponse, answer: Answer, method: string): void {
  const body = typeof answer.body === "string" ? Buffer.from(answer.body) : (answer.body ?? Buffer.alloc(0));
  const headers: Record<string, string> = { ...answer.headers };
  if (headers["content-length"] === undefined && answer.status !== 204) {
    headers["content-length"] = String(body.length);
  }
  response.writeHead(answer.status, headers);
  response.end(method === "HEAD" ? undefined : body);
}

/** Sends an answer as its delivery says: whole, cut off, or not at all. */
function deliverAnswer(response: ServerResponse, answer: Answer, method: string): void {
  const delivery = answer.delivery ?? { kind: "whole" };
  switch (delivery.kind) {
    case "reset":
      response.socket?.destroy();
      return;
    case "truncated": {
      const body = Buffer.from(answer.body ?? "");
      response.writeHead(answer.status, { ...answer.headers, "content-length": String(body.length) });
      response.write(body.subarray(0, delivery.bytes), () => response.socket?.destroy());
      return;
    }
    default:
      writeAnswer(response, answer, method);
  }
}

/** Node's listener function over a handler. A handler that throws is the simulator's own fault and answers 500. */
export function toRequestListener(handler: Handler, scheme: "http" | "https"): RequestListener {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const exchange = await readExchange(request, scheme);
      deliverAnswer(response, await handler(exchange), exchange.method);
    } catch (error) {
      const status = error instanceof BodyTooLarge ? 413 : 500;
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`simulator: ${request.method ?? "?"} ${request.url ?? "?"} failed: ${detail}\n`);
      writeAnswer(response, { status, body: "the simulator failed" }, request.method ?? "GET");
    }
  };
  return (request, response) => {
    void serve(request, response);
  };
}

/** Starts any Node server on the loopback address. `port` 0 takes a free one. Errors: `simulator.port-taken`. */
export async function listenOnLoopback(server: Server, port: number): Promise<Listener> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      reject(new SimulatorError("simulator.port-taken", `Cannot listen on port ${port} of ${loopback}`, { cause }));
    });
    server.listen(port, loopback, resolve);
  });
  const address = server.address() as AddressInfo; // a TCP server that listens has no other kind of address
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) {
          socket.destroy();
        }
      }),
  };
}

/** Serves a handler over plain HTTP. */
export function startHttpListener(handler: Handler, port: number): Promise<Listener> {
  return listenOnLoopback(createServer(toRequestListener(handler, "http")), port);
}
