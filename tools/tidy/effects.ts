/** Rules about what touches the world outside: environment, clock, chance, files, processes, network, threads. */
import { type Breach, perSource, type Rule } from "./rule.ts";
import type { SourceFile } from "./source.ts";
import { type Token, textAt } from "./tokens.ts";
import { isProduct } from "./tree.ts";

interface Effect {
  readonly id: string;
  readonly what: string;
  /** Rooms that may; apps always may. */
  readonly rooms: readonly string[];
  /** Modules whose import is the effect, with the names that are; no names = any. */
  readonly modules?: Readonly<Record<string, readonly string[]>>;
  /** Code that is the effect, tokens apart by spaces. */
  readonly code?: readonly string[];
  /** A word whose use a token sequence alone cannot tell. */
  readonly use?: { readonly word: string; readonly isUse: (code: readonly Token[], index: number) => boolean };
}

const any: readonly string[] = [];
const chance = ["randomUUID", "randomBytes", "randomInt", "randomFill", "randomFillSync", "getRandomValues"];
const networkModules = ["net", "http", "https", "http2", "tls", "dgram", "dns", "dns/promises"];

function modules(names: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(names.flatMap((name) => [[`node:${name}`, any] as const, [name, any] as const]));
}

const beforeValue = new Set(["=", "??", "||", "return"]);
const beforeMember = new Set(["{", ",", ";", "}", "async", "*", "readonly"]);

/** The parenthesis that closes the one at `open`. */
function closing(code: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < code.length; index += 1) {
    const token = code[index];
    const step = token?.kind !== "punctuation" ? 0 : token.text === "(" ? 1 : token.text === ")" ? -1 : 0;
    depth += step;
    if (depth === 0) {
      return index;
    }
  }
  return code.length;
}

/** A call of the global `fetch`, as against a method that is called or declared by that name. */
function isGlobalFetch(code: readonly Token[], index: number): boolean {
  const before = textAt(code, index - 1);
  if (before === "." || before === "?.") {
    return textAt(code, index - 2) === "globalThis";
  }
  if (textAt(code, index + 1) !== "(") {
    return beforeValue.has(before);
  }
  const after = textAt(code, closing(code, index + 1) + 1);
  return after !== "{" && before !== "function" && !(after === ":" && beforeMember.has(before));
}

const effects: readonly Effect[] = [
  {
    id: "process-env",
    what: "the environment",
    rooms: ["platform"],
    modules: { "node:process": ["env", "default", "*"], process: ["env", "default", "*"] },
    code: ["process . env", "process [ env ]", "= process ;"],
  },
  {
    id: "clock",
    what: "the clock",
    rooms: ["platform"],
    modules: modules(["perf_hooks"]),
    code: ["Date . now", "new Date ( )", "new Date ;", "performance . now", "process . hrtime", "Temporal . Now"],
  },
  {
    id: "chance",
    what: "a source of chance",
    rooms: ["platform"],
    modules: { "node:crypto": chance, crypto: chance },
    code: ["Math . random", ...chance.map((name) => `crypto . ${name}`)],
  },
  {
    id: "file-system",
    what: "the file system",
    rooms: ["platform", "registry", "store", "vulndb"],
    modules: modules(["fs", "fs/promises"]),
  },
  {
    id: "child-process",
    what: "child processes",
    rooms: ["platform", "store"],
    modules: modules(["child_process", "cluster"]),
  },
  {
    id: "network",
    what: "the network",
    rooms: ["platform"],
    modules: { ...modules(networkModules), undici: any },
    code: ["new WebSocket", "new EventSource", "new XMLHttpRequest"],
    use: { word: "fetch", isUse: isGlobalFetch },
  },
  {
    id: "threads",
    what: "worker threads",
    rooms: ["platform", "pipeline"],
    modules: modules(["worker_threads"]),
  },
];

function isSequence(code: readonly Token[], index: number, sequence: readonly string[]): boolean {
  const member = textAt(code, index - 1) === "." && textAt(code, index - 2) !== "globalThis";
  return (
    !member &&
    code[index]?.kind !== "string" &&
    sequence.every((text, offset) => textAt(code, index + offset).replace("?.", ".") === text)
  );
}

function* findImports(effect: Effect, source: SourceFile): Iterable<number> {
  for (const one of source.imports) {
    const names = one.typeOnly ? undefined : effect.modules?.[one.specifier];
    const hit = names?.length === 0 || one.names.some((name) => names?.includes(name.name) === true && !name.typeOnly);
    if (names !== undefined && hit) {
      yield one.line;
    }
  }
}

function findSequence(source: SourceFile, text: string): readonly number[] {
  const sequence = text.split(" ");
  const anchor = sequence.findIndex((part) => /^[a-zA-Z]/.test(part));
  return source.find(sequence[anchor] ?? "").filter((index) => isSequence(source.code, index - anchor, sequence));
}

/** The lines on which the effect is had. */
function findUses(effect: Effect, source: SourceFile): readonly number[] {
  const { code = [], use } = effect;
  const words = use === undefined ? [] : source.find(use.word).filter((index) => use.isUse(source.code, index));
  const found = [...code.flatMap((text) => findSequence(source, text)), ...words];
  return [...findImports(effect, source), ...found.map((index) => source.code[index]?.line ?? 1)];
}

function toRule(effect: Effect): Rule {
  const where = [...effect.rooms, "apps"].join(", ");
  return perSource(effect.id, `Only ${where} touch ${effect.what}.`, function* (source): Iterable<Breach> {
    const may = source.room?.folder === "apps" || effect.rooms.includes(source.room?.name ?? "");
    for (const line of may || !isProduct(source) ? [] : findUses(effect, source)) {
      const message = `only ${where} may touch ${effect.what}: take it as a parameter`;
      yield { path: source.path, line, message };
    }
  });
}

/** One rule for each way of touching the world. Tests, tools and benchmarks are free. */
export const effectRules: readonly Rule[] = effects.map(toRule);
