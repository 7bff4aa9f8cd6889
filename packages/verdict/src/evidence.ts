/** The evidence of one run: made once, named by its content, cited by many verdicts. */
import { type CoverageId, type Evidence, type EvidenceId, type Json, toEvidenceId } from "@sightline/model";
import { toContentId } from "./content-id.ts";

/** Evidence before it has its id. */
export type EvidenceBody = Omit<Evidence, "id">;

/** Collects evidence. */
export interface EvidenceBook {
  /** Files it and answers its id; the same content has the same id and is filed once. */
  readonly add: (body: EvidenceBody) => EvidenceId;
  /** Files what `make` makes, once for a key: the key must say everything the evidence depends on. */
  readonly remember: (key: string, make: () => EvidenceBody) => EvidenceId;
  readonly get: (id: EvidenceId) => Evidence | undefined;
  /** As {@link EvidenceBook.get}, for ids read out of evidence. */
  readonly lookUp: (id: string) => Evidence | undefined;
  /** Everything filed, sorted by id. */
  readonly all: () => readonly Evidence[];
}

/** An empty book. */
export function createEvidenceBook(): EvidenceBook {
  const filed = new Map<string, Evidence>();
  const remembered = new Map<string, EvidenceId>();
  const add = (body: EvidenceBody): EvidenceId => {
    const id = toEvidenceId(toContentId("ev", body));
    if (!filed.has(id)) {
      filed.set(id, { id, ...body });
    }
    return id;
  };
  return {
    add,
    remember(key, make) {
      const id = remembered.get(key) ?? add(make());
      remembered.set(key, id);
      return id;
    },
    get: (id) => filed.get(id),
    lookUp: (id) => filed.get(id),
    all: () => [...filed.values()].sort((left, right) => (left.id < right.id ? -1 : 1)),
  };
}

/** Sorted, without duplicates: the same set of ids always reads the same. */
export function sortIds<Id extends EvidenceId | CoverageId>(ids: Iterable<Id>): readonly Id[] {
  return [...new Set(ids)].sort();
}

/**
 * A plain value as JSON: members that are `undefined` go, text from outside loses lone surrogates (they have no UTF-8
 * and so no hash).
 */
export function toJson(value: unknown): Json {
  if (typeof value === "string") {
    return value.toWellFormed();
  }
  if (typeof value === "number" || typeof value === "boolean" || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(toJson);
  }
  if (typeof value !== "object") {
    throw new TypeError(`evidence cannot hold a ${typeof value}`);
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) =>
      member === undefined ? [] : [[key.toWellFormed(), toJson(member)]],
    ),
  );
}
