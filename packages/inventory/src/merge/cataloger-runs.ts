/** How each cataloger fared over a whole image. */
import type { CatalogerRun, Package, Problem } from "@sightline/model";
import type { PackageCataloger } from "../cataloger.ts";
import { toInventoryProblem } from "../inventory-error.ts";
import type { LayerFacts } from "../layer/layer-facts.ts";
import type { LayerView } from "./layer-view.ts";

/** What the runs are told from. */
export interface RunsInput {
  readonly view: LayerView;
  readonly catalogers: readonly PackageCataloger[];
  readonly packages: readonly Package[];
  readonly facts: readonly (LayerFacts | undefined)[];
  /** Problems found while merging, by cataloger id. */
  readonly packageProblems: ReadonlyMap<string, readonly Problem[]>;
}

const problemsMax = 200;

/** Layers whose facts were read without this cataloger, or with another version of it. */
function findStaleLayers(cataloger: PackageCataloger, facts: RunsInput["facts"]): readonly Problem[] {
  return facts.flatMap((one, index) => {
    const reader = one?.readers.find(({ id }) => id === cataloger.id);
    if (one === undefined || reader?.version === cataloger.version) {
      return [];
    }
    const message = `Layer ${index} was read by ${cataloger.id} version ${reader?.version ?? "none"}, not ${cataloger.version}`;
    return [toInventoryProblem("inventory.invalid-facts", `layer ${index}`, message)];
  });
}

function toStatus(problems: readonly Problem[], packages: number): CatalogerRun["status"] {
  if (problems.length === 0) {
    return "succeeded";
  }
  return packages === 0 ? "failed" : "partial";
}

/** One run for each cataloger, in their order. Only files that show in the image count, and only their problems. */
export function toCatalogerRuns(input: RunsInput): readonly CatalogerRun[] {
  return input.catalogers.map((cataloger) => {
    const visible = [...input.view.files()]
      .filter(({ facts }) => facts.reader === cataloger.id)
      .toSorted((a, b) => (a.facts.path < b.facts.path ? -1 : 1));
    const problems = [
      ...visible.flatMap(({ facts }) => facts.problems),
      ...(input.packageProblems.get(cataloger.id) ?? []),
      ...findStaleLayers(cataloger, input.facts),
    ];
    const packages = input.packages.filter((one) => one.cataloger === cataloger.id).length;
    return {
      cataloger: cataloger.id,
      version: cataloger.version,
      status: toStatus(problems, packages),
      files: visible.length,
      packages,
      problems: problems.slice(0, problemsMax),
    };
  });
}
