/**
 * A text that must never be printed. Whatever turns it into text by accident (string templates, JSON, console, a log
 * line, an error) gets `[redacted]`; only {@link Secret.reveal} gives it away, and a search for that word finds every place.
 */
import { inspect } from "node:util";

const mask = "[redacted]";

/**
 * Wraps a secret text. Not structured-clonable on purpose: a secret that has to cross to a worker thread is revealed
 * where it is sent, visibly.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The secret itself, for the wire only. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }

  [inspect.custom](): string {
    return mask;
  }
}
