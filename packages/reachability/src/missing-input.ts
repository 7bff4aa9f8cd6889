/** Missing inputs, named the same way everywhere. */
import type { MissingInput } from "@sightline/model";

/** A reference that leads to nothing in the snapshot. */
export function danglingInput(kind: string, id: string, from: string): MissingInput {
  return {
    what: `${kind} ${id}, to which ${from} refers`,
    why: "absent",
    subject: id,
    remedy: "Give the connection Reader on the scope that holds it, then collect again.",
  };
}

/** Something that is there and that the engine does not model. */
export function unsupportedInput(what: string, subject: string, remedy: string): MissingInput {
  return { what, why: "unsupported", subject, remedy };
}

/** A field whose value the engine does not know. */
export function unknownValueInput(field: string, value: string, subject: string): MissingInput {
  return unsupportedInput(
    `${field} has the value ${JSON.stringify(value)}, which is not one the engine knows`,
    subject,
    "Update Sightline; until then this answer stays undetermined.",
  );
}

/** The same inputs once each, in a fixed order. */
export function uniqueInputs(inputs: readonly MissingInput[]): readonly MissingInput[] {
  const byContent = new Map(inputs.map((input) => [`${input.subject}\n${input.what}\n${input.why}`, input]));
  return [...byContent].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, input]) => input);
}
