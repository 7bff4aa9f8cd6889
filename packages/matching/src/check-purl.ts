/** Runs the tests of the purl specification. Format: purl-test.schema-0.2.json, `{tests: [{test_type, input, …}]}`. */
import { type CaseOutcome, type ConformanceCheck, collectOutcomes } from "@sightline/versions";
import { createPurl, formatPurl, type Purl, parsePurl } from "./purl.ts";

/** Answer of ours as text that can be compared, or `undefined` where we refuse. */
type Answer = string | undefined;

function toEntries(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function toParts(value: unknown): Purl {
  const parts = toEntries(value);
  const qualifiers = Object.entries(toEntries(parts["qualifiers"])).map(([key, text]) => [key, toText(text)] as const);
  return {
    type: toText(parts["type"]),
    namespace: toText(parts["namespace"]),
    name: toText(parts["name"]),
    version: toText(parts["version"]),
    qualifiers: Object.fromEntries(qualifiers.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    subpath: toText(parts["subpath"]),
  };
}

/** Tests of the group `recommended` ask a reader to put right what strict ones ask it to refuse. */
function answer(test: Readonly<Record<string, unknown>>): Answer {
  if (test["test_type"] === "build") {
    const built = createPurl(toParts(test["input"]));
    return built.ok ? formatPurl(built.value) : undefined;
  }
  const parsed = parsePurl(toText(test["input"]), test["test_group"] === "recommended" ? "tolerant" : "strict");
  if (!parsed.ok) {
    return undefined;
  }
  return test["test_type"] === "parse" ? JSON.stringify(toParts(parsed.value)) : formatPurl(parsed.value);
}

function checkTest(test: Readonly<Record<string, unknown>>): CaseOutcome {
  const { test_type: testType, input, expected_output: output, expected_failure: isFailure } = test;
  const subject = typeof input === "string" ? input : JSON.stringify(input);
  if (testType !== "parse" && testType !== "build" && testType !== "validate") {
    return { input: subject, expected: "a parse, build or validate test", actual: String(testType) };
  }
  const expectedText = testType === "parse" ? JSON.stringify(toParts(output)) : toText(output);
  const expected = isFailure === true ? undefined : expectedText;
  const actual = answer(test);
  return actual === expected
    ? "right"
    : { input: `${testType} ${subject}`, expected: expected ?? "refused", actual: actual ?? "refused" };
}

/**
 * Checks files of purl tests, given as texts. A JSON file without tests (the index of types) holds no cases; text that is
 * no JSON is one failed case.
 */
export function checkPurlTests(texts: readonly string[]): ConformanceCheck {
  return collectOutcomes(
    texts.flatMap((text): readonly CaseOutcome[] => {
      try {
        const { tests } = toEntries(JSON.parse(text));
        return Array.isArray(tests) ? tests.map((test) => checkTest(toEntries(test))) : [];
      } catch (error) {
        const actual = error instanceof Error ? error.message : "unreadable";
        return [{ input: text.slice(0, 80), expected: "a JSON file of purl tests", actual }];
      }
    }),
  );
}
