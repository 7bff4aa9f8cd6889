/** Severity statements, as each publisher makes them, in the model's words. */
import type { Severity, SeverityLabel } from "@sightline/model";

/**
 * Words publishers use. MODERATE is GitHub's and Red Hat's medium, Important is Red Hat's high (their severity rating
 * pages); unimportant is Debian's word for what is negligible.
 */
const labels: Readonly<Record<string, SeverityLabel>> = {
  critical: "critical",
  high: "high",
  important: "high",
  medium: "medium",
  moderate: "medium",
  low: "low",
  negligible: "negligible",
  unimportant: "negligible",
  none: "none",
};

/** The label a publisher's word stands for, or `undefined` for a word that stands for none. */
export function toSeverityLabel(word: string): SeverityLabel | undefined {
  const lower = word.trim().toLowerCase();
  return Object.hasOwn(labels, lower) ? labels[lower] : undefined;
}

const vectorMax = 512;
const modernVector = /^CVSS:(3\.0|3\.1|4\.0)\/[A-Za-z]+:[A-Za-z]+(?:\/[A-Za-z]+:[A-Za-z]+)*$/;
const firstVector = /^\(?(AV:[LAN]\/AC:[HML]\/Au:[MSN](?:\/[A-Za-z]+:[A-Za-z]+)*)\)?$/;

/**
 * A CVSS statement from its vector, the version read from the vector itself (feeds label 3.0 and 3.1 alike as V3);
 * `undefined` when it has no vector's form. Sources: FIRST CVSS v2, v3.0, v3.1 and v4.0 specifications.
 */
export function toCvssSeverity(vector: string, source: string): Severity | undefined {
  if (vector.length > vectorMax) {
    return undefined;
  }
  const version = modernVector.exec(vector)?.[1];
  if (version === "3.0" || version === "3.1" || version === "4.0") {
    return { kind: "cvss", version, vector, source };
  }
  const plain = firstVector.exec(vector)?.[1];
  return plain === undefined ? undefined : { kind: "cvss", version: "2.0", vector: plain, source };
}
