/**
 * Who the product is towards Azure, and how it gets tokens: `@azure/identity`, sent through the product's own HTTP
 * client, so that its requests pass the same guard, proxy, certificates and journal as all others.
 */
import {
  AzureCliCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
  type TokenCredential,
  type TokenCredentialOptions,
  WorkloadIdentityCredential,
} from "@azure/identity";
import { type HttpClient, HttpError, Secret } from "@sightline/platform";
import { type AzureError, toAzureError } from "./azure-error.ts";
import type { AzureCloud } from "./cloud.ts";

/** How the product proves who it is. Secrets stay wrapped until they are sent. */
export type AppIdentity =
  | { readonly kind: "client-secret"; readonly clientId: string; readonly secret: Secret }
  /** PEM with certificate and private key. */
  | { readonly kind: "client-certificate"; readonly clientId: string; readonly pem: Secret }
  /** Federated: a token file that Kubernetes or another issuer keeps fresh. */
  | { readonly kind: "workload-identity"; readonly clientId: string; readonly tokenFile: string }
  | { readonly kind: "managed-identity"; readonly clientId?: string }
  /** Whoever is logged in to `az` on this machine. */
  | { readonly kind: "azure-cli" };

/** A token and when it ends. */
export interface AccessToken {
  readonly token: Secret;
  readonly expiresAtMs: number;
}

/** Gives tokens for a scope of {@link tokenScopes}; cached and renewed by the library underneath. */
export interface TokenGiver {
  /**
   * Throws AzureError: `azure.token-refused` with the AADSTS code in `details.azureCode` where Entra gave one,
   * `azure.credential-unavailable`, `azure.unreachable` with the HttpError as cause.
   */
  tokenFor(scope: string, signal?: AbortSignal): Promise<AccessToken>;
}

type IdentityTransport = NonNullable<TokenCredentialOptions["httpClient"]>;
type TransportRequest = Parameters<IdentityTransport["sendRequest"]>[0];
type TransportResponse = Awaited<ReturnType<IdentityTransport["sendRequest"]>>;
type TransportHeaders = TransportResponse["headers"];

const answerBytesMax = 1024 * 1024;

/** Makes the token giver of one identity in one tenant. */
export function createTokenGiver(options: {
  readonly identity: AppIdentity;
  readonly tenantId: string;
  readonly cloud: AzureCloud;
  readonly http: HttpClient;
}): TokenGiver {
  const transport = createTransport(options.http);
  const credential = createCredential(options, transport);
  const underWay = new Map<
    string,
    { readonly signal: AbortSignal | undefined; readonly token: Promise<AccessToken> }
  >();
  const request = async (scope: string, signal: AbortSignal | undefined): Promise<AccessToken> => {
    transport.forgetFailure();
    try {
      const token = await credential.getToken(scope, signal === undefined ? {} : { abortSignal: signal });
      if (token === null) {
        throw new Error("no token came");
      }
      return { token: new Secret(token.token), expiresAtMs: token.expiresOnTimestamp };
    } catch (cause) {
      throw toTokenError(cause, options.tenantId, transport.readFailure());
    }
  };
  return {
    // The library keeps a token once it has come. Until then everyone who asks would send a request of their own.
    tokenFor: (scope, signal) => {
      const shared = underWay.get(scope);
      if (shared !== undefined && shared.signal === signal) {
        return shared.token;
      }
      const token = request(scope, signal).finally(() => {
        if (underWay.get(scope)?.token === token) {
          underWay.delete(scope);
        }
      });
      underWay.set(scope, { signal, token });
      return token;
    },
  };
}

function createCredential(
  { identity, tenantId, cloud }: Parameters<typeof createTokenGiver>[0],
  httpClient: IdentityTransport,
): TokenCredential {
  const common = {
    authorityHost: cloud.login,
    httpClient,
    // The login host comes from our own table or configuration: asking a public one whether it is real fails where
    // only that host can be reached.
    disableInstanceDiscovery: true,
    // Retries are the product's HTTP client's; twice would multiply the waits.
    retryOptions: { maxRetries: 0 },
  };
  switch (identity.kind) {
    case "client-secret":
      return new ClientSecretCredential(tenantId, identity.clientId, identity.secret.reveal(), common);
    case "client-certificate":
      return new ClientCertificateCredential(
        tenantId,
        identity.clientId,
        { certificate: identity.pem.reveal() },
        { ...common, sendCertificateChain: false },
      );
    case "workload-identity":
      return new WorkloadIdentityCredential({
        ...common,
        tenantId,
        clientId: identity.clientId,
        tokenFilePath: identity.tokenFile,
      });
    case "managed-identity":
      return identity.clientId === undefined
        ? new ManagedIdentityCredential(common)
        : new ManagedIdentityCredential({ ...common, clientId: identity.clientId });
    case "azure-cli":
      return new AzureCliCredential({ tenantId });
  }
}

/** The library's transport over the product's client: same guard, proxy, certificates and journal. */
interface Transport extends IdentityTransport {
  /** The last request that got no answer: the library tells of it in words only. */
  readFailure(): HttpError | undefined;
  forgetFailure(): void;
}

/** A metadata endpoint that is not there answers nothing: asking it five times would take minutes. */
const attemptsMax = 2;

function createTransport(http: HttpClient): Transport {
  let failure: HttpError | undefined;
  return {
    readFailure: () => failure,
    forgetFailure: () => {
      failure = undefined;
    },
    sendRequest: async (request) => {
      try {
        return await sendThrough(http, request);
      } catch (error) {
        failure = error instanceof HttpError ? error : failure;
        throw error;
      }
    },
  };
}

async function sendThrough(http: HttpClient, request: TransportRequest): Promise<TransportResponse> {
  const { method } = request;
  if (method !== "GET" && method !== "POST") {
    throw toAzureError({
      code: "azure.rejected",
      subject: method,
      message: `The identity library asked for ${method}, which is no read.`,
    });
  }
  const response = await http.request({
    method,
    url: request.url,
    towards: "cloud",
    purpose: "token",
    // Every header of a token request may carry a credential (IDENTITY_HEADER does): all are wrapped.
    headers: Object.fromEntries(
      Object.entries(request.headers.toJSON()).map(([name, value]) => [name, new Secret(value)]),
    ),
    ...(method === "POST" ? { body: toBodyText(request) } : {}),
    bufferBytesMax: answerBytesMax,
    attemptsMax,
  });
  const bytes = await response.readBytes(answerBytesMax);
  return {
    request,
    status: response.status,
    headers: toTransportHeaders(response.headers),
    bodyAsText: bytes.toString("utf8"),
  };
}

function toBodyText(request: TransportRequest): string {
  return typeof request.body === "string" ? request.body : "";
}

/** The library's header collection over the platform's. */
function toTransportHeaders(headers: Headers): TransportHeaders {
  return {
    get: (name) => headers.get(name) ?? undefined,
    has: (name) => headers.has(name),
    set: (name, value) => headers.set(name, String(value)),
    delete: (name) => headers.delete(name),
    toJSON: () => Object.fromEntries(headers),
    [Symbol.iterator]: () => headers[Symbol.iterator](),
  };
}

/** The first AADSTS code in the library's message: it has no field for it. Codes, never words, decide a diagnosis. */
function aadstsCodeOf(text: string): string | undefined {
  return /AADSTS\d{4,8}/.exec(text)?.[0];
}

/** The library's own words are kept as cause only: they may quote parts of a request. */
function toTokenError(cause: unknown, tenantId: string, failure: HttpError | undefined): AzureError | HttpError {
  const name = cause instanceof Error ? cause.name : "";
  const text = cause instanceof Error ? cause.message : String(cause);
  const azureCode = aadstsCodeOf(text);
  const subject = tenantId;
  if (azureCode !== undefined) {
    const message = `Entra ID gave no token for tenant ${tenantId} (${azureCode}).`;
    return toAzureError({ code: "azure.token-refused", subject, message, azureCode, cause });
  }
  if (failure?.code === "http.cancelled") {
    return failure;
  }
  if (failure !== undefined) {
    const message = `No usable answer came while asking for a token: ${failure.message}`;
    return toAzureError({ code: "azure.unreachable", subject, message, azureCode: failure.code, cause: failure });
  }
  if (name === "CredentialUnavailableError") {
    const message = `There is nothing to get a token with: ${text.split("\n")[0]?.slice(0, 300) ?? ""}`;
    return toAzureError({ code: "azure.credential-unavailable", subject, message, cause });
  }
  const message = `Entra ID gave no token for tenant ${tenantId}.`;
  return toAzureError({ code: "azure.token-refused", subject, message, cause });
}
