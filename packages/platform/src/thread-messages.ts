/** What a pool and its worker threads say to each other. Both ends are ours; the schemas only keep `unknown` honest. */
import { DomainError, type ProblemCode } from "@sightline/model";
import { z } from "zod";

/** From the pool to a thread. */
export const orderSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("run"), id: z.number(), task: z.unknown() }),
  z.object({ kind: z.literal("cancel"), id: z.number() }),
]);

/** One of {@link orderSchema}. */
export type Order = z.infer<typeof orderSchema>;

const problemCode = z.custom<ProblemCode>((value) => typeof value === "string" && /^[^.]+\../.test(value));

const failureSchema = z.object({
  name: z.string(),
  message: z.string(),
  stack: z.string(),
  /** Present when the failure is a DomainError. */
  domain: z
    .object({
      code: problemCode,
      subject: z.string(),
      next: z.string(),
      details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    })
    .optional(),
});

/** A failure as plain data. */
export type Failure = z.infer<typeof failureSchema>;

/** From a thread to the pool. */
export const answerSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("done"), id: z.number(), value: z.unknown() }),
  z.object({ kind: z.literal("failed"), id: z.number(), failure: failureSchema }),
]);

/** One of {@link answerSchema}. */
export type Answer = z.infer<typeof answerSchema>;

/** An error as data that survives the way between threads, where classes do not. */
export function toFailure(error: unknown): Failure {
  if (!(error instanceof Error)) {
    return { name: "Error", message: String(error), stack: "" };
  }
  const plain = { name: error.name, message: error.message, stack: error.stack ?? "" };
  if (!(error instanceof DomainError)) {
    return plain;
  }
  const { code, subject, next } = error.toProblem();
  return { ...plain, domain: { code, subject, next, details: { ...error.details } } };
}

/**
 * The error a failure was made from: a DomainError keeps code, subject, message, next step and details (the room's own
 * subclass is lost; tell errors apart by code), anything else is an Error. The thread's stack is kept as the stack.
 */
export function fromFailure(failure: Failure): Error {
  const { domain } = failure;
  const error =
    domain === undefined
      ? new Error(failure.message)
      : new DomainError({ ...domain, message: failure.message }, { details: domain.details });
  error.name = failure.name;
  error.stack = failure.stack;
  return error;
}
