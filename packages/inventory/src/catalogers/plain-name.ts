/** What every name and version must be before it may enter an inventory. */

const forbidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]/u;

/** Whether the text can be a package's name or version: not empty, at most 512 characters, no control characters, no blank ends. */
export function isPlainName(text: string): boolean {
  return text !== "" && text.length <= 512 && text === text.trim() && !forbidden.test(text);
}

/** The text cut and escaped, for messages: what images hold must not drive a terminal. */
export function quoteText(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
