/** A cluster on its way from manifests to what its API serves. */
import { type JsonObject, readText } from "../json.ts";
import type { KubernetesObjects } from "../scenario/world.ts";
import { completeObject, findKind, readName, toObjectKey } from "./objects.ts";

/** What is known of a cluster before it is settled. */
export interface UnsettledCluster {
  /** Makes ids of this cluster differ from another's. */
  readonly seed: string;
  readonly version: string;
  readonly at: Date;
  readonly nodes: readonly { readonly name: string; readonly pool: string; readonly address: string }[];
  readonly firstPodAddress: string;
  readonly firstServiceAddress: string;
  readonly caPem: string;
  readonly manifests: readonly JsonObject[];
  /** `registry/repository@digest` of an image reference, when it is known. */
  readonly toImageId: (reference: string) => string;
}

/** The objects of a cluster while it is being settled. */
export class ObjectStore {
  readonly objects = new Map<string, KubernetesObjects>();
  readonly problems: string[] = [];
  readonly #cluster: UnsettledCluster;

  constructor(cluster: UnsettledCluster) {
    this.#cluster = cluster;
  }

  /** Adds an object and answers it completed. */
  put(object: JsonObject): JsonObject {
    const kind = findKind(readText(object, "kind"));
    if (kind === undefined || readName(object) === "") {
      this.problems.push(`${readText(object, "kind") || "an object"} ${readName(object)}: kind or name not known`);
      return object;
    }
    const complete = completeObject(object, kind, { seed: this.#cluster.seed, at: this.#cluster.at });
    const ofKind = this.objects.get(kind.plural) ?? new Map<string, JsonObject>();
    ofKind.set(toObjectKey(complete), complete);
    this.objects.set(kind.plural, ofKind);
    return complete;
  }

  list(plural: string): readonly JsonObject[] {
    return [...(this.objects.get(plural)?.values() ?? [])];
  }
}
