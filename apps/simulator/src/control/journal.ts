/** What was asked of the simulator, in order. Never what was in it: bodies only as digests, no header values. */
import { createHash } from "node:crypto";
import { type Answer, decodePath, type Exchange } from "../http/exchange.ts";

/** One request and how it was answered. */
export interface JournalEntry {
  readonly sequence: number;
  readonly at: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  /** SHA-256 of the body, hex; empty when there was none. */
  readonly bodySha256: string;
  /** Whether a bearer token or Basic credentials came along. */
  readonly authorization: "none" | "bearer" | "basic";
  readonly userAgent: string;
  readonly status: number;
  /** Name of the fault that acted, if any. */
  readonly fault?: string;
}

const entriesMax = 100_000;

/** The entries so far. The oldest are dropped when there are very many. */
export interface Journal {
  readonly entries: JournalEntry[];
  next: number;
}

export function createJournal(): Journal {
  return { entries: [], next: 1 };
}

function toAuthorization(exchange: Exchange): JournalEntry["authorization"] {
  const header = (exchange.headers["authorization"] ?? "").toLowerCase();
  return header.startsWith("bearer ") ? "bearer" : header.startsWith("basic ") ? "basic" : "none";
}

/** Queries of blob links carry signatures: their values are left out. */
function toQuery(query: URLSearchParams): string {
  return [...query].map(([name, value]) => `${name}=${name === "sig" ? "…" : value}`).join("&");
}

/** Writes one request down. */
export function writeEntry(
  journal: Journal,
  exchange: Exchange,
  more: { readonly answer: Answer; readonly at: Date; readonly fault?: string },
): void {
  const body = exchange.body.length === 0 ? "" : createHash("sha256").update(exchange.body).digest("hex");
  journal.entries.push({
    sequence: journal.next,
    at: more.at.toISOString(),
    method: exchange.method,
    host: exchange.host,
    path: decodePath(exchange.path),
    query: toQuery(exchange.query),
    bodySha256: body,
    authorization: toAuthorization(exchange),
    userAgent: exchange.headers["user-agent"] ?? "",
    status: more.answer.status,
    ...(more.fault === undefined ? {} : { fault: more.fault }),
  });
  journal.next += 1;
  if (journal.entries.length > entriesMax) {
    journal.entries.shift();
  }
}
