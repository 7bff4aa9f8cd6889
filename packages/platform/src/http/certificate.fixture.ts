/** A certificate authority and a server certificate, made anew for each run, so that no key is ever committed. Source: RFC 5280 §4.1. */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A certificate with its key, both PEM. */
export interface IssuedCertificate {
  readonly certPem: string;
  readonly keyPem: string;
  readonly key: KeyObject;
  readonly name: string;
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length =
    body.length < 128 ? Buffer.from([body.length]) : Buffer.from([0x82, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([Buffer.from([tag]), length, body]);
}

const tags = { sequence: 0x30, set: 0x31, integer: 2, bits: 3, octets: 4, utf8: 12, time: 24, true: 1 } as const;
const ecdsaSha256 = der(tags.sequence, Buffer.from("06082a8648ce3d040302", "hex"));

function toName(text: string): Buffer {
  const attribute = der(tags.sequence, Buffer.from("0603550403", "hex"), der(tags.utf8, Buffer.from(text)));
  return der(tags.sequence, der(tags.set, attribute));
}

function toExtension(oid: string, value: Buffer): Buffer {
  return der(tags.sequence, Buffer.from(oid, "hex"), der(tags.octets, value));
}

/** A certificate for a host name; without an issuer an authority that signs itself. */
export function issueCertificate(name: string, issuer?: IssuedCertificate): IssuedCertificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const isAuthority = issuer === undefined;
  const extensions = [
    toExtension("0603551d13", der(tags.sequence, ...(isAuthority ? [der(tags.true, Buffer.from([0xff]))] : []))),
    toExtension("0603551d11", der(tags.sequence, der(0x82, Buffer.from(name)))),
  ];
  const times = ["20200101000000Z", "21200101000000Z"].map((time) => der(tags.time, Buffer.from(time)));
  const unsigned = der(
    tags.sequence,
    der(0xa0, der(tags.integer, Buffer.from([2]))),
    der(tags.integer, Buffer.from([isAuthority ? 1 : 2])),
    ecdsaSha256,
    toName(issuer?.name ?? name),
    der(tags.sequence, ...times),
    toName(name),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(tags.sequence, ...extensions)),
  );
  const signature = sign("sha256", unsigned, issuer?.key ?? privateKey);
  const certificate = der(tags.sequence, unsigned, ecdsaSha256, der(tags.bits, Buffer.from([0]), signature));
  const lines = certificate.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    certPem: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    keyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    key: privateKey,
    name,
  };
}
