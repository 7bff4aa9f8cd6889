/** A query read into steps over rows: where, project, extend, summarize, order, limit, distinct, count. */
import type { Json, JsonObject } from "../json.ts";
import { type Expression, readExpression } from "./expression.ts";
import { InvalidQuery, TokenReader } from "./tokens.ts";

type Step = (rows: readonly JsonObject[]) => readonly JsonObject[];

/** A query ready to run. */
export interface GraphQuery {
  /** Table it starts from, lower case. */
  readonly table: string;
  readonly steps: readonly Step[];
  /** With `limit`, `take` or a summary there is no paging. */
  readonly isPaged: boolean;
}

interface Column {
  readonly name: string;
  readonly expression: Expression;
}

function readColumns(reader: TokenReader): Column[] {
  const columns: Column[] = [];
  do {
    const expression = readExpression(reader);
    columns.push(
      reader.skip("=")
        ? { name: expression.column, expression: readExpression(reader) }
        : { name: expression.column, expression },
    );
  } while (reader.skip(","));
  return columns;
}

function toRow(columns: readonly Column[], row: JsonObject): JsonObject {
  return Object.fromEntries(columns.map(({ name, expression }) => [name, expression.evaluate(row)]));
}

/** `summarize [name =] count() [by …]`. */
function readSummary(reader: TokenReader): Step {
  let name = "count_";
  let word = reader.expectName();
  if (reader.skip("=")) {
    name = word;
    word = reader.expectName();
  }
  if (word.toLowerCase() !== "count") {
    throw new InvalidQuery(`The aggregate '${word}' is not supported`);
  }
  reader.expect("(");
  reader.expect(")");
  const columns = reader.skip("by") ? readColumns(reader) : [];
  return (rows) => {
    const groups = Map.groupBy(rows, (row) => JSON.stringify(toRow(columns, row)));
    const counted = [...groups.values()].map((members) => ({
      ...toRow(columns, members[0] ?? {}),
      [name]: members.length,
    }));
    return columns.length === 0 && counted.length === 0 ? [{ [name]: 0 }] : counted;
  };
}

function compare(left: Json, right: Json): number {
  if (typeof left === "number" && typeof right === "number") {
    return left - right;
  }
  const [a, b] = [JSON.stringify(left), JSON.stringify(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `order by a asc, b` — descending unless it says otherwise, as Kusto has it. */
function readOrder(reader: TokenReader): Step {
  reader.expect("by");
  const keys: { readonly expression: Expression; readonly sign: number }[] = [];
  do {
    const expression = readExpression(reader);
    const isAscending = reader.skip("asc");
    if (!isAscending) {
      reader.skip("desc");
    }
    keys.push({ expression, sign: isAscending ? 1 : -1 });
  } while (reader.skip(","));
  return (rows) =>
    [...rows].sort((left, right) => {
      const differences = keys.map(({ expression, sign }) => {
        return sign * compare(expression.evaluate(left), expression.evaluate(right));
      });
      return differences.find((difference) => difference !== 0) ?? 0;
    });
}

function readDistinct(reader: TokenReader): Step {
  const columns = readColumns(reader);
  return (rows) => {
    const distinct = Map.groupBy(rows, (row) => JSON.stringify(toRow(columns, row)));
    return [...distinct.values()].map(([first = {}]) => toRow(columns, first));
  };
}

const operators: Readonly<Record<string, (reader: TokenReader) => Step>> = {
  where: (reader) => {
    const condition = readExpression(reader);
    return (rows) => rows.filter((row) => condition.evaluate(row) === true);
  },
  project: (reader) => {
    const columns = readColumns(reader);
    return (rows) => rows.map((row) => toRow(columns, row));
  },
  extend: (reader) => {
    const columns = readColumns(reader);
    return (rows) => rows.map((row) => ({ ...row, ...toRow(columns, row) }));
  },
  summarize: readSummary,
  order: readOrder,
  sort: readOrder,
  limit: readLimit,
  take: readLimit,
  distinct: readDistinct,
  count: () => (rows) => [{ Count: rows.length }],
};

function readLimit(reader: TokenReader): Step {
  const count = Number(reader.take().text);
  if (!Number.isInteger(count)) {
    throw new InvalidQuery("limit needs a number");
  }
  return (rows) => rows.slice(0, count);
}

const unpaged = new Set(["summarize", "limit", "take", "distinct", "count"]);

/** Reads a query. Throws `InvalidQuery` for anything outside the supported part of the language. */
export function parseQuery(text: string): GraphQuery {
  const reader = new TokenReader(text);
  const table = reader.expectName().toLowerCase();
  const steps: Step[] = [];
  let isPaged = true;
  while (reader.skip("|")) {
    const name = reader.expectName().toLowerCase();
    const readStep = operators[name];
    if (readStep === undefined) {
      throw new InvalidQuery(`The operator '${name}' is not supported`);
    }
    isPaged = isPaged && !unpaged.has(name);
    steps.push(readStep(reader));
  }
  if (reader.next.kind !== "end") {
    throw new InvalidQuery(`Unexpected '${reader.next.text}' at ${reader.next.at}`);
  }
  return { table, steps, isPaged };
}

export function runQuery(query: GraphQuery, rows: readonly JsonObject[]): readonly JsonObject[] {
  return query.steps.reduce<readonly JsonObject[]>((current, step) => step(current), rows);
}
