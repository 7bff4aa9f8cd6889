/** The words of a Resource Graph query. Source: learn.microsoft.com/kusto/query (the part Resource Graph supports). */

/** One word with where it stands, for messages. */
export interface QueryToken {
  readonly kind: "name" | "text" | "number" | "sign" | "end";
  readonly text: string;
  readonly at: number;
}

/** A query that is not understood; the message says what and where. */
export class InvalidQuery extends Error {}

const pattern =
  /\s+|\/\/[^\n]*|(?<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<number>\d+(?:\.\d+)?)|(?<name>[A-Za-z_$][\w$-]*~?)|(?<sign>=~|==|!=|!~|<=|>=|\|\||[|(),=<>.[\]!])/y;

/** Cuts a query into words, with an `end` at the end. */
export function listTokens(query: string): QueryToken[] {
  const tokens: QueryToken[] = [];
  let at = 0;
  while (at < query.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(query);
    if (match === null) {
      throw new InvalidQuery(`Unexpected character '${query[at] ?? ""}' at ${at}`);
    }
    const [kind, text] = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined) ?? [];
    if (text !== undefined) {
      tokens.push({ kind: toKind(kind), text, at });
    }
    at = pattern.lastIndex;
  }
  return [...tokens, { kind: "end", text: "", at }];
}

function toKind(name: string | undefined): QueryToken["kind"] {
  return name === "text" || name === "number" || name === "name" ? name : "sign";
}

/** Reads words one after the other. */
export class TokenReader {
  readonly #tokens: readonly QueryToken[];
  #at = 0;

  constructor(query: string) {
    this.#tokens = listTokens(query);
  }

  get next(): QueryToken {
    return this.#tokens[this.#at] ?? { kind: "end", text: "", at: 0 };
  }

  take(): QueryToken {
    const token = this.next;
    this.#at += 1;
    return token;
  }

  /** Takes the next word if it is this one. Names compare without regard to case. */
  skip(text: string): boolean {
    const isNext = this.next.text.toLowerCase() === text && this.next.kind !== "text";
    this.#at += isNext ? 1 : 0;
    return isNext;
  }

  expect(text: string): void {
    if (!this.skip(text)) {
      throw new InvalidQuery(`Expected '${text}' and found '${this.next.text}' at ${this.next.at}`);
    }
  }

  expectName(): string {
    const token = this.take();
    if (token.kind !== "name") {
      throw new InvalidQuery(`Expected a name and found '${token.text}' at ${token.at}`);
    }
    return token.text;
  }
}
