/** Reading conformance cases: raw ARM and Kubernetes JSON, of which a case holds only what it needs. */
import { DomainError } from "@sightline/model";
import { type ReachabilityErrorCode, reachabilityErrorCodes } from "../error-codes.data.ts";

/** A failure of this package. */
export class ReachabilityError extends DomainError<ReachabilityErrorCode> {}

/** A JSON object of which nothing is known yet. */
export type Wire = Readonly<Record<string, unknown>>;

function refuse(what: string, field: string): ReachabilityError {
  const code = "reachability.case-invalid";
  const message = `Field ${field} of a conformance case is not ${what}`;
  return new ReachabilityError({ code, subject: field, message, next: reachabilityErrorCodes[code].next });
}

function isWire(value: unknown): value is Wire {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON text as an object; throws `reachability.case-invalid` for anything else. */
export function parseWire(text: string): Wire {
  return toWire(parseJson(text), "(line)");
}

/** JSON text; throws `reachability.case-invalid` when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const code = "reachability.case-invalid";
    const problem = {
      code,
      subject: "(text)",
      message: "A conformance file is not JSON",
      next: reachabilityErrorCodes[code].next,
    } as const;
    throw new ReachabilityError(problem, { cause });
  }
}

/** The value as an object. */
export function toWire(value: unknown, field: string): Wire {
  if (!isWire(value)) {
    throw refuse("an object", field);
  }
  return value;
}

/** A field as an object; absent or null is an empty one. */
export function readWire(wire: Wire, field: string): Wire {
  const value = wire[field];
  return value === undefined || value === null ? {} : toWire(value, field);
}

/** A field as a list; absent or null is an empty one. */
export function readList(wire: Wire, field: string): readonly unknown[] {
  const value = wire[field];
  if (value === undefined || value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    throw refuse("a list", field);
  }
  return value.map((item: unknown) => item);
}

/** A field as a list of objects. */
export function readWires(wire: Wire, field: string): readonly Wire[] {
  return readList(wire, field).map((item) => toWire(item, field));
}

/** A field as text; absent or null is empty text. */
export function readText(wire: Wire, field: string): string {
  const value = wire[field];
  if (value === undefined || value === null) {
    return "";
  }
  if (typeof value !== "string") {
    throw refuse("text", field);
  }
  return value;
}

/** A field as texts. */
export function readTexts(wire: Wire, field: string): readonly string[] {
  return readList(wire, field).map((item) => {
    if (typeof item !== "string") {
      throw refuse("a list of texts", field);
    }
    return item;
  });
}

/** A field as a number. */
export function readNumber(wire: Wire, field: string): number {
  const value = wire[field];
  if (typeof value !== "number") {
    throw refuse("a number", field);
  }
  return value;
}

/** A field as a record of texts; absent is an empty one. */
export function readLabels(wire: Wire, field: string): Readonly<Record<string, string>> {
  const value = readWire(wire, field);
  return Object.fromEntries(Object.keys(value).map((key) => [key, readText(value, key)]));
}
