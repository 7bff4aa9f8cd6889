/** One published record on its own, outside any database. */
import type { Advisory } from "@sightline/model";
import { osvSource } from "./sources/osv/index.ts";

/** What a record came to: an advisory, one that is not to be matched (with why), or nothing readable. */
export type RecordReading =
  | { readonly kind: "advisory"; readonly advisory: Advisory }
  | { readonly kind: "dropped"; readonly reason: string }
  | { readonly kind: "unreadable"; readonly reason: string };

/** Reads one OSV record as published (OSV schema 1.7), by the same rules as an import. Never throws. */
export function readOsvRecord(raw: unknown): RecordReading {
  const { facts, rejects } = osvSource.normalise(raw, "record");
  for (const fact of facts) {
    if (fact.kind === "advisory") {
      return { kind: "advisory", advisory: fact.advisory };
    }
    if (fact.kind === "dropped") {
      return { kind: "dropped", reason: fact.reason };
    }
  }
  return { kind: "unreadable", reason: rejects.map((reject) => reject.reason).join("; ") };
}
