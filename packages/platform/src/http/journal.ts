/** What was asked of whom: the record by which anyone can check that the product only reads. */

/** One request as it went out. Holds no header, no body and no secret part of the address. */
export interface HttpJournalEntry {
  readonly at: string;
  readonly method: string;
  /** Address with secret query values masked, see {@link redactUrl}. */
  readonly url: string;
  readonly towards: string;
  readonly purpose: string;
  /** 1 for the first attempt of a call. */
  readonly attempt: number;
  readonly durationMs: number;
  readonly outcome: { readonly status: number } | { readonly errorCode: string };
}

/** Where the client writes what it did. */
export interface HttpJournal {
  record(entry: HttpJournalEntry): void;
}

/** A journal that keeps the last `entriesMax` entries in memory; `entries()` gives them oldest first. */
export function createHttpJournal(entriesMax: number): HttpJournal & { entries(): readonly HttpJournalEntry[] } {
  const kept: HttpJournalEntry[] = [];
  return {
    record: (entry) => {
      kept.push(entry);
      if (kept.length > entriesMax) {
        kept.splice(0, kept.length - entriesMax);
      }
    },
    entries: () => [...kept],
  };
}

/**
 * Query parameters whose values say what was read and can hold no credential. Everything else is masked: an address
 * that a registry redirects to carries its whole credential in the query (SAS), and new parameter names appear freely.
 */
const printableParameters: ReadonlySet<string> = new Set([
  "api-version",
  "scope",
  "service",
  "last",
  "n",
  "digest",
  "orderby",
  "artifacttype",
  "limit",
  "$filter",
  "$top",
  "$expand",
  "$select",
  "statusonly",
  "resource",
  "labelselector",
  "fieldselector",
]);

/** The address fit for a log: no user info, no fragment, values of unknown query parameters replaced by `[redacted]`. */
export function redactUrl(address: string | URL): string {
  const url = URL.parse(String(address));
  if (url === null) {
    return "[invalid address]";
  }
  const query = [...url.searchParams].map(([name, value]) =>
    printableParameters.has(name.toLowerCase()) ? `${name}=${value}` : `${name}=[redacted]`,
  );
  return `${url.origin}${url.pathname}${query.length === 0 ? "" : `?${query.join("&")}`}`;
}
