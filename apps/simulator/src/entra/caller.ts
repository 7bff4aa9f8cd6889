/** Who is calling: checks the access token a request carries. */
import { errors, jwtVerify } from "jose";
import { z } from "zod";
import type { Exchange } from "../http/exchange.ts";
import type { World } from "../scenario/world.ts";
import { findTokenResource, type TokenResource } from "./resources.data.ts";
import type { SigningKey } from "./signing-keys.ts";

/** A caller whose token is genuine, valid now and meant for the API. */
export interface Caller {
  readonly objectId: string;
  readonly appId: string;
  readonly tenantId: string;
  readonly graphPermissions: readonly string[];
}

/** Why a request has no caller. */
export type CallerRefusal =
  | { readonly reason: "missing" | "invalid" }
  | { readonly reason: "audience"; readonly audience: string }
  | { readonly reason: "expired"; readonly expiredAt: Date };

export function isCallerRefusal(value: Caller | CallerRefusal): value is CallerRefusal {
  return "reason" in value;
}

const claimsSchema = z.object({
  aud: z.string(),
  iss: z.string(),
  oid: z.string(),
  appid: z.string(),
  tid: z.string(),
  exp: z.number(),
  roles: z.array(z.string()).default([]),
});

/**
 * Reads the caller from the bearer token: signature, issuer, tenant, expiry and audience all count, and the principal
 * must still exist. Tokens issued before a principal was removed or disabled are refused.
 */
export async function readCaller(
  exchange: Pick<Exchange, "bearer">,
  parts: { readonly world: World; readonly signingKey: SigningKey },
  api: TokenResource,
): Promise<Caller | CallerRefusal> {
  if (exchange.bearer === undefined) {
    return { reason: "missing" };
  }
  try {
    const now = parts.world.clock.now();
    const { payload } = await jwtVerify(exchange.bearer, parts.signingKey.publicKey, {
      currentDate: now,
      algorithms: ["RS256"],
    });
    const claims = claimsSchema.parse(payload);
    const principal = parts.world.servicePrincipals.get(claims.oid);
    if (claims.iss !== `https://sts.windows.net/${claims.tid}/` || principal?.enabled !== true) {
      return { reason: "invalid" };
    }
    if (findTokenResource(claims.aud) !== api) {
      return { reason: "audience", audience: claims.aud };
    }
    return {
      objectId: claims.oid,
      appId: claims.appid,
      tenantId: claims.tid,
      graphPermissions: principal.graphPermissions,
    };
  } catch (error) {
    return error instanceof errors.JWTExpired
      ? { reason: "expired", expiredAt: new Date(Number(error.payload.exp ?? 0) * 1000) }
      : { reason: "invalid" };
  }
}
