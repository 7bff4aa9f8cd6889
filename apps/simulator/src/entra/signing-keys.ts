/** Keys of the run's token issuers. Nothing outlives the process. */
import { randomUUID, type webcrypto } from "node:crypto";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

/** A key that signs, and its public half as a JWKS lists it. */
export interface SigningKey {
  readonly keyId: string;
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicKey: webcrypto.CryptoKey;
  readonly jwk: JWK;
}

/** Makes an RS256 key pair (RFC 7518 §3.3). */
export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { modulusLength: 2048, extractable: true });
  const keyId = randomUUID().replaceAll("-", "");
  return {
    keyId,
    privateKey,
    publicKey,
    jwk: { ...(await exportJWK(publicKey)), kid: keyId, use: "sig", alg: "RS256" },
  };
}

/** Signs claims as they are. */
export function signClaims(key: SigningKey, claims: Readonly<Record<string, unknown>>): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ typ: "JWT", alg: "RS256", kid: key.keyId })
    .sign(key.privateKey);
}
