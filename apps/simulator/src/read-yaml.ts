import { parseDocument } from "yaml";
import { readTextFile } from "./read-text-file.ts";
import { SimulatorError } from "./simulator-error.ts";

/**
 * Reads a YAML file into plain values. Aliases are limited, so that no file unfolds without end.
 * Errors: `simulator.file-unreadable`, `simulator.invalid-yaml`.
 */
export async function readYaml(path: string): Promise<unknown> {
  const text = await readTextFile(path);
  const document = parseDocument(text, { merge: true });
  const [fault] = document.errors;
  if (fault !== undefined) {
    throw new SimulatorError("simulator.invalid-yaml", `${path}: ${fault.message}`);
  }
  return document.toJS({ maxAliasCount: 1000 });
}
