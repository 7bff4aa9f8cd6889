/** Port ranges. */
import { type JsonValue, numberOf } from "./json.ts";

/** Is the port in one of the ranges? */
export function isInPorts(port: number, ranges: readonly JsonValue[]): boolean {
  return ranges.some((range) => (numberOf(range, "from") ?? 1) <= port && port <= (numberOf(range, "to") ?? 0));
}

/** Are all ports from one to the other in the ranges? */
export function areCovered(from: number, to: number, ranges: readonly JsonValue[]): boolean {
  let next = from;
  const sorted = [...ranges].sort((left, right) => (numberOf(left, "from") ?? 0) - (numberOf(right, "from") ?? 0));
  for (const range of sorted) {
    if ((numberOf(range, "from") ?? Number.POSITIVE_INFINITY) <= next) {
      next = Math.max(next, (numberOf(range, "to") ?? 0) + 1);
    }
  }
  return next > to;
}
