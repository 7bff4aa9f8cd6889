import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const rules = readFileSync(join(import.meta.dirname, "../RULES.md"), "utf8");
const pointers = [...rules.matchAll(/^\| .+ \| (\S+\.test\.ts) › (.+?) +\|$/gm)].map(([, file = "", title = ""]) => ({
  file,
  title,
}));

describe("RULES.md", () => {
  it("lists rules in every section", () => {
    expect(pointers.length).toBeGreaterThan(60);
    const rows = rules.split("\n").filter((line) => /^\| (?!rule )[^-]/.test(line));
    expect(rows.length - pointers.length, "rows without a test of their own").toBe(1);
  });

  it.each(pointers)("$file has a test that $title", ({ file, title }) => {
    expect(readFileSync(join(import.meta.dirname, file), "utf8")).toContain(`it("${title}"`);
  });
});
