import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readYaml } from "../read-yaml.ts";
import { SimulatorError } from "../simulator-error.ts";
import { type BuiltImage, buildImage } from "./build-image.ts";
import { parseRecipe } from "./recipe.ts";

/** Folder of the recipes that come with the simulator. */
export const recipeFolder: string = join(import.meta.dirname, "../../recipes");

/** Reads one recipe file and builds its image. Errors: `simulator.invalid-recipe` and those of `readYaml`. */
export async function readImage(path: string): Promise<BuiltImage> {
  const parsed = parseRecipe(await readYaml(path));
  if ("faults" in parsed) {
    throw new SimulatorError("simulator.invalid-recipe", `${path}:\n  ${parsed.faults.join("\n  ")}`);
  }
  return buildImage(parsed.recipe);
}

/** Builds every recipe of a folder, in the order of their file names. */
export async function readImages(folder: string = recipeFolder): Promise<readonly BuiltImage[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    throw new SimulatorError("simulator.file-unreadable", `Cannot list the recipes in ${folder}`, { cause });
  }
  const files = names.filter((name) => name.endsWith(".yaml")).sort();
  return Promise.all(files.map((name) => readImage(join(folder, name))));
}
