import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFolders } from "../bucket.fixture.ts";
import { openKeyedFile } from "./keyed-file.ts";
import { KeyedFileWriter } from "./keyed-file-writer.ts";

const createFolder = createFolders();

describe("a keyed file", () => {
  it("is a map: what was put last under a key is found under it, and nothing else is found", () => {
    const puts = fc.array(fc.tuple(fc.string({ unit: "binary", maxLength: 12 }), fc.uint8Array({ maxLength: 200 })), {
      maxLength: 400,
    });
    const folder = createFolder();
    let run = 0;
    fc.assert(
      fc.property(puts, fc.array(fc.string()), (written, others) => {
        run += 1;
        const path = join(folder, `${run}.bin`);
        const writer = new KeyedFileWriter(path);
        // Lone surrogates have no UTF-8 form of their own, so keys are compared as they can be stored.
        const expected = new Map<string, string>();
        for (const [key, content] of written) {
          writer.put(key.toWellFormed(), Buffer.from(content));
          expected.set(key.toWellFormed(), Buffer.from(content).toString("hex"));
        }
        writer.finish(Buffer.alloc(0));
        const file = openKeyedFile(path);
        try {
          for (const key of [...expected.keys(), ...others]) {
            expect(file.get(key)?.toString("hex")).toBe(expected.get(key));
          }
          expect(file.verify()).toBe(expected.size);
        } finally {
          file.close();
        }
      }),
      { numRuns: 60 },
    );
  });
});
