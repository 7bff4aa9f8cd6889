/** What the demo tells at its end: counts by class, the most telling sentences, what is unknown and why. */
import { type Verdict, type VerdictClass, verdictClasses } from "@sightline/model";
import { paint, type Style, type Surface, toPrintable } from "@sightline/report";
import { summarise } from "@sightline/verdict";

/** Classes whose sentence says most to someone new: what an outsider can do, and what is proven shut. */
const telling: readonly VerdictClass[] = [
  "exploitable.internet",
  "not_exploitable.no_path",
  "exploitable.trusted",
  "exploitable.foothold",
  "not_exploitable.not_executable",
  "inert.not_running",
];

const styles: Readonly<Partial<Record<VerdictClass, Style>>> = {
  "exploitable.internet": "critical",
  "exploitable.credentialed": "high",
  "exploitable.trusted": "high",
  unknown: "unknown",
};

/** The summary, line by line. */
export function* tellVerdicts(verdicts: readonly Verdict[], surface: Surface): Iterable<string> {
  const { byClass, unsettled } = summarise(verdicts);
  yield `\n${paint(`${verdicts.length} verdicts`, "bold", surface)}: every vulnerability, judged in every workload that runs it\n`;
  for (const name of verdictClasses) {
    const count = byClass[name];
    const style = styles[name];
    yield count === 0
      ? ""
      : `${String(count).padStart(6)}  ${style === undefined ? name : paint(name, style, surface)}\n`;
  }
  yield `\n${paint("The most telling", "bold", surface)}\n`;
  for (const verdict of pickTelling(verdicts, 3)) {
    yield `  ${paint(verdict.class, styles[verdict.class] ?? "low", surface)}  ${verdict.unit.vulnerability}\n`;
    yield `      ${toPrintable(verdict.sentence)}\n`;
  }
  if (unsettled.length > 0) {
    yield `\n${paint("What is unknown, and what would settle it", "bold", surface)}\n`;
    for (const { command, detail, verdicts: count } of unsettled.slice(0, 4)) {
      yield `${String(count).padStart(6)}  ${toPrintable(detail)}\n        ${toPrintable(command)}\n`;
    }
  }
}

/** One verdict of each telling class, in their order; the same input gives the same choice. */
function pickTelling(verdicts: readonly Verdict[], count: number): readonly Verdict[] {
  const sorted = verdicts.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return telling.flatMap((name) => sorted.find((verdict) => verdict.class === name) ?? []).slice(0, count);
}
