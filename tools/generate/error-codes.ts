/** The error codes of every room: read from their tables, checked against their use in the source. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { levels } from "../tidy/levels.data.ts";
import type { SourceFile } from "../tidy/source.ts";
import { textAt } from "../tidy/tokens.ts";
import { isProduct, type Tree } from "../tidy/tree.ts";

/** One row of a room's table. */
export interface ErrorCode {
  readonly code: string;
  readonly cause: string;
  /** What the user does next. */
  readonly next: string;
  readonly retryable: boolean;
  readonly httpStatus: number;
}

/** A room's table, sorted by code. */
export interface ErrorTable {
  /** `packages/registry`. */
  readonly room: string;
  readonly codes: readonly ErrorCode[];
}

const tableForm = /^((?:packages|apps)\/[^/]+)\/src\/error-codes\.data\.ts$/;
const codeForm = /^[a-z][a-z0-9-]*\.[a-z0-9]+(?:-[a-z0-9]+)*$/;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function parseRow(path: string, code: string, row: unknown): ErrorCode {
  const { cause, next, retryable, httpStatus } = isRecord(row) ? row : {};
  const told = typeof cause === "string" && cause !== "" && typeof next === "string" && next !== "";
  const status =
    typeof httpStatus === "number" && Number.isInteger(httpStatus) && httpStatus >= 400 && httpStatus < 600;
  if (!codeForm.test(code) || !told || typeof retryable !== "boolean" || !status) {
    throw new Error(
      `${path}: ${code} needs the form room.kebab-case, a cause, a next step, retryable and an httpStatus 4xx or 5xx`,
    );
  }
  return { code, cause, next, retryable, httpStatus };
}

async function readTable(root: string, path: string, room: string): Promise<ErrorTable> {
  const module: unknown = await import(pathToFileURL(join(root, path)).href);
  const tables = Object.entries(isRecord(module) ? module : {}).filter(([name]) => name.endsWith("ErrorCodes"));
  const [, table] = tables[0] ?? [];
  if (tables.length !== 1 || !isRecord(table)) {
    throw new Error(`${path} exports one table called <room>ErrorCodes; found ${tables.length}`);
  }
  const codes = Object.entries(table).map(([code, row]) => parseRow(path, code, row));
  return { room, codes: codes.sort((a, b) => (a.code < b.code ? -1 : 1)) };
}

/** Every room's table, sorted by room; rooms without one are left out. Throws when a table has not the agreed form. */
export async function readErrorTables(tree: Tree): Promise<readonly ErrorTable[]> {
  const found = tree.sources.flatMap(({ path }) => {
    const room = tableForm.exec(path)?.[1];
    return room === undefined ? [] : [{ path, room }];
  });
  return Promise.all(found.map(({ path, room }) => readTable(tree.root, path, room)));
}

function prefixOf(code: string): string {
  return code.slice(0, code.indexOf("."));
}

/** Prefixes are how a reader finds the room: each belongs to one. Fills `owners`, prefix to room. */
function* findSharedPrefixes(tables: readonly ErrorTable[], owners: Map<string, string>): Iterable<string> {
  for (const { room, codes } of tables) {
    for (const prefix of new Set(codes.map(({ code }) => prefixOf(code)))) {
      const owner = owners.get(prefix);
      if (owner !== undefined) {
        yield `${room}: the prefix ${prefix} belongs to ${owner}`;
      }
      owners.set(prefix, room);
    }
  }
}

/**
 * Whether a code with this prefix, in this file, means an error code: the room's own, or one of a room it may import.
 * Elsewhere the same word is another vocabulary, such as the verifier's failures.
 */
function mayRaise(source: SourceFile, prefix: string, owners: ReadonlyMap<string, string>): boolean {
  const room = source.room?.name ?? "";
  const owner = owners.get(prefix)?.split("/")[1] ?? prefix;
  return owner === room || levels[room]?.includes(owner) === true;
}

/** What is wrong between tables and source: codes nobody uses, codes used that no table holds, prefixes shared. */
export function findCodeProblems(tree: Tree, tables: readonly ErrorTable[]): readonly string[] {
  const known = new Set(tables.flatMap(({ codes }) => codes.map(({ code }) => code)));
  const owners = new Map<string, string>();
  const used = new Set<string>();
  const problems = [...findSharedPrefixes(tables, owners)];
  for (const source of tree.sources.filter((one) => isProduct(one) && !tableForm.test(one.path))) {
    for (const [index, token] of source.code.entries()) {
      if (token.kind !== "string" || !codeForm.test(token.text)) {
        continue;
      }
      used.add(token.text);
      const isCode = textAt(source.code, index - 1) === ":" && textAt(source.code, index - 2) === "code";
      if (isCode && mayRaise(source, prefixOf(token.text), owners) && !known.has(token.text)) {
        problems.push(`${source.path}:${token.line} code ${token.text} stands in no error-codes.data.ts`);
      }
    }
  }
  for (const { room, codes } of tables) {
    const unused = codes.filter(({ code }) => !used.has(code));
    problems.push(...unused.map(({ code }) => `${room}/src/error-codes.data.ts: nothing uses ${code}`));
  }
  return problems;
}
