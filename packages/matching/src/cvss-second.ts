/** The equations of CVSS v2. Source: FIRST, CVSS v2 guide §3.2.1–3.2.3. */
import { secondWeights } from "./cvss-metrics.data.ts";

/** Which optional groups the vector states. */
interface StatedGroups {
  readonly hasTemporal: boolean;
  readonly hasEnvironmental: boolean;
}

/** Rounds to one decimal, halves up; the small addend undoes what binary fractions take from 8.55. */
function round(score: number): number {
  return Math.round(score * 10 + 1e-7) / 10;
}

function toWeight(metrics: ReadonlyMap<string, string>, name: string): number {
  return secondWeights[name]?.[metrics.get(name) ?? "ND"] ?? 0;
}

function toBase(metrics: ReadonlyMap<string, string>, impact: number): number {
  if (impact === 0) {
    return 0;
  }
  const exploitability = 20 * toWeight(metrics, "AV") * toWeight(metrics, "AC") * toWeight(metrics, "Au");
  return round((0.6 * impact + 0.4 * exploitability - 1.5) * 1.176);
}

function toTemporal(metrics: ReadonlyMap<string, string>, base: number): number {
  return round(base * toWeight(metrics, "E") * toWeight(metrics, "RL") * toWeight(metrics, "RC"));
}

/** Share of confidentiality, integrity and availability that is kept, each weighed by its requirement. */
function toImpact(metrics: ReadonlyMap<string, string>, isAdjusted: boolean): number {
  const kept = (["C", "I", "A"] as const)
    .map((name) => 1 - toWeight(metrics, name) * (isAdjusted ? toWeight(metrics, `${name}R`) : 1))
    .reduce((product, factor) => product * factor, 1);
  const impact = 10.41 * (1 - kept);
  return isAdjusted ? Math.min(10, impact) : impact;
}

/** Scores of a v2 vector; a group the vector does not state has none. */
export function scoreSecond(
  metrics: ReadonlyMap<string, string>,
  groups: StatedGroups,
): { base: number; temporal?: number; environmental?: number; overall: number } {
  const base = toBase(metrics, toImpact(metrics, false));
  const temporal = toTemporal(metrics, base);
  const adjusted = toTemporal(metrics, toBase(metrics, toImpact(metrics, true)));
  const environmental = round((adjusted + (10 - adjusted) * toWeight(metrics, "CDP")) * toWeight(metrics, "TD"));
  const withoutEnvironment = groups.hasTemporal ? temporal : base;
  return {
    base,
    ...(groups.hasTemporal ? { temporal } : {}),
    ...(groups.hasEnvironmental ? { environmental } : {}),
    overall: groups.hasEnvironmental ? environmental : withoutEnvironment,
  };
}
