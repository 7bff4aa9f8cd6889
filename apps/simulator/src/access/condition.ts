/**
 * Conditions on role assignments (Azure ABAC), as far as registries use them: `ActionMatches{'…'}`, comparisons of
 * `@Request[…]` attributes with string literals, `!`, `AND`, `OR` and brackets. Anything else does not hold: a grant
 * whose condition is not understood grants nothing.
 * Source: learn.microsoft.com/azure/role-based-access-control/conditions-format.
 */

/** What a condition is decided over. */
export interface ConditionInput {
  readonly action: string;
  /** Attribute values by name, lower case: `microsoft.containerregistry/registries/repositories:name`. */
  readonly attributes: Readonly<Record<string, string>>;
}

class NotUnderstood extends Error {}

type Comparison = (actual: string, expected: string) => boolean;

const comparisons: Readonly<Record<string, Comparison>> = {
  stringequals: (actual, expected) => actual === expected,
  stringnotequals: (actual, expected) => actual !== expected,
  stringequalsignorecase: (actual, expected) => actual.toLowerCase() === expected.toLowerCase(),
  stringstartswith: (actual, expected) => actual.startsWith(expected),
  stringstartswithignorecase: (actual, expected) => actual.toLowerCase().startsWith(expected.toLowerCase()),
};

const tokenPattern = /\s*(\(|\)|!|'[^']*'|\{|\}|,|@Request\[[^\]]*\]|[A-Za-z]+)/y;

function listTokens(text: string): string[] {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  for (let at = 0; at < text.trimEnd().length; at = tokenPattern.lastIndex) {
    const token = tokenPattern.exec(text)?.[1];
    if (token === undefined) {
      throw new NotUnderstood();
    }
    tokens.push(token);
  }
  return tokens;
}

class ConditionReader {
  readonly #tokens: string[];
  readonly #input: ConditionInput;
  #at = 0;

  constructor(text: string, input: ConditionInput) {
    this.#tokens = listTokens(text);
    this.#input = input;
  }

  read(): boolean {
    const value = this.#readOr();
    if (this.#at < this.#tokens.length) {
      throw new NotUnderstood();
    }
    return value;
  }

  #take(expected?: string): string {
    const token = this.#tokens[this.#at];
    if (token === undefined || (expected !== undefined && token.toLowerCase() !== expected.toLowerCase())) {
      throw new NotUnderstood();
    }
    this.#at += 1;
    return token;
  }

  #isNext(word: string): boolean {
    return this.#tokens[this.#at]?.toLowerCase() === word;
  }

  #readOr(): boolean {
    let value = this.#readAnd();
    while (this.#isNext("or")) {
      this.#take();
      value = this.#readAnd() || value;
    }
    return value;
  }

  #readAnd(): boolean {
    let value = this.#readFactor();
    while (this.#isNext("and")) {
      this.#take();
      value = this.#readFactor() && value;
    }
    return value;
  }

  #readFactor(): boolean {
    if (this.#isNext("!")) {
      this.#take();
      return !this.#readFactor();
    }
    if (this.#isNext("(")) {
      this.#take();
      const value = this.#readOr();
      this.#take(")");
      return value;
    }
    return this.#isNext("actionmatches") ? this.#readActionMatches() : this.#readComparison();
  }

  #readActionMatches(): boolean {
    this.#take("actionmatches");
    const [pattern = ""] = this.#readSet();
    return toActionPattern(pattern).test(this.#input.action);
  }

  #readComparison(): boolean {
    const attribute = /^@Request\[(.*)\]$/.exec(this.#take())?.[1]?.toLowerCase();
    const compare = comparisons[this.#take().toLowerCase()];
    const expected = this.#isNext("{") ? this.#readSet() : [this.#readString()];
    const actual = attribute === undefined ? undefined : this.#input.attributes[attribute];
    if (compare === undefined || attribute === undefined) {
      throw new NotUnderstood();
    }
    return actual !== undefined && expected.some((value) => compare(actual, value));
  }

  #readSet(): string[] {
    this.#take("{");
    const values = [this.#readString()];
    while (this.#isNext(",")) {
      this.#take();
      values.push(this.#readString());
    }
    this.#take("}");
    return values;
  }

  #readString(): string {
    const token = this.#take();
    if (!token.startsWith("'")) {
      throw new NotUnderstood();
    }
    return token.slice(1, -1);
  }
}

/** A permission with `*` as a pattern over whole action names, whatever the case. */
export function toActionPattern(permission: string): RegExp {
  const escaped = permission.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`, "i");
}

/** Whether a condition holds. Not understood = does not hold. */
export function isConditionMet(condition: string, input: ConditionInput): boolean {
  try {
    return new ConditionReader(condition, input).read();
  } catch (error) {
    if (error instanceof NotUnderstood) {
      return false;
    }
    throw error;
  }
}
