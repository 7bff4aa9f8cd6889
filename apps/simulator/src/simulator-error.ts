import { simulatorErrorCodes } from "./error-codes.data.ts";

/** Codes a `SimulatorError` can carry. */
export type SimulatorErrorCode = keyof typeof simulatorErrorCodes;

/**
 * An operating failure of the simulator. It has the fields of the house's `DomainError` without being one: the
 * simulator shares no types with what it tests.
 */
export class SimulatorError extends Error {
  readonly code: SimulatorErrorCode;
  /** What to do about it. */
  readonly next: string;

  constructor(code: SimulatorErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = "SimulatorError";
    this.code = code;
    this.next = simulatorErrorCodes[code].next;
  }
}
