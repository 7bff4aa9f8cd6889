/**
 * `Key: value` fields in paragraphs, as package managers write them. Sources: Debian Policy §5.1 (control files);
 * PyPA core metadata (RFC 822 headers).
 */

/** One paragraph. */
export interface Stanza {
  /** Line the paragraph starts at, from 1. */
  readonly line: number;
  /** Wanted fields by lower-case name; continuation lines and repeated fields are joined with a newline. */
  readonly fields: ReadonlyMap<string, string>;
  /** Whether any field was seen, wanted or not. */
  readonly hasFields: boolean;
  /** The first line that is neither field nor continuation. */
  readonly strayLine?: string;
}

function* splitLines(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    yield text.slice(start, text[end - 1] === "\r" && end > start ? end - 1 : end);
    start = end + 1;
  }
}

class StanzaBuilder {
  readonly #line: number;
  readonly #wanted: ReadonlySet<string>;
  readonly #fields = new Map<string, string>();
  #hasFields = false;
  #strayLine: string | undefined;
  #current: string | undefined;

  constructor(line: number, wanted: ReadonlySet<string>) {
    this.#line = line;
    this.#wanted = wanted;
  }

  take(line: string): void {
    const isContinuation = line.startsWith(" ") || line.startsWith("\t");
    if (isContinuation && this.#hasFields) {
      this.#append(line.trim());
      return;
    }
    const colon = line.indexOf(":");
    if (colon < 1 || isContinuation || /\s/.test(line.slice(0, colon))) {
      this.#strayLine ??= line;
      return;
    }
    this.#hasFields = true;
    const key = line.slice(0, colon).toLowerCase();
    this.#current = this.#wanted.has(key) ? key : undefined;
    this.#append(line.slice(colon + 1).trim());
  }

  #append(value: string): void {
    if (this.#current !== undefined) {
      const before = this.#fields.get(this.#current);
      this.#fields.set(this.#current, before === undefined ? value : `${before}\n${value}`);
    }
  }

  toStanza(): Stanza {
    const stanza = { line: this.#line, fields: this.#fields, hasFields: this.#hasFields };
    return this.#strayLine === undefined ? stanza : { ...stanza, strayLine: this.#strayLine };
  }
}

/** The paragraphs of a text, in order; only the wanted fields (lower-case names) are kept. Never throws. */
export function* parseStanzas(text: string, wanted: ReadonlySet<string>): Generator<Stanza> {
  let builder: StanzaBuilder | undefined;
  let number = 0;
  for (const line of splitLines(text)) {
    number += 1;
    if (line.trim() === "") {
      if (builder !== undefined) {
        yield builder.toStanza();
      }
      builder = undefined;
      continue;
    }
    builder ??= new StanzaBuilder(number, wanted);
    builder.take(line);
  }
  if (builder !== undefined) {
    yield builder.toStanza();
  }
}

/** The first line of a field, or `undefined` when it is absent or empty. */
export function firstLine(stanza: Stanza, field: string): string | undefined {
  const value = stanza.fields.get(field)?.split("\n", 1)[0];
  return value === "" ? undefined : value;
}
