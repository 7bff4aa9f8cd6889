/** What is visible when layers lie on top of each other. Source: OCI image-spec 1.1, layer.md "Applying Changesets". */
import type { FileFacts, LayerFacts } from "../layer/layer-facts.ts";
import { resolveTarget } from "../layer/places.ts";
import { repeatFacts } from "../layer/repeat-facts.ts";

/** A file as it shows, and the layer it comes from. */
export interface VisibleFile {
  readonly layerIndex: number;
  readonly facts: FileFacts;
}

/** A wanted file that repeats one nobody read. */
export interface DanglingLink {
  readonly path: string;
  readonly target: string;
}

const hopsMax = 40;

/** Whether the path, or a directory above it, is in the set. */
function isUnder(path: string, set: ReadonlySet<string>): boolean {
  let end = path.length;
  while (end > 0) {
    if (set.has(path.slice(0, end))) {
      return true;
    }
    end = path.lastIndexOf("/", end - 1);
  }
  return false;
}

/** Whether a directory strictly above the path is in the set; the root is the empty text. */
function isInside(path: string, directories: ReadonlySet<string>): boolean {
  const slash = path.lastIndexOf("/");
  return directories.has("") || (slash > 0 && isUnder(path.slice(0, slash), directories));
}

/** The stack of layers so far, from the bottom. */
export class LayerView {
  readonly #files = new Map<string, readonly VisibleFile[]>();
  readonly #symlinks = new Map<string, string>();
  readonly #dangling = new Map<string, DanglingLink>();

  /** Puts the next layer on top; answers whether any file that shows changed by it. */
  apply(facts: LayerFacts, layerIndex: number): boolean {
    const before = this.#files.size;
    // What a hard link repeats is looked up before this layer hides anything: it was made in what lay below.
    const linked = facts.hardLinks.map((link) => ({ link, found: this.#files.get(link.target) ?? [] }));
    this.#hide(facts);
    const isLess = this.#files.size < before;
    for (const { path, target } of facts.symlinks) {
      this.#symlinks.set(path, target);
    }
    const fresh = Map.groupBy(facts.files, ({ path }) => path);
    for (const [path, list] of fresh) {
      this.#forgetPath(path);
      this.#files.set(
        path,
        list.map((one) => ({ layerIndex, facts: one })),
      );
    }
    for (const { link, found } of linked) {
      this.#forgetPath(link.path);
      this.#repeat(link, found, layerIndex);
    }
    return isLess || fresh.size > 0 || linked.length > 0;
  }

  /** Every visible file, in no order. */
  *files(): Generator<VisibleFile> {
    for (const list of this.#files.values()) {
      yield* list;
    }
  }

  /** The visible files at a path, links in the path and at its end followed. */
  filesAt(path: string): readonly VisibleFile[] {
    const resolved = this.#resolve(path);
    return resolved === undefined ? [] : (this.#files.get(resolved) ?? []);
  }

  /** Hard links whose content could not be found in any layer. */
  danglingLinks(): readonly DanglingLink[] {
    return [...this.#dangling.values()];
  }

  /** Symlinks that show. */
  symlinks(): ReadonlyMap<string, string> {
    return this.#symlinks;
  }

  #forgetPath(path: string): void {
    this.#files.delete(path);
    this.#symlinks.delete(path);
    this.#dangling.delete(path);
  }

  #hide(facts: LayerFacts): void {
    const removed = new Set([...facts.whiteouts, ...facts.obstructions, ...facts.symlinks.map(({ path }) => path)]);
    const emptied = new Set(facts.opaqueDirectories);
    for (const path of facts.directories) {
      this.#forgetPath(path);
    }
    if (removed.size === 0 && emptied.size === 0) {
      return;
    }
    for (const paths of [this.#files, this.#symlinks, this.#dangling]) {
      for (const path of paths.keys()) {
        if (isUnder(path, removed) || isInside(path, emptied)) {
          paths.delete(path);
        }
      }
    }
  }

  #repeat(link: DanglingLink, found: readonly VisibleFile[], layerIndex: number): void {
    if (found.length === 0) {
      this.#dangling.set(link.path, link);
      return;
    }
    this.#files.set(
      link.path,
      found.map(({ facts }) => ({ layerIndex, facts: repeatFacts(facts, link.path) })),
    );
  }

  /** The path with every symlink followed that is known; `undefined` after too many. */
  #resolve(path: string): string | undefined {
    let current = path;
    for (let hop = 0; hop < hopsMax; hop += 1) {
      const link = this.#firstLink(current);
      if (link === undefined) {
        return current;
      }
      const target = resolveTarget(link.path, link.target);
      const rest = current.slice(link.path.length);
      current = `${target}${rest}`.replace(/^\/+/, "");
    }
    return undefined;
  }

  /** The first symlink on the way to the path. */
  #firstLink(path: string): { readonly path: string; readonly target: string } | undefined {
    let end = path.indexOf("/");
    for (;;) {
      const prefix = end === -1 ? path : path.slice(0, end);
      const target = this.#symlinks.get(prefix);
      if (target !== undefined) {
        return { path: prefix, target };
      }
      if (end === -1) {
        return undefined;
      }
      end = path.indexOf("/", end + 1);
    }
  }
}
