/** The list of rules. A new rule is added here and gets its planted violation in rules.test.ts. */
import { createTextRules } from "./committed-text.ts";
import { effectRules } from "./effects.ts";
import { exportRules } from "./exports.ts";
import { leftoverRules } from "./leftovers.ts";
import { createLengthRules } from "./length.ts";
import { levelRules } from "./levels.ts";
import { lockRules } from "./lock-file.ts";
import { nameRules } from "./names.ts";
import { pageRules } from "./pages.ts";
import { furnitureRules } from "./plug-ins.ts";
import type { RatchetEntry } from "./ratchet.data.ts";
import { readRules } from "./reads.ts";
import type { Rule, Violation } from "./rule.ts";
import type { Tree } from "./tree.ts";

/** What the rules need to know besides the tree. */
export interface RuleSettings {
  readonly ratchet: readonly RatchetEntry[];
  /** Address npm installs from on this machine, as npm tells its children; absent when npm did not start us. */
  readonly registry?: string | undefined;
}

/** Every rule of the house. */
export function createRules(settings: RuleSettings): readonly Rule[] {
  return [
    ...levelRules,
    ...effectRules,
    ...nameRules,
    ...createLengthRules(settings.ratchet),
    ...readRules,
    ...exportRules,
    ...leftoverRules,
    ...createTextRules(settings.registry),
    ...furnitureRules,
    ...pageRules,
    ...lockRules,
  ];
}

/** Runs every rule over the tree; sorted by path, line and rule, each breach once. */
export function findViolations(tree: Tree, rules: readonly Rule[]): readonly Violation[] {
  const found = rules.flatMap((rule) => [...rule.check(tree)].map((breach) => ({ ...breach, rule: rule.id })));
  const unique = new Map(
    found.map((one) => [`${one.path}\u0000${one.line}\u0000${one.rule}\u0000${one.message}`, one]),
  );
  return [...unique.values()].sort(
    (a, b) => a.path.localeCompare(b.path, "en") || a.line - b.line || a.rule.localeCompare(b.rule, "en"),
  );
}
