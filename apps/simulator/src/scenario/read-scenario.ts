/** Reads a scenario file and the manifests it names. */
import { dirname, join } from "node:path";
import { parseAllDocuments } from "yaml";
import { isJsonObject, type JsonObject } from "../json.ts";
import { readTextFile } from "../read-text-file.ts";
import { readYaml } from "../read-yaml.ts";
import { SimulatorError } from "../simulator-error.ts";
import { type Scenario, scenarioSchema } from "./schema.ts";

/** A scenario with the manifests of its clusters, in the order of `scenario.clusters`. */
export interface ReadScenario {
  readonly path: string;
  readonly scenario: Scenario;
  readonly manifests: readonly (readonly JsonObject[])[];
}

/** Folder of the scenarios that come with the simulator. */
export const scenarioFolder: string = join(import.meta.dirname, "../../scenarios");

async function readManifests(path: string): Promise<JsonObject[]> {
  const text = await readTextFile(path);
  const objects: JsonObject[] = [];
  for (const document of parseAllDocuments(text)) {
    const [fault] = document.errors;
    if (fault !== undefined) {
      throw new SimulatorError("simulator.invalid-yaml", `${path}: ${fault.message}`);
    }
    const value: unknown = document.toJS({ maxAliasCount: 1000 });
    if (isJsonObject(value)) {
      objects.push(value);
    }
  }
  return objects;
}

/** Checks a scenario's form; `where` names it in errors. */
export function parseScenario(value: unknown, where: string): Scenario {
  const parsed = scenarioSchema.safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  const faults = parsed.error.issues.map(
    (issue) => `  ${issue.path.map(String).join(".") || "scenario"}: ${issue.message}`,
  );
  throw new SimulatorError("simulator.invalid-scenario", `${where} is not a scenario:\n${faults.join("\n")}`);
}

/** Errors: `simulator.file-unreadable`, `simulator.invalid-yaml`, `simulator.invalid-scenario`. */
export async function readScenario(path: string): Promise<ReadScenario> {
  const scenario = parseScenario(await readYaml(path), path);
  const manifests = await Promise.all(
    scenario.clusters.map(async (cluster) => {
      const files = cluster.manifests.map((file) => readManifests(join(dirname(path), file)));
      return (await Promise.all(files)).flat();
    }),
  );
  return { path, scenario, manifests };
}
