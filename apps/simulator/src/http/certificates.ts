/**
 * Certificate authorities made anew in every run: one that plays the public one, and one for each cluster. Nothing of
 * them is kept. Source: RFC 5280.
 */
import "./reflect-metadata.ts";
import { randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const lifetimeMs = 14 * 24 * 3600 * 1000;
const backdateMs = 3600 * 1000;

/** An authority that can issue server certificates. `pem` ends in a newline, so that files of several can be joined. */
export interface CertificateAuthority {
  readonly pem: string;
  /** A certificate with its key, both PEM, for the given DNS names (wildcards allowed) and `127.0.0.1`. */
  readonly issue: (names: readonly string[]) => Promise<{ readonly certPem: string; readonly keyPem: string }>;
}

function toValidity(now: Date): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now.getTime() - backdateMs), notAfter: new Date(now.getTime() + lifetimeMs) };
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

/** Makes an authority. Times are the machine's: certificates are checked by real clients. */
export async function createAuthority(commonName: string): Promise<CertificateAuthority> {
  x509.cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(16).toString("hex"),
    name: `CN=${commonName}`,
    ...toValidity(new Date()),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    pem: `${certificate.toString("pem")}\n`,
    issue: async (names) => {
      const leafKeys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const alternatives: x509.JsonGeneralNames = [
        ...names.map((value) => ({ type: "dns" as const, value })),
        { type: "ip" as const, value: "127.0.0.1" },
      ];
      const leaf = await x509.X509CertificateGenerator.create({
        serialNumber: randomBytes(16).toString("hex"),
        subject: `CN=${names[0] ?? "localhost"}`,
        issuer: certificate.subject,
        ...toValidity(new Date()),
        publicKey: leafKeys.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension(alternatives),
          await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      return { certPem: leaf.toString("pem"), keyPem: await exportKey(leafKeys.privateKey) };
    },
  };
}

/** A client's self-signed certificate (RSA, as Entra wants it) with its key and both thumbprints in base64url. */
export async function createClientCertificate(commonName: string): Promise<{
  readonly certPem: string;
  readonly keyPem: string;
  readonly x5t: string;
  readonly x5tS256: string;
}> {
  x509.cryptoProvider.set(webcrypto);
  const rsa = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  };
  const keys = await webcrypto.subtle.generateKey(rsa, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(16).toString("hex"),
    name: `CN=${commonName}`,
    ...toValidity(new Date()),
    keys,
    signingAlgorithm: rsa,
  });
  const toThumbprint = async (hash: "SHA-1" | "SHA-256"): Promise<string> =>
    Buffer.from(await certificate.getThumbprint(hash)).toString("base64url");
  return {
    certPem: certificate.toString("pem"),
    keyPem: await exportKey(keys.privateKey),
    x5t: await toThumbprint("SHA-1"),
    x5tS256: await toThumbprint("SHA-256"),
  };
}
