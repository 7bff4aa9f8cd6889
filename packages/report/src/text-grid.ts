/** Columns of text that line up in a terminal, whatever the characters' width, and fit where they can be cut. */
import { styleText } from "node:util";
import stringWidth from "string-width";
import type { Surface } from "./format.ts";

/** One column. `shrinks` columns give way when the terminal is too narrow. */
export interface Column {
  readonly title: string;
  readonly right?: boolean;
  readonly shrinks?: boolean;
}

const styles = {
  bold: ["bold"],
  dim: ["dim"],
  critical: ["bold", "red"],
  high: ["red"],
  medium: ["yellow"],
  low: ["cyan"],
  negligible: ["dim"],
  none: ["dim"],
  unknown: ["magenta"],
} as const;

/** Name of a text style: a severity, or how loud. */
export type Style = keyof typeof styles;

/** The text in a style, where the surface has colour. */
export function paint(text: string, style: Style, surface: Surface): string {
  return surface.colour ? styleText([...styles[style]], text, { validateStream: false }) : text;
}

const gap = 2;
const widthFloor = 8;

/**
 * Rows under their titles. Control characters in cells are shown as `\xNN`: cell text comes from images, and a terminal
 * must not obey it. `styleOf` colours a row's first cell.
 */
export function* formatGrid(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  surface: Surface,
  styleOf?: (row: number) => Style | undefined,
): Iterable<string> {
  const cells = rows.map((row) => row.map(toPrintable));
  const widths = fitWidths(columns, cells, surface.columns);
  const titles = columns.map((column) => column.title);
  yield `${paint(formatRow(titles, columns, widths), "dim", surface)}\n`;
  for (const [index, row] of cells.entries()) {
    const text = formatRow(row, columns, widths);
    const style = styleOf?.(index);
    const head = text.slice(0, (row[0] ?? "").length);
    yield `${style === undefined ? text : paint(head, style, surface) + text.slice(head.length)}\n`;
  }
}

/** The text with control characters and direction overrides made visible. */
export function toPrintable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\x${code.toString(16).padStart(2, "0")}`;
  });
}

function fitWidths(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  limit: number | undefined,
): number[] {
  const widths = columns.map((column, index) =>
    rows.reduce((widest, row) => Math.max(widest, stringWidth(row[index] ?? "")), stringWidth(column.title)),
  );
  const total = (): number => widths.reduce((sum, width) => sum + width, gap * (widths.length - 1));
  while (limit !== undefined && total() > limit) {
    const widest = columns
      .map((column, index) => ({ index, width: column.shrinks === true ? (widths[index] ?? 0) : 0 }))
      .reduce((a, b) => (b.width > a.width ? b : a));
    if (widest.width <= widthFloor) {
      break;
    }
    widths[widest.index] = widest.width - 1;
  }
  return widths;
}

function formatRow(row: readonly string[], columns: readonly Column[], widths: readonly number[]): string {
  return columns
    .map((column, index) => {
      const width = widths[index] ?? 0;
      const text = cut(row[index] ?? "", width);
      const padding = " ".repeat(Math.max(0, width - stringWidth(text)));
      return column.right === true ? padding + text : text + padding;
    })
    .join(" ".repeat(gap))
    .trimEnd();
}

/** Cut in the middle: versions and paths tell most at both ends. */
function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) {
    return text;
  }
  const characters = Array.from(new Intl.Segmenter().segment(text), (part) => part.segment);
  let head = Math.ceil((width - 1) / 2);
  let tail = Math.floor((width - 1) / 2);
  const assembled = (): string =>
    `${characters.slice(0, head).join("")}…${tail === 0 ? "" : characters.slice(-tail).join("")}`;
  while (stringWidth(assembled()) > width && head + tail > 0) {
    if (tail > 0) {
      tail -= 1;
    } else {
      head -= 1;
    }
  }
  return assembled();
}
