/** The part of OData `$filter` ARM lists take: `field eq 'value'` joined by `and`. */

/** Terms by lower-case field name, or `undefined` for a filter that is not of this form. */
export function parseFilter(text: string | null): Readonly<Record<string, string>> | undefined {
  const terms: Record<string, string> = {};
  for (const part of text === null || text === "" ? [] : text.split(/ and /i)) {
    const [, field, value] = /^\s*([A-Za-z/]+) eq '((?:[^']|'')*)'\s*$/i.exec(part) ?? [];
    if (field === undefined || value === undefined) {
      return undefined;
    }
    terms[field.toLowerCase()] = value.replaceAll("''", "'");
  }
  return terms;
}
