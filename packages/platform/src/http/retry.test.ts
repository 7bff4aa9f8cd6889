import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redactUrl } from "./journal.ts";
import { toRedirectTarget } from "./redirect.ts";
import { defaultRetryPolicy, parseRetryAfter, toBackoffMs } from "./retry.ts";

const now = Date.parse("2026-01-01T00:00:00Z");

describe("Retry-After", () => {
  it.each([
    ["0", 0],
    ["120", 120_000],
    [" 5 ", 5000],
    ["Thu, 01 Jan 2026 00:01:00 GMT", 60_000],
    ["Thursday, 01-Jan-26 00:01:00 GMT", 60_000],
    ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
    ["-1", undefined],
    ["1.5", undefined],
    ["soon", undefined],
    ["99999999999999", undefined],
    ["2026-01-01", undefined],
    [null, undefined],
  ])("%s means %s ms", (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });
});

describe("back-off", () => {
  it("stays between half and the whole of a doubling delay, whatever chance says", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, fraction) => {
          const delay = toBackoffMs(attempt, defaultRetryPolicy, { nextFraction: () => fraction, nextUuid: () => "" });
          const full = Math.min(defaultRetryPolicy.delayMaxMs, defaultRetryPolicy.firstDelayMs * 2 ** (attempt - 1));
          return delay >= Math.floor(full / 2) && delay <= full;
        },
      ),
    );
  });
});

describe("an address in a log", () => {
  it.each([
    ["https://user:pw@h.example/p#f", "https://h.example/p"],
    ["https://h/p?api-version=1&code=abc&$filter=x", "https://h/p?api-version=1&code=[redacted]&$filter=x"],
    ["https://b.example/c?sv=1&sig=%2Babc", "https://b.example/c?sv=[redacted]&sig=[redacted]"],
    ["not an address", "[invalid address]"],
  ])("%s is written %s", (url, expected) => {
    expect(redactUrl(url)).toBe(expected);
  });
});

describe("a redirect", () => {
  const from = new URL("https://r.example/v2/");

  it.each([
    "http://r.example/v2/",
    "ftp://r.example/",
    "https://u:p@r.example/",
    "https://127.0.0.1/",
    "https://localhost/",
    "https://169.254.169.254/metadata",
    "https://[::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[",
    null,
  ])("from an https host to %s is refused", (location) => {
    expect(() => toRedirectTarget(from, location)).toThrow(expect.objectContaining({ code: "http.redirect-refused" }));
  });

  it("from plain http on this machine may lead to https", () => {
    expect(toRedirectTarget(new URL("http://127.0.0.1:5000/"), "https://r.example/x").href).toBe("https://r.example/x");
  });
});
