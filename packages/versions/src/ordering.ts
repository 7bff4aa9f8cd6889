/** Orders that several schemes share. Numbers stay text, so that no number is too large. */

/** Order of two numbers written in decimal digits; leading zeros do not count, the empty text is 0. */
export function compareDigits(left: string, right: string): number {
  const a = withoutLeadingZeros(left);
  const b = withoutLeadingZeros(right);
  return a.length === b.length ? compareText(a, b) : a.length - b.length;
}

/** Order of two texts by their UTF-16 code units, the same on every machine. */
export function compareText(left: string, right: string): number {
  if (left === right) {
    return 0;
  }
  return left < right ? -1 : 1;
}

/** Lexicographic order of two lists; the elements a shorter list lacks are handed over as `undefined`. */
export function compareLists<Item>(
  left: readonly Item[],
  right: readonly Item[],
  compare: (left: Item | undefined, right: Item | undefined) => number,
): number {
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const order = compare(left[index], right[index]);
    if (order !== 0) {
      return order;
    }
  }
  return 0;
}

/** Whether the text is one or more ASCII digits. */
export function isDigits(text: string): boolean {
  return /^[0-9]+$/.test(text);
}

/** Order of two dotted numbers, `1.10` after `1.9`; a missing part counts as 0. */
export function compareReleases(left: readonly string[], right: readonly string[]): number {
  return compareLists(left, right, (a, b) => compareDigits(a ?? "", b ?? ""));
}

function withoutLeadingZeros(digits: string): string {
  let start = 0;
  while (start < digits.length && digits.charCodeAt(start) === 48) {
    start += 1;
  }
  return start === 0 ? digits : digits.slice(start);
}
