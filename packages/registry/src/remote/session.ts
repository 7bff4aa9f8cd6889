/** Talking to one registry: which protocol, which token for which scope, and what its answers mean. */
import { type Clock, type HttpClient, HttpError, type HttpResponse, isLoopback } from "@sightline/platform";
import { type RegistryError, toRegistryError } from "../registry-error.ts";
import { toAnswerError } from "./answers.ts";
import { parseChallenge } from "./challenge.ts";
import type { RefreshTokenKeeper } from "./token-answer.ts";
import type { TokenSource } from "./token-source.ts";
import { type Authorization, fetchBearer, type GrantedAccess, toBasicAuthorization } from "./tokens.ts";

/** What a session needs. */
export interface SessionOptions {
  readonly registry: string;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly credentials: TokenSource;
  /** Hosts besides this machine's own that may be spoken to over plain http when they do not speak https. */
  readonly plainHttpHosts: readonly string[];
}

/** One read. */
export interface RegistryRequest {
  /** `/v2/…` with its query. */
  readonly path: string;
  /** What the token must open, `repository:name:pull`. */
  readonly scope: string;
  /** How to call what is read in messages. */
  readonly subject: string;
  readonly purpose: string;
  readonly accept?: readonly string[];
  readonly bufferBytesMax?: number;
  readonly signal?: AbortSignal;
}

/** A registry one can read from. Tokens are kept for as long as they are good. */
export interface RegistrySession {
  /** `https://host[:port]` (or http, see {@link SessionOptions.plainHttpHosts}). */
  readOrigin(signal?: AbortSignal): Promise<string>;
  /**
   * The answer, 200. Authenticates when asked to. Throws RegistryError for every other answer (see `toAnswerError`),
   * `registry.challenge-invalid`, `registry.token-refused`, and HttpError when no answer came.
   */
  request(request: RegistryRequest): Promise<HttpResponse>;
  /** The `Authorization` that last opened this scope; `undefined` when the registry asked for none. */
  authorizationFor(scope: string): string | undefined;
}

interface State {
  readonly options: SessionOptions;
  origin: Promise<string> | undefined;
  readonly authorizations: Map<string, Authorization>;
  /** Tokens on their way, so that parallel reads ask once. */
  readonly pending: Map<string, Promise<Authorization | undefined>>;
  readonly refresh: RefreshTokenKeeper;
}

/** Opens a session; nothing is sent yet. */
export function createSession(options: SessionOptions): RegistrySession {
  const state: State = {
    options,
    origin: undefined,
    authorizations: new Map(),
    pending: new Map(),
    refresh: { current: undefined },
  };
  return {
    readOrigin: (signal) => readOrigin(state, signal),
    request: (request) => requestAuthorized(state, request),
    authorizationFor: (scope) => state.authorizations.get(scope)?.header.reveal(),
  };
}

/** Docker Hub's registry answers under another name than the one in references. Source: distribution/reference. */
function toHost(registry: string): string {
  return registry === "docker.io" ? "registry-1.docker.io" : registry;
}

function readOrigin(state: State, signal: AbortSignal | undefined): Promise<string> {
  state.origin ??= detectOrigin(state, signal).catch((error: unknown) => {
    // A failure is not kept: the registry may be reachable the next time.
    state.origin = undefined;
    throw error;
  });
  return state.origin;
}

/** https; where plain http is allowed and the host turns out not to speak TLS, http. Credentials have not been sent by then. */
async function detectOrigin(state: State, signal: AbortSignal | undefined): Promise<string> {
  const host = toHost(state.options.registry);
  const { hostname } = new URL(`https://${host}`);
  if (!isLoopback(hostname) && !state.options.plainHttpHosts.includes(host)) {
    return `https://${host}`;
  }
  try {
    const response = await state.options.http.request({
      method: "GET",
      url: `https://${host}/v2/`,
      towards: "registry",
      purpose: "registry protocol",
      ...(signal === undefined ? {} : { signal }),
    });
    response.discard();
    return `https://${host}`;
  } catch (error) {
    if (error instanceof HttpError && isNoTls(error)) {
      return `http://${host}`;
    }
    throw error;
  }
}

/** What OpenSSL says when the other side answers a TLS hello in plain text. */
function isNoTls(error: HttpError): boolean {
  return error.code === "http.protocol-error" && /^(?:EPROTO|ERR_SSL_)/.test(String(error.details["reason"]));
}

async function requestAuthorized(state: State, request: RegistryRequest): Promise<HttpResponse> {
  const origin = await readOrigin(state, request.signal);
  const known = readAuthorization(state, request.scope);
  const first = await send(state, origin, request, known);
  if (first.status !== 401) {
    return await expectOk(first, request);
  }
  if (known !== undefined) {
    state.authorizations.delete(request.scope);
  }
  const authorization = await authorizeOnce(state, origin, request, first);
  if (authorization === undefined) {
    throw await toAnswerError(first, request.subject);
  }
  first.discard();
  const second = await send(state, origin, request, authorization);
  if (second.status === 401) {
    throw toDenial(await toAnswerError(second, request.subject), request, authorization);
  }
  return await expectOk(second, request);
}

async function send(
  state: State,
  origin: string,
  request: RegistryRequest,
  authorization: Authorization | undefined,
): Promise<HttpResponse> {
  const { accept, bufferBytesMax, signal } = request;
  return await state.options.http.request({
    method: "GET",
    url: `${origin}${request.path}`,
    towards: "registry",
    purpose: request.purpose,
    headers: {
      ...(accept === undefined ? {} : { accept: accept.join(", ") }),
      ...(authorization === undefined ? {} : { authorization: authorization.header }),
    },
    ...(bufferBytesMax === undefined ? {} : { bufferBytesMax }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function expectOk(response: HttpResponse, request: RegistryRequest): Promise<HttpResponse> {
  if (response.status !== 200) {
    throw await toAnswerError(response, request.subject);
  }
  return response;
}

function readAuthorization(state: State, scope: string): Authorization | undefined {
  const known = state.authorizations.get(scope);
  return known !== undefined && known.expiresMs > state.options.clock.nowMs() ? known : undefined;
}

function authorizeOnce(
  state: State,
  origin: string,
  request: RegistryRequest,
  answer: HttpResponse,
): Promise<Authorization | undefined> {
  const { scope } = request;
  const running = state.pending.get(scope);
  if (running !== undefined) {
    return running;
  }
  const asking = authorize(state, origin, request, answer).finally(() => state.pending.delete(scope));
  state.pending.set(scope, asking);
  return asking;
}

async function authorize(
  state: State,
  origin: string,
  request: RegistryRequest,
  answer: HttpResponse,
): Promise<Authorization | undefined> {
  const { registry, http, clock, credentials } = state.options;
  const challenge = parseChallenge(answer.headers.get("www-authenticate"));
  if (challenge === undefined) {
    const reason = "it answers 401 without saying how to authenticate";
    throw toRegistryError({ code: "registry.challenge-invalid", subject: registry, reason });
  }
  const credential = await credentials.credentialFor(registry);
  const authorization =
    challenge.scheme === "basic"
      ? toBasicAuthorization(credential)
      : await fetchBearer(challenge, credential, {
          http,
          clock,
          origin,
          registry,
          scope: request.scope,
          refresh: state.refresh,
          ...(request.signal === undefined ? {} : { signal: request.signal }),
        });
  if (authorization !== undefined) {
    state.authorizations.set(request.scope, authorization);
  }
  return authorization;
}

/**
 * A 401 in spite of a fresh token: the token service knew the caller and left out what it may not do. Anonymous callers
 * get the same answer for "does not exist" and "log in first", so for them it stays unauthorized.
 */
function toDenial(error: RegistryError, request: RegistryRequest, authorization: Authorization): RegistryError {
  const { granted, scope, isAnonymous } = authorization;
  if (granted === undefined || scope === undefined || isAnonymous || isGranted(scope, granted)) {
    return error;
  }
  const reason = `the token service gave a token without ${scope}`;
  return toRegistryError(
    { code: "registry.forbidden", subject: request.subject, reason },
    { cause: error, details: error.details },
  );
}

function isGranted(scope: string, granted: readonly GrantedAccess[]): boolean {
  const [type = "", name = "", actions = ""] = scope.split(":");
  const entry = granted.find((access) => access.type === type && access.name === name);
  return actions
    .split(",")
    .every((action) => entry?.actions.includes(action) === true || entry?.actions.includes("*") === true);
}
