/** Small turns of phrase: short names, counts, choices. */

/** The last, telling part of an id or name, at most 40 characters. */
export function shortName(id: string): string {
  const last = id.split("/").findLast((part) => part !== "") ?? id;
  return last.length > 40 ? `${last.slice(0, 39)}…` : last;
}

/** At most so many words. */
export function shorten(text: string, wordsMax: number): string {
  const words = text.split(/\s+/);
  return words.length > wordsMax ? `${words.slice(0, wordsMax).join(" ")}…` : text.replace(/\.$/, "");
}

/** `a`, `a or b`, `a, b or c`. */
export function formatChoice(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
}

/** `1 object`, `2 objects`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
