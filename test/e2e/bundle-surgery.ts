/** Cuts into proof bundles: changes one place, or forges a statement and seals it again as its writer would. */
import type { ProofBundle } from "@sightline/model";
import { toContentHash, toContentId } from "../../packages/verdict/src/content-id.ts";

/** Where something stands: keys and positions from the top. */
export type Place = readonly (string | number)[];

function membersOf(value: object): readonly (readonly [string | number, unknown])[] {
  const list: readonly unknown[] | undefined = Array.isArray(value) ? value : undefined;
  return list === undefined ? Object.entries(value) : list.map((item, index) => [index, item] as const);
}

/** Every place of a value: leaves, lists and objects. */
export function placesOf(value: unknown, at: Place = []): readonly Place[] {
  if (typeof value !== "object" || value === null) {
    return [at];
  }
  return [...(at.length === 0 ? [] : [at]), ...membersOf(value).flatMap(([key, item]) => placesOf(item, [...at, key]))];
}

/** A copy in which one place holds what `change` makes of it; `undefined` takes it away. */
export function changeAt(value: unknown, [key, ...rest]: Place, change: (before: unknown) => unknown): unknown {
  if (key === undefined) {
    return change(value);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const changed = membersOf(value).flatMap(([name, item]) => {
    const next = name === key ? changeAt(item, rest, change) : item;
    return next === undefined ? [] : [[name, next] as const];
  });
  return Array.isArray(value) ? changed.map(([, item]) => item) : Object.fromEntries(changed);
}

/** Something else in the place of a value: a neighbour, an opposite, one item more or less, nothing. */
export function replaceValue(value: unknown, choice: number): unknown {
  if (choice % 3 === 0) {
    return undefined;
  }
  switch (typeof value) {
    case "string":
      return replaceText(value, choice);
    case "number":
      return value + 1 + choice;
    case "boolean":
      return !value;
    default:
      return Array.isArray(value) ? [...value, "added"] : value === null ? "null" : { ...value, added: choice };
  }
}

const opposites: Readonly<Record<string, string>> = {
  T: "F",
  F: "T",
  U: "T",
  Deny: "Allow",
  Allow: "Deny",
  live: "stopped",
  stopped: "live",
};

function replaceText(text: string, choice: number): string {
  const opposite = opposites[text];
  if (opposite !== undefined && choice % 2 === 0) {
    return opposite;
  }
  const position = text.length === 0 ? 0 : choice % text.length;
  return `${text.slice(0, position)}${text[position] === "x" ? "y" : "x"}${text.slice(position + 1)}`;
}

/**
 * The bundle as if its writer had made it so: every evidence id, the verdict's id and the seal are computed again. What a
 * forger who knows the format can do; only the meaning is left to give it away.
 */
export function reseal(bundle: ProofBundle): ProofBundle {
  let text = JSON.stringify(bundle);
  // Guards first: paths name them, so their ids go into the hash of the paths.
  const ordered = bundle.evidence.toSorted(
    (left, right) => Number(right.kind === "guard") - Number(left.kind === "guard"),
  );
  for (const { id } of ordered) {
    const current: ProofBundle = JSON.parse(text);
    const { id: _, ...body } = current.evidence.find((piece) => piece.id === id) ?? { id };
    text = text.replaceAll(id, toContentId("ev", body));
  }
  const renamed: ProofBundle = JSON.parse(text);
  const verdict = { ...renamed.verdict, id: toContentId("vd", renamed.verdict.unit) };
  const { inputsHash: _, ...sealed } = verdict;
  const coverage = renamed.coverage.toSorted((left, right) => (left.id < right.id ? -1 : 1));
  const inputsHash = toContentHash({ verdict: sealed, coverage: coverage.map((record) => toContentHash(record)) });
  const whole: ProofBundle = JSON.parse(JSON.stringify({ ...renamed, verdict: { ...verdict, inputsHash } }));
  return whole;
}
