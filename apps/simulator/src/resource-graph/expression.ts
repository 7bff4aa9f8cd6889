/** Expressions of a query: read into functions over a row. */
import { isJsonObject, type Json, type JsonObject, toList } from "../json.ts";
import { InvalidQuery, type TokenReader } from "./tokens.ts";

/** A value computed from a row; `null` is Kusto's null. */
export interface Expression {
  readonly evaluate: (row: JsonObject) => Json;
  /** The column it would be called after when it has no name of its own. */
  readonly column: string;
}

function toTextValue(value: Json): string {
  if (typeof value === "string") {
    return value;
  }
  return value === null ? "" : JSON.stringify(value);
}

function isTrue(value: Json): boolean {
  return value === true;
}

function compareOrder(left: Json, right: Json): number {
  if (typeof left === "number" && typeof right === "number") {
    return left - right;
  }
  const [a, b] = [toTextValue(left), toTextValue(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

type Comparison = (left: Json, right: Json) => boolean;

function byText(compare: (left: string, right: string) => boolean): Comparison {
  return (left, right) => compare(toTextValue(left), toTextValue(right));
}

function byLowerText(compare: (left: string, right: string) => boolean): Comparison {
  return byText((left, right) => compare(left.toLowerCase(), right.toLowerCase()));
}

const comparisons: Readonly<Record<string, Comparison>> = {
  "==": byText((left, right) => left === right),
  "!=": byText((left, right) => left !== right),
  "=~": byLowerText((left, right) => left === right),
  "!~": byLowerText((left, right) => left !== right),
  contains: byLowerText((left, right) => left.includes(right)),
  has: byLowerText((left, right) => left.split(/[^a-z0-9]+/).includes(right) || left.includes(right)),
  startswith: byLowerText((left, right) => left.startsWith(right)),
  endswith: byLowerText((left, right) => left.endsWith(right)),
  "<": (left, right) => compareOrder(left, right) < 0,
  ">": (left, right) => compareOrder(left, right) > 0,
  "<=": (left, right) => compareOrder(left, right) <= 0,
  ">=": (left, right) => compareOrder(left, right) >= 0,
};

const functions: Readonly<Record<string, (values: readonly Json[]) => Json>> = {
  tolower: ([value = null]) => toTextValue(value).toLowerCase(),
  toupper: ([value = null]) => toTextValue(value).toUpperCase(),
  tostring: ([value = null]) => toTextValue(value),
  isempty: ([value = null]) => toTextValue(value) === "",
  isnotempty: ([value = null]) => toTextValue(value) !== "",
  isnull: ([value = null]) => value === null,
  isnotnull: ([value = null]) => value !== null,
  not: ([value = null]) => !isTrue(value),
  array_length: ([value = null]) => (Array.isArray(value) ? toList(value).length : null),
  strcat: (values) => values.map(toTextValue).join(""),
  coalesce: (values) => values.find((value) => value !== null) ?? null,
};

/** `a or b`. */
export function readExpression(reader: TokenReader): Expression {
  let left = readAnd(reader);
  while (reader.skip("or")) {
    const [first, second] = [left, readAnd(reader)];
    left = { column: "Column1", evaluate: (row) => isTrue(first.evaluate(row)) || isTrue(second.evaluate(row)) };
  }
  return left;
}

function readAnd(reader: TokenReader): Expression {
  let left = readComparison(reader);
  while (reader.skip("and")) {
    const [first, second] = [left, readComparison(reader)];
    left = { column: "Column1", evaluate: (row) => isTrue(first.evaluate(row)) && isTrue(second.evaluate(row)) };
  }
  return left;
}

const membership: Readonly<Record<string, { readonly equal: string; readonly wanted: boolean }>> = {
  in: { equal: "==", wanted: true },
  "in~": { equal: "=~", wanted: true },
  "!in": { equal: "==", wanted: false },
  "!in~": { equal: "=~", wanted: false },
};

function readOperator(reader: TokenReader): string {
  return reader.skip("!") ? `!${reader.take().text.toLowerCase()}` : reader.next.text.toLowerCase();
}

function readComparison(reader: TokenReader): Expression {
  const left = readPrimary(reader);
  const isNegated = reader.next.text === "!";
  const operator = reader.next.kind === "text" ? "" : readOperator(reader);
  const member = membership[operator];
  const compare = comparisons[operator];
  if (member === undefined && compare === undefined) {
    return left;
  }
  if (!isNegated) {
    reader.take();
  }
  if (member !== undefined) {
    const values = readList(reader);
    const equal = comparisons[member.equal];
    const isIn = (row: JsonObject): boolean =>
      values.some((value) => equal?.(left.evaluate(row), value.evaluate(row)) === true);
    return { column: "Column1", evaluate: (row) => isIn(row) === member.wanted };
  }
  const right = readPrimary(reader);
  return { column: "Column1", evaluate: (row) => compare?.(left.evaluate(row), right.evaluate(row)) === true };
}

function readList(reader: TokenReader): Expression[] {
  reader.expect("(");
  const values: Expression[] = [];
  while (!reader.skip(")")) {
    values.push(readExpression(reader));
    reader.skip(",");
  }
  return values;
}

function toConstant(value: Json): Expression {
  return { column: "Column1", evaluate: () => value };
}

function readPrimary(reader: TokenReader): Expression {
  if (reader.skip("(")) {
    const inner = readExpression(reader);
    reader.expect(")");
    return inner;
  }
  const token = reader.take();
  switch (token.kind) {
    case "text":
      return toConstant(token.text.slice(1, -1).replaceAll(/\\(.)/g, "$1"));
    case "number":
      return toConstant(Number(token.text));
    case "name":
      return readName(reader, token.text);
    default:
      throw new InvalidQuery(`Unexpected '${token.text}' at ${token.at}`);
  }
}

function readName(reader: TokenReader, name: string): Expression {
  if (name === "true" || name === "false") {
    return toConstant(name === "true");
  }
  if (reader.next.text === "(") {
    const call = functions[name.toLowerCase()];
    if (call === undefined) {
      throw new InvalidQuery(`The function '${name}' is not supported`);
    }
    const parameters = readList(reader);
    return { column: "Column1", evaluate: (row) => call(parameters.map((parameter) => parameter.evaluate(row))) };
  }
  return readPath(reader, name);
}

/** `properties.sku.name`, `properties['sku']`, `properties.list[0]`. Members of property bags are case-sensitive. */
function readPath(reader: TokenReader, first: string): Expression {
  const path: string[] = [first];
  for (;;) {
    if (reader.skip(".")) {
      path.push(reader.expectName());
    } else if (reader.skip("[")) {
      path.push(reader.take().text.replaceAll(/^['"]|['"]$/g, ""));
      reader.expect("]");
    } else {
      return { column: path.join("_"), evaluate: (row) => followPath(row, path) };
    }
  }
}

function followPath(value: Json, path: readonly string[]): Json {
  const [first, ...rest] = path;
  if (first === undefined) {
    return value;
  }
  const member = isJsonObject(value) ? value[first] : toList(value)[Number(first)];
  return member === undefined ? null : followPath(member, rest);
}
