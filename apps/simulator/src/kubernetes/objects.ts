/** Making and reading Kubernetes objects. Ids are derived from names, so that a scenario is the same in every run. */
import { createHash } from "node:crypto";
import { type JsonObject, readText, toObject, toText } from "../json.ts";
import { formatGroupVersion, type KubernetesKind, kubernetesKinds } from "./kinds.data.ts";

/** A GUID that depends only on the text. */
export function toStableGuid(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

/** Letters and digits for the end of a generated name, as controllers add them. */
export function toNameSuffix(text: string, length: number): string {
  const alphabet = "bcdfghjklmnpqrstvwxz2456789";
  const hash = createHash("sha256").update(text).digest();
  return Array.from({ length }, (_, index) => alphabet[(hash[index] ?? 0) % alphabet.length]).join("");
}

export function findKind(kind: string): KubernetesKind | undefined {
  return kubernetesKinds.find((candidate) => candidate.kind === kind);
}

export function readName(object: JsonObject): string {
  return readText(object, "metadata.name");
}

export function readNamespace(object: JsonObject): string {
  return readText(object, "metadata.namespace");
}

/** Key of an object among those of its kind. */
export function toObjectKey(object: JsonObject): string {
  return `${readNamespace(object)}/${readName(object)}`;
}

export function readLabels(object: JsonObject): Readonly<Record<string, string>> {
  const labels = toObject(toObject(object["metadata"])["labels"]);
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, toText(value)]));
}

/** Whether labels fit a Service's or workload's equality selector; an empty selector fits nothing. */
export function isSelected(selector: JsonObject, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
}

/** A time as Kubernetes writes it, to the second. */
export function toTime(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}

/** An object completed with what the API server adds: version, namespace, uid, times. */
export function completeObject(object: JsonObject, kind: KubernetesKind, more: { seed: string; at: Date }): JsonObject {
  const metadata = toObject(object["metadata"]);
  const namespace = toText(metadata["namespace"]) || "default";
  const name = toText(metadata["name"]);
  return {
    ...object,
    apiVersion: formatGroupVersion(kind),
    kind: kind.kind,
    metadata: {
      creationTimestamp: toTime(more.at),
      resourceVersion: "1000",
      uid: toStableGuid(`${more.seed}/${kind.kind}/${kind.namespaced ? namespace : ""}/${name}`),
      ...metadata,
      ...(kind.namespaced ? { namespace } : {}),
    },
  };
}

/** The owner reference a controller puts on what it makes. */
export function toOwnerReference(owner: JsonObject): JsonObject {
  return {
    apiVersion: toText(owner["apiVersion"]),
    kind: toText(owner["kind"]),
    name: readName(owner),
    uid: readText(owner, "metadata.uid"),
    controller: true,
    blockOwnerDeletion: true,
  };
}
