/** A cut: every way in that was looked at is shut, and everything that could hold another was read. */
import type { Coverage, Evidence } from "./bundle.ts";
import { type JsonValue, listOf, member, textOf, textsOf } from "./json.ts";
import { areCovered } from "./ports.ts";

const obstacleKinds: ReadonlySet<string> = new Set(["rule", "no-rule", "no-entry", "stopped"]);

/** What is wrong with a negative: coverage that is not there, not whole or older than it says; entries that are open. */
export function checkCut(evidence: Evidence, find: (id: string) => Coverage | undefined): readonly string[] {
  const { value } = evidence;
  const problems = [...checkCoverage(evidence, find)];
  if (listOf(value, "missing").length > 0) {
    problems.push("the cut itself names something missing");
  }
  for (const entry of listOf(value, "entries")) {
    const obstacles = listOf(entry, "obstacles");
    const name = textOf(entry, "entry");
    if (obstacles.length === 0) {
      problems.push(`nothing stands in the way of ${name}`);
    }
    problems.push(...obstacles.flatMap((obstacle) => checkObstacle(obstacle, evidence.coverage)));
  }
  return problems;
}

/** The lists a negative rests on: at least one, each complete, none older than the evidence says. */
export function checkCoverage(evidence: Evidence, find: (id: string) => Coverage | undefined): readonly string[] {
  if (evidence.coverage.length === 0) {
    return [`${evidence.kind} rests on no list`];
  }
  return evidence.coverage.flatMap((id) => {
    const record = find(id);
    if (record === undefined) {
      return [`the list ${id} is not in the bundle`];
    }
    if (!record.complete) {
      return [`the list ${id} is incomplete`];
    }
    return record.endedAt >= evidence.observedAt ? [] : [`the list ${id} is older than the evidence says`];
  });
}

function checkObstacle(obstacle: JsonValue, cited: readonly string[]): readonly string[] {
  const kind = textOf(obstacle, "kind");
  if (!obstacleKinds.has(kind)) {
    return [`obstacle kind “${kind}” is not known`];
  }
  if (kind === "no-entry") {
    const lists = textsOf(obstacle, "coverage");
    const isBacked = lists.every((id) => cited.includes(id));
    return isBacked ? [] : [`“no ${textOf(obstacle, "entry")}” rests on a list that is not cited`];
  }
  const rule = member(member(obstacle, "content"), "content");
  const access = textOf(rule, "access") + textOf(rule, "action");
  return kind === "rule" && /allow/i.test(access) ? [`rule ${textOf(obstacle, "rule")} allows`] : [];
}

/** Do these cuts, all of one position, speak about every port that has to be spoken about? */
export function coversPorts(cuts: readonly Evidence[], isSite: boolean): boolean {
  const rangesOf = (protocol: string): readonly JsonValue[] =>
    cuts.filter(({ value }) => textOf(value, "protocol") === protocol).flatMap(({ value }) => listOf(value, "ports"));
  if (isSite) {
    const web = rangesOf("TCP");
    return areCovered(80, 80, web) && areCovered(443, 443, web);
  }
  return areCovered(1, 65535, rangesOf("TCP")) && areCovered(1, 65535, rangesOf("UDP"));
}
