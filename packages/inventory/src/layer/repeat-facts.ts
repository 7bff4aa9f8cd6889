/** Facts of a file that a hard link repeats. */
import type { FileFacts } from "./layer-facts.ts";

/** The place lies as far above the link as it does above the file itself. */
function placeAbove(path: string, facts: FileFacts, place: string): string {
  const above = facts.path.split("/").length - (place === "" ? 0 : place.split("/").length);
  return path.split("/").slice(0, -above).join("/");
}

/** The same facts as a file at another path has them. */
export function repeatFacts(facts: FileFacts, path: string): FileFacts {
  const packages = facts.packages.map((one) =>
    one.place === undefined ? one : { ...one, place: placeAbove(path, facts, one.place) },
  );
  return { ...facts, path, packages };
}
