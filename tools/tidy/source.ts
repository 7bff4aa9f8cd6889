/** A source file as the rules see it: tokens without comments, what it imports and what it exports. */
import { dirname, join, normalize } from "node:path/posix";
import { parseTokens, type Token, textAt } from "./tokens.ts";

/** One name that an import or re-export mentions: `*` for a namespace or star, `default` for the default export. */
export interface ImportedName {
  readonly name: string;
  readonly local: string;
  readonly typeOnly: boolean;
}

/** One `import`, `import()` or `export … from`. */
export interface Import {
  readonly kind: "static" | "dynamic" | "reexport";
  readonly specifier: string;
  /** Empty for an import for its effects, and for a dynamic one. */
  readonly names: readonly ImportedName[];
  /** True when nothing of it is left after types are stripped. */
  readonly typeOnly: boolean;
  readonly line: number;
}

/** One exported name with where it is declared and whether a docstring stands before it. */
export interface Declaration {
  readonly name: string;
  readonly line: number;
  readonly documented: boolean;
}

/** Where a file belongs: `packages/model` is the room `model` of the folder `packages`. */
export interface Room {
  readonly folder: "packages" | "apps";
  readonly name: string;
}

export interface SourceFile {
  /** Relative to the root, with slashes. */
  readonly path: string;
  readonly text: string;
  /** Every token, comments included. */
  readonly tokens: readonly Token[];
  /** Without comments. */
  readonly code: readonly Token[];
  /** Positions in `code` at which the word stands, in order: rules look at those instead of at every token. */
  readonly find: (word: string) => readonly number[];
  readonly imports: readonly Import[];
  readonly room: Room | undefined;
  readonly isTest: boolean;
}

const testForm = /\.(?:test|properties\.test|bench)\.tsx?$/;
const declarators = new Set(["function", "class", "interface", "type", "const", "let", "var", "enum", "namespace"]);
/** Words that no clause of an import can hold; `namespace`, `interface`, `type` and `let` are names like others. */
const reserved = new Set(["import", "export", "function", "class", "const", "var", "enum"]);
const modifiers = new Set(["declare", "abstract", "async"]);

function roomOf(path: string): Room | undefined {
  const [folder, name, ...rest] = path.split("/");
  const known = folder === "packages" || folder === "apps";
  return known && name !== undefined && rest.length > 0 ? { folder, name } : undefined;
}

/** Reads names between the braces, `type a, b as c`, from the token after the opening one. */
function parseNames(code: readonly Token[], open: number): ImportedName[] {
  const names: ImportedName[] = [];
  let part: string[] = [];
  for (let index = open + 1; index < code.length; index += 1) {
    const text = code[index]?.text ?? "}";
    if (text !== "," && text !== "}") {
      part.push(text);
      continue;
    }
    const typeOnly = part.length > 1 && part[0] === "type" && part[1] !== "as";
    const [name, , local] = typeOnly ? part.slice(1) : part;
    if (name !== undefined) {
      names.push({ name, local: local ?? name, typeOnly });
    }
    part = [];
    if (text === "}") {
      break;
    }
  }
  return names;
}

/** Reads the clause between `import` or `export` and `from`: default, namespace and named parts. */
function parseClause(code: readonly Token[], start: number, end: number): ImportedName[] {
  const names: ImportedName[] = [];
  for (let index = start; index < end; index += 1) {
    const token = code[index];
    if (token?.text === "{") {
      return [...names, ...parseNames(code, index)];
    }
    if (token?.text === "*") {
      const alias = code[index + 1]?.text === "as" ? code[index + 2]?.text : undefined;
      return [...names, { name: "*", local: alias ?? "*", typeOnly: false }];
    }
    if (token?.kind === "word" && token.text !== "type" && token.text !== "from") {
      names.push({ name: "default", local: token.text, typeOnly: false });
    }
  }
  return names;
}

/** Whether a token can stand between `import` or `export` and the `from` that belongs to it. */
function fitsClause(token: Token): boolean {
  if (token.kind === "word") {
    return !reserved.has(token.text);
  }
  return token.kind === "punctuation" && "{},*".includes(token.text);
}

/** The index of the specifier's string, when the statement at `start` has one. */
function findSpecifier(code: readonly Token[], start: number): number | undefined {
  const first = textAt(code, start + 1);
  if (declarators.has(first) && first !== "type") {
    return undefined;
  }
  let end = start + 1;
  for (let token = code[end]; token !== undefined && fitsClause(token); token = code[end]) {
    end += 1;
  }
  const before = textAt(code, end - 1);
  return code[end]?.kind === "string" && (before === "from" || before === "import") ? end : undefined;
}

function parseDynamic(code: readonly Token[], index: number): Import | undefined {
  const specifier = code[index + 2];
  return specifier?.kind === "string"
    ? { kind: "dynamic", specifier: specifier.text, names: [], typeOnly: false, line: specifier.line }
    : undefined;
}

function parseImport(code: readonly Token[], index: number): Import | undefined {
  const keyword = textAt(code, index);
  if (textAt(code, index - 1) === ".") {
    return undefined;
  }
  if (keyword === "import" && textAt(code, index + 1) === "(") {
    return parseDynamic(code, index);
  }
  const at = findSpecifier(code, index);
  if (at === undefined) {
    return undefined;
  }
  const names = parseClause(code, index + 1, at);
  const typed = textAt(code, index + 1) === "type" && textAt(code, index + 2) !== "from";
  return {
    kind: keyword === "import" ? "static" : "reexport",
    specifier: textAt(code, at),
    names,
    typeOnly: typed || (names.length > 0 && names.every((name) => name.typeOnly)),
    line: code[index]?.line ?? 1,
  };
}

function indexWords(code: readonly Token[]): ReadonlyMap<string, readonly number[]> {
  const words = new Map<string, number[]>();
  code.forEach((token, index) => {
    if (token.kind !== "word") {
      return;
    }
    const found = words.get(token.text);
    if (found === undefined) {
      words.set(token.text, [index]);
    } else {
      found.push(index);
    }
  });
  return words;
}

/** Takes a file apart. `path` is relative to the root, with slashes. */
export function parseSource(path: string, text: string): SourceFile {
  const tokens = parseTokens(text);
  const code = tokens.filter((token) => token.kind !== "comment");
  const words = indexWords(code);
  const find = (word: string): readonly number[] => words.get(word) ?? [];
  const starts = [...find("import"), ...find("export")].sort((a, b) => a - b);
  return {
    path,
    text,
    tokens,
    code,
    find,
    imports: starts.flatMap((index) => parseImport(code, index) ?? []),
    room: roomOf(path),
    isTest: testForm.test(path),
  };
}

/** What the file itself declares and exports, in order; overloads give one entry each. */
export function readDeclarations(source: SourceFile): readonly Declaration[] {
  const { tokens } = source;
  return tokens.flatMap((token, index) => {
    if (token.kind !== "word" || token.text !== "export" || textAt(tokens, index - 1) === ".") {
      return [];
    }
    let at = index + 1;
    while (modifiers.has(textAt(tokens, at))) {
      at += 1;
    }
    const declares = declarators.has(textAt(tokens, at));
    at += textAt(tokens, at + 1) === "*" ? 1 : 0;
    const before = tokens[index - 1];
    const documented = before?.kind === "comment" && before.text.startsWith("/**");
    return declares && tokens[at + 1]?.kind === "word"
      ? [{ name: textAt(tokens, at + 1), line: token.line, documented }]
      : [];
  });
}

/** The file a relative specifier means, relative to the root; `undefined` for a package. May lead out with `..`. */
export function resolveRelative(from: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? normalize(join(dirname(from), specifier)) : undefined;
}
