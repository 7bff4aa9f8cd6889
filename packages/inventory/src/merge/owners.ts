/** Which operating-system package a language package's files belong to. */
import type { OwnedFiles } from "../cataloger.ts";
import type { VisibleFile } from "./layer-view.ts";

/** An operating-system package that may own files. */
export interface Owner {
  readonly purl: string;
  /** Layer from which on it is there in this version. */
  readonly layerIndex: number;
}

/** An installed operating-system package as lists of files refer to it. */
export interface OwnerCandidate extends Owner {
  readonly reader: string;
  readonly name: string;
  readonly architecture: string;
  /** The file that records it. */
  readonly path: string;
}

/** With `/usr` merged, lists still name `lib/…` for what lies in `usr/lib/…`. Source: Debian UsrMerge. */
function spellings(path: string): readonly string[] {
  return /^(?:bin|sbin|lib|lib64)\//.test(path) ? [path, `usr/${path}`] : [path];
}

/** What lists of files refer to, found by name or by file. */
interface CandidateIndex {
  readonly byName: ReadonlyMap<string, readonly OwnerCandidate[]>;
  readonly byFile: ReadonlyMap<string, readonly OwnerCandidate[]>;
}

function findOwner(reader: string, { owner }: OwnedFiles, { byName, byFile }: CandidateIndex): Owner | undefined {
  if (owner.kind === "file") {
    return byFile.get(`${reader} ${owner.path}`)?.[0];
  }
  const named = byName.get(`${reader} ${owner.name}`);
  return owner.architecture === undefined
    ? named?.[0]
    : named?.find(({ architecture }) => architecture === owner.architecture);
}

function addPaths(owners: Map<string, Owner>, paths: readonly string[], { purl, layerIndex }: Owner): void {
  for (const path of paths.flatMap(spellings)) {
    owners.set(path, { purl, layerIndex });
  }
}

/** Owners by the path (without leading slash) of the files they own. Lists of packages that are not installed count for nothing. */
export function findOwners(
  files: Iterable<VisibleFile>,
  candidates: readonly OwnerCandidate[],
): ReadonlyMap<string, Owner> {
  const index = {
    byName: Map.groupBy(candidates, ({ reader, name }) => `${reader} ${name}`),
    byFile: Map.groupBy(candidates, ({ reader, path }) => `${reader} ${path}`),
  };
  const owners = new Map<string, Owner>();
  for (const { facts } of files) {
    for (const list of facts.owned) {
      const owner = findOwner(facts.reader, list, index);
      if (owner !== undefined) {
        addPaths(owners, list.paths, owner);
      }
    }
  }
  return owners;
}
