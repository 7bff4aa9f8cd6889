/**
 * How a client proves to be an application: secret, signed assertion, or a token of a trusted issuer.
 * Source: learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow and
 * …/certificate-credentials.
 */
import { decodeJwt, decodeProtectedHeader, importX509, type JWTPayload, jwtVerify } from "jose";
import type { Answer } from "../http/exchange.ts";
import type { Application } from "../scenario/world.ts";
import { toEntraError } from "./errors.ts";
import type { SigningKey } from "./signing-keys.ts";

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** Clients' clocks may differ; MSAL even rounds its `nbf` up into the future. */
const skewSeconds = 300;

/** One attempt to be an application. */
export interface ClientAttempt {
  readonly application: Application;
  readonly form: URLSearchParams;
  readonly tenantId: string;
  readonly now: Date;
  /** Key of the run's outside issuer, which stands for every issuer a federated credential can name. */
  readonly outsideKey: SigningKey;
}

/** `undefined` when the client is who it says, else Entra's refusal. */
export async function authenticateClient(attempt: ClientAttempt): Promise<Answer | undefined> {
  const secret = attempt.form.get("client_secret");
  const assertion = attempt.form.get("client_assertion");
  if (secret !== null) {
    return checkSecret(attempt, secret);
  }
  if (assertion === null || attempt.form.get("client_assertion_type") !== assertionType) {
    const message = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    return toEntraError(7000218, message, attempt.now);
  }
  return checkAssertion(attempt, assertion);
}

function checkSecret({ application, now }: ClientAttempt, secret: string): Answer | undefined {
  const known = application.secrets.find(({ value }) => value === secret);
  if (known === undefined) {
    const message = `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${application.appId}'.`;
    return toEntraError(7000215, message, now);
  }
  return known.expired
    ? toEntraError(7000222, `The provided client secret keys for app '${application.appId}' are expired.`, now)
    : undefined;
}

async function checkAssertion(attempt: ClientAttempt, assertion: string): Promise<Answer | undefined> {
  let claims: JWTPayload;
  try {
    claims = decodeJwt(assertion);
  } catch {
    return toEntraError(700027, "Client assertion failed signature validation.", attempt.now);
  }
  return claims.iss === attempt.application.appId
    ? checkCertificateAssertion(attempt, assertion)
    : checkFederatedAssertion(attempt, assertion, claims);
}

async function checkCertificateAssertion(attempt: ClientAttempt, assertion: string): Promise<Answer | undefined> {
  const { application, now, tenantId } = attempt;
  const header = decodeProtectedHeader(assertion);
  const s256 = header["x5t#S256"];
  const certificate = application.certificates.find(({ x5t, x5tS256 }) => x5t === header.x5t || x5tS256 === s256);
  if (certificate === undefined) {
    const message = `The certificate with identifier used to sign the client assertion is not registered on application. App: '${application.appId}'.`;
    return toEntraError(700027, message, now);
  }
  const login = "https://login.microsoftonline.com";
  const audience = [
    `${login}/${tenantId}/oauth2/v2.0/token`,
    `${login}/${tenantId}/v2.0`,
    `${login}/${tenantId}/oauth2/token`,
  ];
  try {
    const key = await importX509(certificate.pem, header.alg ?? "RS256");
    await jwtVerify(assertion, key, {
      audience,
      issuer: application.appId,
      subject: application.appId,
      currentDate: now,
      clockTolerance: skewSeconds,
    });
    return undefined;
  } catch (error) {
    const isLate = error instanceof Error && "code" in error && error.code === "ERR_JWT_EXPIRED";
    return isLate
      ? toEntraError(700024, "Client assertion is not within its valid time range.", now)
      : toEntraError(700027, "Client assertion failed signature validation.", now);
  }
}

async function checkFederatedAssertion(
  { application, now, outsideKey }: ClientAttempt,
  assertion: string,
  claims: JWTPayload,
): Promise<Answer | undefined> {
  const issuer = claims.iss ?? "";
  const subject = claims.sub ?? "";
  const audiences = [claims.aud ?? ""].flat();
  const byIssuer = application.federatedCredentials.filter((credential) => credential.issuer === issuer);
  const bySubject = byIssuer.filter((credential) => credential.subject === subject);
  const intro = "No matching federated identity record found for presented assertion";
  if (byIssuer.length === 0) {
    return toEntraError(700211, `${intro} issuer '${issuer}'.`, now);
  }
  if (bySubject.length === 0) {
    return toEntraError(700213, `${intro} subject '${subject}'.`, now);
  }
  if (!bySubject.some((credential) => audiences.includes(credential.audience))) {
    return toEntraError(700212, `${intro} audience '${audiences.join(" ")}'.`, now);
  }
  try {
    await jwtVerify(assertion, outsideKey.publicKey, { currentDate: now, clockTolerance: skewSeconds });
    return undefined;
  } catch {
    return toEntraError(700027, "Client assertion failed signature validation.", now);
  }
}
