/**
 * What went wrong, as data and as error. Source of the wire shape: RFC 9457 (problem details).
 */

/** Stable code, `<room>.<kebab-case>`; never changes meaning. All are listed in docs/errors.md. */
export type ProblemCode = `${string}.${string}`;

/**
 * One thing that went wrong while the rest went on. A partial result carries its problems; nobody may
 * treat a result with problems as complete.
 */
export interface Problem {
  readonly code: ProblemCode;
  /** What it happened to: a path, a digest, a resource id. Never a secret. */
  readonly subject: string;
  /** What failed, one sentence, no secret. */
  readonly message: string;
  /** What the user does next, one sentence. */
  readonly next: string;
}

/** Facts about the failure that are safe to print. */
export type ProblemDetails = Readonly<Record<string, string | number | boolean>>;

/**
 * An operating failure: network, disk, permission, bad input from outside. Rooms extend it with a union-typed
 * `code` (`class RegistryError extends DomainError<"registry.unauthorized" | …>`). Tests assert the code, never
 * the text. The message says what failed, on which subject and what to do next.
 */
export class DomainError<Code extends ProblemCode = ProblemCode> extends Error {
  readonly code: Code;
  readonly subject: string;
  readonly next: string;
  readonly details: ProblemDetails;

  constructor(
    problem: { readonly code: Code; readonly subject: string; readonly message: string; readonly next: string },
    context: { readonly cause?: unknown; readonly details?: ProblemDetails } = {},
  ) {
    super(problem.message, context.cause === undefined ? undefined : { cause: context.cause });
    this.name = new.target.name;
    this.code = problem.code;
    this.subject = problem.subject;
    this.next = problem.next;
    this.details = context.details ?? {};
  }

  /** The same failure as data, for partial results and API answers. */
  toProblem(): Problem {
    return { code: this.code, subject: this.subject, message: this.message, next: this.next };
  }
}

/** A parsing seam's outcome: the value, or the problem that stood in its way. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** A value of which some parts may have failed; each failure is named. */
export interface WithProblems<T> {
  readonly value: T;
  readonly problems: readonly Problem[];
}
