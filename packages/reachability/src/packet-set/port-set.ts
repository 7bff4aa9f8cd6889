/** Sets of transport ports, 0 to 65535. */
import type { PortRange } from "@sightline/model";
import { createIntervalAlgebra, type IntervalAlgebra, type IntervalSet, intervalsOf } from "./interval-set.ts";

/** A set of ports. */
export type PortSet = IntervalSet<number>;

/** Operations on port sets. */
export type PortAlgebra = IntervalAlgebra<number>;

/** First port that is not one. */
export const portsEnd = 65_536;

/** An algebra of port sets; sets live as long as it does. */
export function createPortAlgebra(): PortAlgebra {
  return createIntervalAlgebra<number>(0, portsEnd);
}

const rangeForm = /^(\d{1,5})(?:-(\d{1,5}))?$/;

/** `*`, `443` or `1000-2000`, as rules write ports; `undefined` for anything else, an inverted range included. */
export function parsePortRange(text: string): PortRange | undefined {
  if (text.trim() === "*") {
    return { from: 0, to: portsEnd - 1 };
  }
  const [, fromText, toText] = rangeForm.exec(text.trim()) ?? [];
  if (fromText === undefined) {
    return undefined;
  }
  const [from, to] = [Number(fromText), Number(toText ?? fromText)];
  return from <= to && to < portsEnd ? { from, to } : undefined;
}

/** The union of inclusive ranges. */
export function toPortSet(ports: PortAlgebra, ranges: readonly PortRange[]): PortSet {
  return ports.fromIntervals(ranges.map(({ from, to }) => [from, to + 1] as const));
}

/** The set as inclusive ranges, rising. */
export function toPortRanges(set: PortSet): readonly PortRange[] {
  return intervalsOf(set).map(([from, to]) => ({ from, to: to - 1 }));
}
