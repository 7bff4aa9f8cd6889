/** Chance as a parameter: only this file and apps draw random numbers; everything else is handed a {@link Random}. */
import { randomUUID } from "node:crypto";

/** Where a room's chance comes from. */
export interface Random {
  /** A number in [0, 1). For jitter only, never for secrets. */
  nextFraction(): number;
  /** A version 4 UUID (RFC 9562) from the machine's cryptographic source. */
  nextUuid(): string;
}

/** The machine's chance. */
export const systemRandom: Random = { nextFraction: () => Math.random(), nextUuid: () => randomUUID() };
