/**
 * A registry of its own behind the Docker token challenge, with one user: what `--registry-only` serves.
 * Source: distribution, "Token Authentication Specification".
 */
import { randomBytes } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { type Answer, type Exchange, type Handler, parseBasic, parseForm, toJsonAnswer } from "../http/exchange.ts";
import type { ContentStore } from "./content-store.ts";
import { toDistributionHandler } from "./distribution.ts";
import { toRegistryError } from "./errors.ts";
import { type Admission, formatScope, isGranted, parseScopes, type Scope } from "./scope.ts";

const service = "simulator";
const lifetimeSeconds = 300;
const scopeSchema = z.array(z.object({ type: z.string(), name: z.string(), actions: z.array(z.string()) }));

/** The one user of the registry. */
export interface RegistryUser {
  readonly username: string;
  readonly password: string;
}

function toChallenge(exchange: Exchange, needed: Scope | undefined): Answer {
  const scope = needed === undefined ? "" : `,scope="${formatScope(needed)}"`;
  const challenge = `Bearer realm="${exchange.origin}/oauth2/token",service="${service}"${scope}`;
  return toRegistryError("UNAUTHORIZED", "authentication required", { headers: { "www-authenticate": challenge } });
}

/** Serves a content store to one user, by bearer token or directly by Basic credentials. */
export function toPasswordRegistry(store: ContentStore, user: RegistryUser, now: () => Date): Handler {
  const key = randomBytes(32);

  const isUser = (given: RegistryUser): boolean => given.username === user.username && given.password === user.password;

  async function readGrants(token: string): Promise<readonly Scope[] | undefined> {
    try {
      const { payload } = await jwtVerify(token, key, { audience: service, currentDate: now() });
      return scopeSchema.parse(payload["access"]);
    } catch {
      return undefined;
    }
  }

  async function admit(exchange: Exchange, needed: Scope | undefined): Promise<Admission> {
    const refused: Admission = { admitted: false, answer: toChallenge(exchange, needed) };
    const basic = parseBasic(exchange.headers);
    if (basic !== undefined) {
      return isUser({ username: basic.user, password: basic.password }) ? { admitted: true } : refused;
    }
    const grants = exchange.bearer === undefined ? undefined : await readGrants(exchange.bearer);
    return grants !== undefined && (needed === undefined || isGranted(grants, needed)) ? { admitted: true } : refused;
  }

  async function issueToken(exchange: Exchange): Promise<Answer> {
    const fields = exchange.method === "POST" ? parseForm(exchange) : exchange.query;
    const basic = parseBasic(exchange.headers) ?? {
      user: fields.get("username") ?? "",
      password: fields.get("password") ?? "",
    };
    if (!isUser({ username: basic.user, password: basic.password })) {
      return toRegistryError("UNAUTHORIZED", "invalid username or password");
    }
    const issuedAt = Math.floor(now().getTime() / 1000);
    const token = await new SignJWT({ access: parseScopes(fields.getAll("scope")) })
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(basic.user)
      .setAudience(service)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + lifetimeSeconds)
      .sign(key);
    return toJsonAnswer(200, { token, access_token: token, expires_in: lifetimeSeconds });
  }

  const distribution = toDistributionHandler({ store, admit });
  return (exchange) => (exchange.path === "/oauth2/token" ? issueToken(exchange) : distribution(exchange));
}
