/** Raw documents out of text. */

/** JSON, or what the parser had to say about it. */
export type JsonReading =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

/** Parses JSON; a byte order mark in front, which some feeds carry, is no fault. */
export function parseJson(text: string): JsonReading {
  try {
    const value: unknown = JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
    return { ok: true, value };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : "unreadable" };
  }
}

/** Cells of one line of a table. Source: RFC 4180, without line breaks inside quotes, which no feed read here has. */
export function parseCsvLine(line: string): readonly string[] {
  if (!line.includes('"')) {
    return line.split(",");
  }
  const cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/y;
  for (;;) {
    const match = cell.exec(line);
    if (match === null) {
      return cells;
    }
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "") {
      return cells;
    }
  }
}
