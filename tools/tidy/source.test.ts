import { describe, expect, it } from "vitest";
import { parseSource, readDeclarations, resolveRelative } from "./source.ts";

describe("parseSource", () => {
  it("reads every form of import", () => {
    const { imports } = parseSource(
      "packages/a/src/x.ts",
      [
        `import first, { second as third, type Fourth } from "./one.ts";`,
        `import * as all from "node:fs";`,
        `import type { Only } from "two";`,
        `import { type Alone } from "three";`,
        `import "./effect.ts";`,
        `export { a, b as c } from "./four.ts";`,
        `export * from "./five.ts";`,
        `export type { D } from "./six.ts";`,
        `const late = await import("./seven.ts");`,
      ].join("\n"),
    );
    expect(imports.map((one) => [one.kind, one.specifier, one.typeOnly, one.line])).toEqual([
      ["static", "./one.ts", false, 1],
      ["static", "node:fs", false, 2],
      ["static", "two", true, 3],
      ["static", "three", true, 4],
      ["static", "./effect.ts", false, 5],
      ["reexport", "./four.ts", false, 6],
      ["reexport", "./five.ts", false, 7],
      ["reexport", "./six.ts", true, 8],
      ["dynamic", "./seven.ts", false, 9],
    ]);
    expect(imports[0]?.names).toEqual([
      { name: "default", local: "first", typeOnly: false },
      { name: "second", local: "third", typeOnly: false },
      { name: "Fourth", local: "Fourth", typeOnly: true },
    ]);
    expect(imports[1]?.names).toEqual([{ name: "*", local: "all", typeOnly: false }]);
    expect(imports[5]?.names.map((name) => name.local)).toEqual(["a", "c"]);
  });

  it("does not take an export of a declaration, or import.meta, for an import", () => {
    const text = `export const a = "x";\nexport function f(from: string) { return "y"; }\nimport.meta.url;\nexport { a };`;
    expect(parseSource("tools/x.ts", text).imports).toEqual([]);
  });

  it("takes contextual keywords for names, and does not run on into the next statement", () => {
    const text = `import { namespace, interface as shape, type } from "a";\nexport interface B {}\nimport "c";\nexport default d\nimport e from "f"`;
    expect(
      parseSource("tools/x.ts", text).imports.map((one) => [one.specifier, one.names.map(({ name }) => name)]),
    ).toEqual([
      ["a", ["namespace", "interface", "type"]],
      ["c", []],
      ["f", ["default"]],
    ]);
  });

  it("does not see imports in comments and strings", () => {
    const text = `// import { a } from "b"\nconst c = 'import "d"';`;
    expect(parseSource("tools/x.ts", text).imports).toEqual([]);
  });

  it("knows the room and whether the file is a test", () => {
    expect(parseSource("packages/model/src/a.test.ts", "")).toMatchObject({
      room: { folder: "packages", name: "model" },
      isTest: true,
    });
    expect(parseSource("tools/a.ts", "")).toMatchObject({ room: undefined, isTest: false });
  });
});

describe("readDeclarations", () => {
  it("finds exported declarations and their docstrings", () => {
    const source = parseSource(
      "packages/a/src/x.ts",
      [
        "/** Told. */\nexport const told = 1;",
        "// Not told.\nexport function untold() {}",
        "/** Told. */\nexport async function late() {}",
        "export type Bare = 1;",
        "const hidden = 2;\nexport { hidden };",
      ].join("\n"),
    );
    expect(readDeclarations(source).map(({ name, line, documented }) => [name, line, documented])).toEqual([
      ["told", 2, true],
      ["untold", 4, false],
      ["late", 6, true],
      ["Bare", 7, false],
    ]);
  });
});

describe("resolveRelative", () => {
  it("resolves against the folder of the importing file and leaves packages alone", () => {
    expect(resolveRelative("packages/a/src/deep/x.ts", "../y.ts")).toBe("packages/a/src/y.ts");
    expect(resolveRelative("packages/a/src/x.ts", "../../b/src/y.ts")).toBe("packages/b/src/y.ts");
    expect(resolveRelative("packages/a/src/x.ts", "zod")).toBeUndefined();
  });
});
