/** Several copies of one record made one. */
import type { Advisory, AffectedPackage } from "@sightline/model";
import { toPackageKey } from "./package-key.ts";

/** When a record was last changed; a date nobody can read is older than any other. */
export function toModifiedMs({ modified }: { readonly modified: string }): number {
  const ms = Date.parse(modified);
  return Number.isNaN(ms) ? Number.NEGATIVE_INFINITY : ms;
}

/** Affected entries of the same package together, packages in the order in which they first stand. */
export function groupAffected(affected: readonly AffectedPackage[]): ReadonlyMap<string, readonly AffectedPackage[]> {
  return Map.groupBy(affected, ({ ecosystem, name }) => toPackageKey(ecosystem, name));
}

/**
 * The same record stands in the folder of every ecosystem it touches; copies fetched at different times, or cut to
 * their folder's ecosystem, differ. The later one counts; packages that only the earlier one names stay affected,
 * since a copy that does not mention a package does not say that it is safe.
 */
export function mergeAdvisories(known: Advisory, other: Advisory): Advisory {
  const isLater = toModifiedMs(other) > toModifiedMs(known);
  const [newer, older] = isLater ? [other, known] : [known, other];
  const packages = groupAffected(newer.affected);
  const missing = older.affected.filter(({ ecosystem, name }) => !packages.has(toPackageKey(ecosystem, name)));
  return {
    ...newer,
    aliases: union(newer.aliases, older.aliases),
    upstream: union(newer.upstream, older.upstream),
    related: union(newer.related, older.related),
    references: union(newer.references, older.references),
    affected: [...newer.affected, ...missing],
  };
}

function union(first: readonly string[], second: readonly string[]): readonly string[] {
  return [...new Set([...first, ...second])];
}
