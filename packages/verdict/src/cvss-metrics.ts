/**
 * The few CVSS metrics that decide, read from the vector itself. Scores are somebody else's matter. Sources: CVSS v2.0
 * guide §2.1, v3.1 specification §2.1, v4.0 specification §2.1.
 */
import type { CvssScore, Severity } from "@sightline/model";

/** Where the attacker stands, as CVSS says it. */
export type AttackVector = "N" | "A" | "L" | "P";

/** What one vector says about the attacker. */
export interface AttackerMetrics {
  readonly vector: string;
  readonly source: string;
  readonly attackVector: AttackVector;
  /** `true` when the attacker needs an account or more. */
  readonly needsPrivileges: boolean;
  /** `true` when somebody else has to do something (open a file, follow a link). */
  readonly needsUser: boolean;
}

/** Longest vector read: a v4.0 vector with every metric has less than 300 characters. */
const vectorLengthMax = 512;

/** Reads one vector, or nothing when it is not a base vector of a known version. */
export function parseAttackerMetrics(vector: string, source: string): AttackerMetrics | undefined {
  if (vector.length > vectorLengthMax) {
    return undefined;
  }
  const metrics = new Map(
    vector
      .replace(/^\(|\)$/g, "")
      .split("/")
      .map((part) => {
        const [name = "", value = ""] = part.split(":");
        return [name, value] as const;
      }),
  );
  const attackVector = metrics.get("AV");
  // Version 2 has Au (authentication) where later versions have PR, and no UI.
  const privileges = metrics.get("PR") ?? metrics.get("Au");
  if (!isAttackVector(attackVector) || privileges === undefined || !/^[NLHSM]$/.test(privileges)) {
    return undefined;
  }
  return {
    vector,
    source,
    attackVector,
    needsPrivileges: privileges !== "N",
    needsUser: !["N", undefined].includes(metrics.get("UI")),
  };
}

function isAttackVector(text: string | undefined): text is AttackVector {
  return text === "N" || text === "A" || text === "L" || text === "P";
}

/** What is read: both the scores and the bare severities of a finding carry vectors. */
interface Scored {
  readonly cvss: readonly CvssScore[];
  readonly severities: readonly Severity[];
}

/**
 * Every readable vector of a finding, sorted, without duplicates; of version 2 only when there is no later one, since
 * its AV and Au are coarser.
 */
export function readAttackerMetrics(finding: Scored): readonly AttackerMetrics[] {
  const vectors = new Map<string, string>();
  for (const { vector, source } of finding.cvss) {
    vectors.set(vector, source);
  }
  for (const severity of finding.severities) {
    if (severity.kind === "cvss" && !vectors.has(severity.vector)) {
      vectors.set(severity.vector, severity.source);
    }
  }
  const all = [...vectors]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([vector, source]) => parseAttackerMetrics(vector, source) ?? []);
  const current = all.filter(({ vector }) => vector.startsWith("CVSS:"));
  return current.length > 0 ? current : all;
}
