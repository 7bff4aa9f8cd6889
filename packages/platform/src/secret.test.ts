import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { createLog } from "./log.ts";
import { Secret } from "./secret.ts";

describe("a secret", () => {
  const secret = new Secret("hunter2");

  it("is given away only when asked for by name", () => {
    expect(secret.reveal()).toBe("hunter2");
  });

  it.each([
    ["text", String(secret)],
    ["JSON", JSON.stringify({ nested: [secret] })],
    ["inspect", inspect({ nested: { deep: secret } }, { depth: 9, showHidden: true })],
    ["an error", String(new Error(`failed with ${String(secret)}`))],
    ["a copy of its fields", JSON.stringify(Object.assign({}, secret))],
    ["its entries", JSON.stringify(Object.entries(secret))],
  ])("does not appear in %s", (_where, text) => {
    expect(text).not.toContain("hunter2");
  });
});

describe("the log", () => {
  it("masks fields that are named like credentials and keeps the rest", () => {
    const lines: string[] = [];
    const log = createLog({ level: "debug", destination: { write: (line) => void lines.push(line) } });
    log.child({ jobId: "j1" }).info(
      {
        authorization: "Bearer hunter2",
        request: { headers: { authorization: "hunter2" }, password: "hunter2" },
        credential: new Secret("hunter2"),
        repository: "shop/api",
      },
      "asked",
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain("hunter2");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: "info",
      jobId: "j1",
      repository: "shop/api",
      msg: "asked",
    });
  });

  it("leaves out what is below its level", () => {
    const lines: string[] = [];
    const log = createLog({ level: "warn", destination: { write: (line) => void lines.push(line) } });
    log.info({}, "not this");
    log.warn({}, "but this");
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(["but this"]);
  });
});
