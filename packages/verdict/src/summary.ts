/** Counts and headlines. */
import type { Verdict, VerdictClass } from "@sightline/model";
import { toRank } from "./rule-core.ts";

/** The worst verdict of one vulnerability. */
export interface Headline {
  readonly vulnerability: string;
  readonly class: VerdictClass;
  readonly verdict: Verdict["id"];
  /** How many verdicts the vulnerability has. */
  readonly verdicts: number;
}

/** What one missing thing keeps from being settled. */
export interface Unsettled {
  readonly command: string;
  readonly detail: string;
  readonly verdicts: number;
}

/** Figures over a set of verdicts. */
export interface VerdictSummary {
  readonly byClass: Readonly<Record<VerdictClass, number>>;
  /** Worst first; never an average. */
  readonly headlines: readonly Headline[];
  /** Remedies by how many verdicts they could settle, most first. A verdict may need several. */
  readonly unsettled: readonly Unsettled[];
}

/** Counts per class, the worst class of each vulnerability, and what would settle most of the unknown. */
export function summarise(verdicts: readonly Verdict[]): VerdictSummary {
  const byClass = emptyCounts();
  const headlines = new Map<string, Headline>();
  const unsettled = new Map<string, Unsettled>();
  for (const verdict of verdicts) {
    byClass[verdict.class] += 1;
    const { vulnerability } = verdict.unit;
    const known = headlines.get(vulnerability);
    const worst =
      known === undefined || isWorse(verdict, known) ? { class: verdict.class, verdict: verdict.id } : known;
    headlines.set(vulnerability, {
      vulnerability,
      class: worst.class,
      verdict: worst.verdict,
      verdicts: (known?.verdicts ?? 0) + 1,
    });
    for (const { command, detail } of remediesOf(verdict)) {
      const before = unsettled.get(command);
      const first = before === undefined || detail < before.detail ? detail : before.detail;
      unsettled.set(command, { command, detail: first, verdicts: (before?.verdicts ?? 0) + 1 });
    }
  }
  return {
    byClass,
    headlines: [...headlines.values()].sort(
      (left, right) => toRank(left.class) - toRank(right.class) || (left.vulnerability < right.vulnerability ? -1 : 1),
    ),
    unsettled: [...unsettled.values()].sort(
      (left, right) => right.verdicts - left.verdicts || (left.command < right.command ? -1 : 1),
    ),
  };
}

function emptyCounts(): Record<VerdictClass, number> {
  return {
    "exploitable.internet": 0,
    "exploitable.credentialed": 0,
    "exploitable.trusted": 0,
    unknown: 0,
    "exploitable.foothold": 0,
    "conditional.indirect": 0,
    "exploitable.local": 0,
    "inert.not_running": 0,
    "inert.not_deployed": 0,
    "not_exploitable.no_path": 0,
    "not_exploitable.not_executable": 0,
    "not_exploitable.config_excluded": 0,
    "not_exploitable.physical": 0,
    "not_exploitable.absent": 0,
  };
}

function isWorse(verdict: Verdict, known: Headline): boolean {
  const difference = toRank(verdict.class) - toRank(known.class);
  return difference < 0 || (difference === 0 && verdict.id < known.verdict);
}

/** Each command once for a verdict, however many of its facts it would settle. */
function remediesOf({ missing }: Verdict): readonly { readonly command: string; readonly detail: string }[] {
  const byCommand = new Map(missing.map(({ remedy, detail }) => [remedy.command, { command: remedy.command, detail }]));
  return [...byCommand.values()];
}
