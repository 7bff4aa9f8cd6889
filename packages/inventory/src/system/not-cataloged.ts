/** Tells package records that exist but are not read, by their path alone. */
import { notCatalogedArtefacts } from "./not-cataloged.data.ts";

const byPath = new Map(
  notCatalogedArtefacts.flatMap(({ artefact, paths = [] }) => paths.map((path) => [path, artefact] as const)),
);
const byEnd = notCatalogedArtefacts.flatMap(({ artefact, ends = [] }) => ends.map((end) => [end, artefact] as const));

/** What kind of package record the file is that no cataloger reads; `undefined` for all others. */
export function notCatalogedArtefactAt(path: string): string | undefined {
  return byPath.get(path) ?? byEnd.find(([end]) => path.endsWith(end))?.[1];
}
