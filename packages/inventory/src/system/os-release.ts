/** Text of an os-release file. Source: os-release(5): shell-compatible assignments, no expansion. */

/** The fields that identify a distribution. */
export interface OsRelease {
  readonly id: string;
  readonly versionId: string;
  readonly codename: string;
  readonly name: string;
}

const linesMax = 200;
const valueMax = 200;

function unquote(text: string): string {
  const value = text.trim();
  const quote = value[0];
  if (quote === "'" && value.endsWith("'") && value.length > 1) {
    return value.slice(1, -1);
  }
  if (quote === '"' && value.endsWith('"') && value.length > 1) {
    return value.slice(1, -1).replace(/\\(["$`\\])/g, "$1");
  }
  return value;
}

/** What identifies the distribution; a field that is missing or unreasonable is empty. Never throws. */
export function parseOsRelease(text: string): OsRelease {
  const fields = new Map<string, string>();
  for (const line of text.split("\n", linesMax)) {
    const match = /^\s*([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.replace(/\r$/, ""));
    if (match?.[1] !== undefined && match[2] !== undefined) {
      fields.set(match[1], unquote(match[2]).slice(0, valueMax));
    }
  }
  const id = fields.get("ID")?.toLowerCase() ?? "";
  return {
    id: /^[a-z0-9._-]+$/.test(id) ? id : "",
    versionId: plain(fields.get("VERSION_ID")),
    codename: plain(fields.get("VERSION_CODENAME")),
    name: plain(fields.get("PRETTY_NAME") ?? fields.get("NAME")),
  };
}

/** The text when it can be shown and compared as it is, otherwise nothing. */
function plain(text: string | undefined): string {
  return text === undefined || /\p{Cc}/u.test(text) ? "" : text;
}
