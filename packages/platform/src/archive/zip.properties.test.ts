import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packZip } from "./zip.fixture.ts";
import { openZip, toZipSource } from "./zip.ts";

const part = fc.record({
  name: fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
  content: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
  method: fc.constantFrom(0, 8),
  zip64: fc.boolean(),
  localExtraBytes: fc.constantFrom(0, 9, 200),
});
const shape = fc.record({
  comment: fc.string({ maxLength: 40 }),
  prefix: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  zip64: fc.boolean(),
});

describe("zip", () => {
  it("gives back what was packed", () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), shape, (parts, packed) => {
        const opened = openZip(toZipSource(packZip(parts, packed)), { name: "generated.zip" });
        const read = opened.ok
          ? Array.from(opened.value.entries, (entry) => {
              const content = opened.value.read(entry);
              return [entry.name, content.ok ? content.value.toString("hex") : content.problem.code];
            })
          : opened.problem.code;
        expect(read).toEqual(parts.map(({ name, content }) => [name, content.toString("hex")]));
      }),
    );
  });

  it("answers damage with a problem or with the true content, never with other content and never with a throw", () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), shape, damage, fc.nat(400), (...input) => {
        const [parts, packed, writes, cutBytes] = input;
        const whole = packZip(parts, packed);
        const bytes = Buffer.from(whole.subarray(0, Math.max(0, whole.length - (cutBytes % 7 === 0 ? cutBytes : 0))));
        for (const [at, value] of writes) {
          bytes[at % Math.max(1, bytes.length)] = value;
        }
        const known = new Set(parts.map(({ content }) => content.toString("hex")));
        const opened = openZip(toZipSource(bytes), { name: "damaged.zip", limits: { entryBytesMax: 100_000 } });
        for (const entry of opened.ok ? opened.value.entries : []) {
          const content = opened.ok ? opened.value.read(entry) : undefined;
          // A damaged CRC-32 field meeting damaged content by chance: one in four billion, not seen in a test.
          expect(content?.ok !== true || known.has(content.value.toString("hex")) || entry.sizeBytes === 0).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
