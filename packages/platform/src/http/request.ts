/** What a call says, and what the steps of sending it hand to each other. */
import type { Dispatcher } from "undici";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Random } from "../random.ts";
import type { Secret } from "../secret.ts";
import type { ConnectionSettings } from "./dispatcher.ts";
import type { HttpTowards, ReadGuardHosts } from "./guard.ts";
import type { HttpJournal } from "./journal.ts";
import type { RetryPolicy } from "./retry.ts";

/** One call. */
export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST";
  readonly url: string;
  /** Whom it is for: decides which POSTs count as reads. */
  readonly towards: HttpTowards;
  /** Why it is sent, in a few fixed words: goes to the journal and the log. */
  readonly purpose: string;
  /** Credentials as {@link Secret}s. Names in any case. */
  readonly headers?: Readonly<Record<string, string | Secret>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** Wait for the answer's headers, for each attempt. Default 30 s. */
  readonly timeoutMs?: number;
  /** `follow` (default): to another origin without credentials. `return`: the redirect itself is the answer. */
  readonly redirect?: "follow" | "return";
  /** Read the whole body inside the attempt, so that an interrupted body is asked for again. Bounds it, too. */
  readonly bufferBytesMax?: number;
  /** Requests sent at most for this call; default the client's policy. */
  readonly attemptsMax?: number;
  /** What a `Retry-After` stops: all calls with the same key wait. Default: the address's origin. */
  readonly throttleKey?: string;
}

/** How a client behaves. */
export interface HttpClientOptions extends Partial<ConnectionSettings> {
  readonly userAgent: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly journal?: HttpJournal;
  readonly log?: Log;
  /** Hosts on which the cloud's named reads are allowed, where they are not Azure's public ones. */
  readonly guard?: ReadGuardHosts;
  readonly retry?: RetryPolicy;
  readonly redirectsMax?: number;
}

/** Lower-case names with their values. */
export type HeaderList = readonly (readonly [string, string | Secret])[];

/** One address of a chain of redirects. */
export interface Hop {
  readonly url: URL;
  readonly headers: HeaderList;
  readonly request: HttpRequest;
}

/** What all calls of one client share. */
export interface Machinery {
  readonly options: HttpClientOptions;
  readonly dispatcher: Dispatcher;
  readonly retry: RetryPolicy;
  /** Moments (clock.elapsedMs) before which nothing is sent, by throttle key. */
  readonly pauses: Map<string, number>;
}
