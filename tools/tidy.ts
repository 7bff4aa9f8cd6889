/**
 * Checks the rules of the house that no library checks: `node tools/tidy.ts [folder]`. Prints one line for each
 * violation, `path:line rule message`, and exits with 1 when there is any. `--rules` lists what is checked.
 * Needs nothing installed, so it is the first step of `npm run check`.
 */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ratchet } from "./tidy/ratchet.data.ts";
import { createRules, findViolations } from "./tidy/rules.ts";
import { nodeProblem } from "./tidy/runtime.ts";
import { readTree } from "./tidy/tree.ts";

function main(args: readonly string[]): number {
  const problem = nodeProblem(process.versions.node);
  if (problem !== undefined) {
    process.stderr.write(`tidy: ${problem}\n`);
    return 1;
  }
  const rules = createRules({ ratchet, registry: process.env["npm_config_registry"] });
  if (args.includes("--rules")) {
    process.stdout.write(rules.map((rule) => `${rule.id}: ${rule.promise}\n`).join(""));
    return 0;
  }
  const here = dirname(dirname(fileURLToPath(import.meta.url)));
  const violations = findViolations(readTree(resolve(args[0] ?? here)), rules);
  for (const { path, line, rule, message } of violations) {
    process.stdout.write(`${path}:${line} ${rule} ${message}\n`);
  }
  return violations.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
