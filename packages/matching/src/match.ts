/** Inventory and advisories to findings. The rules are listed in RULES.md, each with its test. */
import { hash } from "node:crypto";
import {
  type AdvisoryWarning,
  type Finding,
  type FindingKey,
  type ImageInventory,
  type KevEntry,
  type MatchReport,
  type Package,
  toFindingKey,
} from "@sightline/model";
import { type AdvisoryLookup, type FindingDraft, judgeGroup, type WarningDraft } from "./judge-group.ts";
import { type PackageQuery, toPackageQuery } from "./package-query.ts";
import { toVulnerabilityGroups, type VulnerabilityGroup } from "./vulnerability-groups.ts";

/** What to match against what. */
export interface MatchInput {
  readonly inventory: ImageInventory;
  readonly database: AdvisoryLookup;
  /** Known-exploited entries to use instead of the database's, by CVE. */
  readonly kev?: ReadonlyMap<string, KevEntry>;
}

/** Why a package has no query, or its query. */
type PackagePlan =
  | { readonly kind: "match"; readonly query: PackageQuery }
  | { readonly kind: "unmatched"; readonly reason: string };

/** What the advisories say about one query, for every package instance that leads to it. */
interface QueryAnswer {
  readonly findings: readonly FindingDraft[];
  readonly warnings: readonly WarningDraft[];
}

/** Identity of a finding: the same for the same image, package instance and vulnerability, whenever it is matched. */
export function createFindingKey(parts: {
  /** Digest of the image, or its source and name where it has none. */
  readonly image: string;
  readonly purl: string;
  readonly path: string;
  readonly vulnerability: string;
}): FindingKey {
  return toFindingKey(
    hash("sha256", JSON.stringify([parts.image, parts.purl, parts.path, parts.vulnerability]), "hex"),
  );
}

function planByItself(item: Package, inventory: ImageInventory, covered: ReadonlySet<string>): PackagePlan {
  const result = toPackageQuery(item, inventory.distribution);
  if (result.kind === "unmatched") {
    return result;
  }
  const { ecosystem } = result.query;
  return covered.has(ecosystem)
    ? { kind: "match", query: result.query }
    : {
        kind: "unmatched",
        reason: `the advisory database holds no advisories for ${ecosystem}: the release is at its end of life, or was not imported`,
      };
}

/**
 * A language package that an operating-system package owns is matched through its owner, whose maintainers patch without
 * changing the language's version. Where the owner itself cannot be matched, that would be silence: then it is matched by
 * its own name.
 */
function planPackages(inventory: ImageInventory, covered: ReadonlySet<string>): ReadonlyMap<Package, PackagePlan> {
  const plans = new Map(inventory.packages.map((item) => [item, planByItself(item, inventory, covered)] as const));
  const matchable = new Set(
    [...plans].flatMap(([item, plan]) => (plan.kind === "match" && plan.query.version !== "" ? [item.purl] : [])),
  );
  for (const item of inventory.packages) {
    if (item.ownedBy !== undefined && item.ownedBy !== item.purl && matchable.has(item.ownedBy)) {
      plans.set(item, { kind: "unmatched", reason: `owned by ${item.ownedBy}, whose advisories decide` });
    }
  }
  return plans;
}

/** Answers queries, each once. */
class QueryDesk {
  readonly #lookup: AdvisoryLookup;
  readonly #groups = new Map<string, readonly VulnerabilityGroup[]>();
  readonly #answers = new Map<string, QueryAnswer>();

  constructor(lookup: AdvisoryLookup) {
    this.#lookup = lookup;
  }

  answer(query: PackageQuery): QueryAnswer {
    const groups = this.#findGroups(query);
    const namesBinaries = groups.some(({ statements, notices }) =>
      [...statements, ...notices].some(({ affected }) => affected.some(({ binaries }) => binaries !== undefined)),
    );
    const key = JSON.stringify([query.ecosystem, query.name, query.version, namesBinaries ? query.binaryName : ""]);
    const known = this.#answers.get(key);
    if (known !== undefined) {
      return known;
    }
    const outcomes = groups.map((group) => judgeGroup(group, query, this.#lookup));
    const answer: QueryAnswer = {
      findings: outcomes.flatMap((outcome) => (outcome.kind === "finding" ? [outcome.draft] : [])),
      warnings: outcomes.flatMap((outcome) => (outcome.kind === "warning" ? [outcome.draft] : [])),
    };
    this.#answers.set(key, answer);
    return answer;
  }

  #findGroups({ ecosystem, name }: PackageQuery): readonly VulnerabilityGroup[] {
    const key = `${ecosystem}/${name}`;
    const known = this.#groups.get(key);
    if (known !== undefined) {
      return known;
    }
    const groups = toVulnerabilityGroups(this.#lookup.advisoriesFor(ecosystem, name));
    this.#groups.set(key, groups);
    return groups;
  }
}

function withKev(database: AdvisoryLookup, kev: ReadonlyMap<string, KevEntry> | undefined): AdvisoryLookup {
  return kev === undefined
    ? database
    : {
        generation: database.generation,
        builtAt: database.builtAt,
        advisoriesFor: (ecosystem, name) => database.advisoriesFor(ecosystem, name),
        kevFor: (cve) => kev.get(cve),
        cvssFor: (cve) => database.cvssFor(cve),
        status: () => database.status(),
      };
}

function toFinding(draft: FindingDraft, item: Package, inventory: ImageInventory): Finding {
  const { digest, source, name } = inventory.image;
  const key = createFindingKey({
    image: digest ?? `${source}:${name}`,
    purl: item.purl,
    path: item.locations[0].path,
    vulnerability: draft.vulnerability,
  });
  return { key, ...(digest === undefined ? {} : { imageDigest: digest }), package: item, ...draft };
}

/**
 * Matches every package of an image against the advisories. Nothing is dropped in silence: a package that cannot be looked
 * up stands in `unmatched` with the reason, a match that cannot be decided is a finding of status `unknown`, and what only
 * warns stands in `warnings`.
 *
 * The answer depends on nothing but its input: same inventory and generation, same report, in the order of the inventory's
 * packages and of the vulnerabilities' ids. Throws what the database throws.
 */
export function match(input: MatchInput): MatchReport {
  const { inventory, database } = input;
  const covered = new Set(database.status().ecosystems.map(({ ecosystem }) => ecosystem));
  const desk = new QueryDesk(withKev(database, input.kev));
  const findings: Finding[] = [];
  const unmatched: MatchReport["unmatched"][number][] = [];
  const warnings: AdvisoryWarning[] = [];
  for (const [item, plan] of planPackages(inventory, covered)) {
    if (plan.kind === "unmatched") {
      unmatched.push({ purl: item.purl, reason: plan.reason });
      continue;
    }
    const answer = desk.answer(plan.query);
    findings.push(...answer.findings.map((draft) => toFinding(draft, item, inventory)));
    warnings.push(...answer.warnings.map((draft) => ({ purl: item.purl, ...draft })));
    if (plan.query.version === "") {
      unmatched.push({ purl: item.purl, reason: "the installed version is not stated" });
    }
  }
  return {
    findings,
    unmatched,
    ...(warnings.length === 0 ? {} : { warnings }),
    database: { generation: database.generation, builtAt: database.builtAt },
  };
}
