/**
 * A tokenizer for TypeScript that knows just enough to tell code from comments, strings, templates and regular
 * expressions, so that no rule fires on a word that merely stands in a text. It is not a parser. Own code, because
 * TypeScript 7 offers its scanner under `typescript/unstable` only, and tidy must start in milliseconds.
 */

/** What a piece of source is. A template literal gives one token for each of its fixed chunks. */
export type TokenKind = "word" | "string" | "template" | "number" | "regex" | "punctuation" | "comment";

/** One piece of source with the line it starts on, counted from 1. Strings carry their content without quotes. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly line: number;
}

const wordForm = /[\w$#@\u00aa-\uffff][\w$\u00aa-\uffff]*/y;
const numberForm = /\d[\w.]*/y;
const regexForm = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
/** Characters that can only be punctuation, asked for first because every other character of code is one. */
const separators = new Set("(){}[];,.:=<>?!&|+-*%^~");
const longPunctuation = ["...", "?.", "??", "=>", "||", "&&"];
const longStarts = new Set(longPunctuation.map((text) => text.charAt(0)));
const blanks = new Set(" \t\r\n");
const blankForm = /[ \t\r\n]+/y;
/** Starts neither a comment nor a text, whatever follows. */
const plainForm = /^[\w$()[\];,.:=<>?!&|+*{-]$/;
const wordsBeforeRegex = new Set(
  "return typeof case in of delete void throw new else do await yield instanceof extends".split(" "),
);

class Scanner {
  private readonly text: string;
  private readonly tokens: Token[] = [];
  private at = 0;
  private line = 1;
  /** The next line's end that has not been counted; -1 after the last. */
  private newline: number;
  /** One entry per open template literal: how many braces are open inside its current `${`. */
  private readonly templateBraces: number[] = [];

  constructor(text: string) {
    this.text = text;
    this.newline = text.indexOf("\n");
  }

  scan(): readonly Token[] {
    while (this.at < this.text.length) {
      this.scanOne(this.text.charAt(this.at));
    }
    return this.tokens;
  }

  private scanOne(char: string): void {
    if (blanks.has(char)) {
      blankForm.lastIndex = this.at;
      blankForm.test(this.text);
      this.advance(blankForm.lastIndex);
    } else if (plainForm.test(char)) {
      this.scanCode(char);
    } else if (this.text.startsWith("//", this.at) || (this.at === 0 && this.text.startsWith("#!"))) {
      this.take("comment", this.endOf("\n"));
    } else if (this.text.startsWith("/*", this.at)) {
      this.take("comment", this.endOf("*/") + 2);
    } else if (char === "'" || char === '"') {
      this.scanString(char);
    } else if (char === "`") {
      this.scanTemplate();
    } else if (char === "}" && this.templateBraces.at(-1) === 0) {
      this.templateBraces.pop();
      this.scanTemplate();
    } else {
      this.scanCode(char);
    }
  }

  private scanCode(char: string): void {
    const form = this.formAt(char);
    if (form !== undefined) {
      this.take(form.kind, this.at + form.length);
      return;
    }
    const open = this.templateBraces.length - 1;
    if (open >= 0 && (char === "{" || char === "}")) {
      this.templateBraces[open] = (this.templateBraces[open] ?? 0) + (char === "{" ? 1 : -1);
    }
    const long = longStarts.has(char)
      ? longPunctuation.find((candidate) => this.text.startsWith(candidate, this.at))
      : undefined;
    this.take("punctuation", this.at + (long?.length ?? 1));
  }

  /** The longest word, number or regular expression that starts here. */
  private formAt(char: string): { readonly kind: TokenKind; readonly length: number } | undefined {
    if (separators.has(char)) {
      return undefined;
    }
    const kind: TokenKind = char === "/" ? "regex" : char >= "0" && char <= "9" ? "number" : "word";
    if (kind === "regex" && !this.mayStartRegex()) {
      return undefined;
    }
    const form = kind === "regex" ? regexForm : kind === "number" ? numberForm : wordForm;
    form.lastIndex = this.at;
    return form.test(this.text) ? { kind, length: form.lastIndex - this.at } : undefined;
  }

  /** After a value a slash divides; anywhere else it starts a regular expression. */
  private mayStartRegex(): boolean {
    const previous = this.tokens.findLast((token) => token.kind !== "comment");
    if (previous === undefined) {
      return true;
    }
    if (previous.kind === "punctuation") {
      return !")]}".includes(previous.text);
    }
    return previous.kind === "word" && wordsBeforeRegex.has(previous.text);
  }

  /** A quote without its partner on the same line is text of a JSX element, not a string. */
  private scanString(quote: string): void {
    let end = this.at + 1;
    while (end < this.text.length && this.text.charAt(end) !== quote && this.text.charAt(end) !== "\n") {
      end += this.text.charAt(end) === "\\" ? 2 : 1;
    }
    if (this.text.charAt(end) !== quote) {
      this.take("punctuation", this.at + 1);
      return;
    }
    this.push("string", this.text.slice(this.at + 1, end));
    this.advance(end + 1);
  }

  /** From a backquote or from the brace that ends a substitution, up to the next substitution or the end. */
  private scanTemplate(): void {
    let end = this.at + 1;
    while (end < this.text.length && this.text.charAt(end) !== "`" && !this.text.startsWith("${", end)) {
      end += this.text.charAt(end) === "\\" ? 2 : 1;
    }
    const substitution = this.text.startsWith("${", end);
    this.push("template", this.text.slice(this.at + 1, end));
    if (substitution) {
      this.templateBraces.push(0);
    }
    this.advance(end + (substitution ? 2 : 1));
  }

  private endOf(marker: string): number {
    const found = this.text.indexOf(marker, this.at);
    return found < 0 ? this.text.length : found;
  }

  private take(kind: TokenKind, end: number): void {
    this.push(kind, this.text.slice(this.at, end));
    this.advance(end);
  }

  private push(kind: TokenKind, text: string): void {
    this.tokens.push({ kind, text, line: this.line });
  }

  private advance(end: number): void {
    while (this.newline !== -1 && this.newline < end) {
      this.line += 1;
      this.newline = this.text.indexOf("\n", this.newline + 1);
    }
    this.at = Math.min(end, this.text.length);
  }
}

/** Splits TypeScript source into tokens. Never throws: what it cannot place becomes punctuation. */
export function parseTokens(text: string): readonly Token[] {
  return new Scanner(text).scan();
}

/** The text of the token at `index`; empty beyond either end, so that looking around needs no guard. */
export function textAt(tokens: readonly Token[], index: number): string {
  return tokens[index]?.text ?? "";
}
