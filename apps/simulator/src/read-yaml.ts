import { readFile } from "node:fs/promises";
import { parseDocument } from "yaml";
import { SimulatorError } from "./simulator-error.ts";

const fileBytesMax = 8 * 2 ** 20;

/**
 * Reads a YAML file into plain values. Aliases are limited, so that no file unfolds without end.
 * Errors: `simulator.file-unreadable`, `simulator.invalid-yaml`.
 */
export async function readYaml(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new SimulatorError("simulator.file-unreadable", `Cannot read ${path}`, { cause });
  }
  if (Buffer.byteLength(text) > fileBytesMax) {
    throw new SimulatorError("simulator.invalid-yaml", `${path} is larger than ${fileBytesMax} bytes`);
  }
  const document = parseDocument(text, { merge: true });
  const [fault] = document.errors;
  if (fault !== undefined) {
    throw new SimulatorError("simulator.invalid-yaml", `${path}: ${fault.message}`);
  }
  return document.toJS({ maxAliasCount: 1000 });
}
