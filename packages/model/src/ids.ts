/**
 * Branded identifiers. A brand costs nothing at run time and keeps a digest from being passed where
 * an ARM id is meant. Constructors are the only way in; they answer `undefined` for text of the
 * wrong form, so that the caller decides what a bad id means in its place.
 */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Content digest, `sha256:` and 64 lower-case hex digits. Source: OCI image-spec 1.1, descriptor.md "Digests". */
export type Digest = Branded<"Digest">;

/**
 * Azure Resource Manager id, kept as Azure spelled it. ARM ids are case-insensitive: compare and index
 * with {@link armKey}, never with `===`. Source: learn.microsoft.com, "Azure Resource Manager resource id".
 */
export type ArmId = Branded<"ArmId">;

/** Id of a Kubernetes object inside one cluster, made by {@link toKubernetesId}. */
export type KubernetesId = Branded<"KubernetesId">;

/** Id of any resource of an estate. */
export type ResourceId = ArmId | KubernetesId;

/** Identity of a finding: stable over re-scans of the same image. Made by `matching`. */
export type FindingKey = Branded<"FindingKey">;

/** Identity of a piece of evidence: `ev_` and the base32 SHA-256 of its canonical JSON (RFC 8785). */
export type EvidenceId = Branded<"EvidenceId">;

/** Identity of a coverage record, unique within one estate snapshot. */
export type CoverageId = Branded<"CoverageId">;

/** Identity of a verdict: hash over its unit. */
export type VerdictId = Branded<"VerdictId">;

const digestForm = /^sha256:[0-9a-f]{64}$/;

/** The text as a digest, or `undefined` when it is not `sha256:` with 64 lower-case hex digits. */
export function toDigest(text: string): Digest | undefined {
  return digestForm.test(text) ? (text as Digest) : undefined;
}

/** The text as an ARM id, or `undefined` when it does not start with `/` and a name. */
export function toArmId(text: string): ArmId | undefined {
  return /^\/[^/\s]/.test(text) && text.length <= 4096 ? (text as ArmId) : undefined;
}

/** The form in which resource ids are compared and indexed: ARM ids are case-insensitive, so lower case, no trailing slash. */
export function armKey(id: string): string {
  const lower = id.toLowerCase();
  return lower.endsWith("/") ? lower.slice(0, -1) : lower;
}

/** Parts of a {@link KubernetesId}; `namespace` is empty for cluster-wide kinds. */
export interface KubernetesName {
  readonly cluster: ArmId;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** `<cluster ARM id in lower case>#<kind>/<namespace>/<name>`; `-` stands for no namespace. */
export function toKubernetesId(name: KubernetesName): KubernetesId {
  return `${armKey(name.cluster)}#${name.kind}/${name.namespace === "" ? "-" : name.namespace}/${name.name}` as KubernetesId;
}

/** A finding key from its already computed hash; only `matching` calls this. */
export function toFindingKey(hash: string): FindingKey {
  return hash as FindingKey;
}

/** An evidence id from its already computed hash text. */
export function toEvidenceId(text: string): EvidenceId {
  return text as EvidenceId;
}

/** A coverage id from its text. */
export function toCoverageId(text: string): CoverageId {
  return text as CoverageId;
}

/** A verdict id from its already computed hash text. */
export function toVerdictId(text: string): VerdictId {
  return text as VerdictId;
}
