/** What packages are and how flaws in them are delivered: the shape of the knowledge and its look-up. */
import type { DeliveryMode } from "../rule.ts";

/** What a package is, as far as it decides how an attacker gets at its flaws. */
export const packageRoles = [
  "network-server",
  "server-library",
  "client-library",
  "parser-library",
  "crypto-library",
  "system-library",
  "interpreter",
  "os-tool",
  "build-tool",
  "init-pam",
  "kernel-adjacent",
  "headers",
  "documentation",
  "data",
] as const;

/** One of {@link packageRoles}. */
export type PackageRole = (typeof packageRoles)[number];

/** Delivery modes that are a property of a package; `physical` is one of a single flaw. */
export type PackageDelivery = Exclude<DeliveryMode, "physical">;

/**
 * One statement about packages. `names` are matched before `sources` (the source package of a deb, the origin of an
 * apk); a `*` stands for one or more characters, once in a name, and loses against an exact name.
 */
export interface RoleEntry {
  /** purl types. */
  readonly types: readonly string[];
  readonly names?: readonly string[];
  readonly sources?: readonly string[];
  readonly role: PackageRole;
  /** Every way in which flaws of this package are known to be triggered; empty where its code never runs. */
  readonly delivery: readonly PackageDelivery[];
  /** The rest of a sentence that starts with the package's name: `parses XML`. */
  readonly note: string;
  /** Page that says so: package description, manual, specification. */
  readonly source: string;
  /** Only on servers: terminates TLS with the distribution's crypto library, so that a flaw there is met inbound. */
  readonly terminatesTls?: true;
}

/** Roles whose packages hold nothing that runs. A kernel package runs nowhere in a container: it says so itself. */
const inertRoles: ReadonlySet<PackageRole> = new Set(["headers", "documentation", "data"]);

/** Does the package hold code that can run in a container? */
export function isExecutableRole(entry: RoleEntry): boolean {
  return !inertRoles.has(entry.role) && !(entry.role === "kernel-adjacent" && entry.delivery.length === 0);
}

/** What is looked up: purl type, name and, where the ecosystem has it, the source package. */
export interface PackageName {
  readonly type: string;
  readonly name: string;
  readonly sourceName?: string | undefined;
}

/** Finds the entry of a package, or nothing: what is not known is never guessed. */
export type RoleLookup = (name: PackageName) => RoleEntry | undefined;

interface Pattern {
  readonly type: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly entry: RoleEntry;
}

/** Names in the form in which the ecosystem compares them. Sources: PEP 503 for PyPI; NuGet ids are case-insensitive. */
export function toComparableName(type: string, name: string): string {
  switch (type) {
    case "pypi":
      return name.toLowerCase().replaceAll(/[-_.]+/g, "-");
    case "nuget":
      return name.toLowerCase();
    default:
      return name;
  }
}

/** Builds the look-up over a table; exact names first, then the longest pattern, then the source package. */
export function createRoleLookup(entries: readonly RoleEntry[]): RoleLookup {
  const byName = createNameIndex(entries, (entry) => entry.names ?? []);
  const bySource = createNameIndex(entries, (entry) => entry.sources ?? []);
  return ({ type, name, sourceName }) =>
    byName(type, name) ?? (sourceName === undefined ? undefined : bySource(type, sourceName));
}

function createNameIndex(
  entries: readonly RoleEntry[],
  namesOf: (entry: RoleEntry) => readonly string[],
): (type: string, name: string) => RoleEntry | undefined {
  const exact = new Map<string, RoleEntry>();
  const patterns: Pattern[] = [];
  const names = entries.flatMap((entry) =>
    entry.types.flatMap((type) => namesOf(entry).map((name) => ({ type, name, entry }))),
  );
  for (const { type, name, entry } of names) {
    const [prefix = "", suffix] = toComparableName(type, name).split("*");
    if (suffix === undefined) {
      exact.set(`${type}/${prefix}`, entry);
    } else {
      patterns.push({ type, prefix, suffix, entry });
    }
  }
  patterns.sort((left, right) => literalLength(right) - literalLength(left));
  return (type, name) => {
    const comparable = toComparableName(type, name);
    return exact.get(`${type}/${comparable}`) ?? patterns.find((pattern) => fits(pattern, type, comparable))?.entry;
  };
}

function literalLength({ prefix, suffix }: Pattern): number {
  return prefix.length + suffix.length;
}

function fits({ type: wanted, prefix, suffix }: Pattern, type: string, name: string): boolean {
  return (
    type === wanted && name.length > prefix.length + suffix.length && name.startsWith(prefix) && name.endsWith(suffix)
  );
}
