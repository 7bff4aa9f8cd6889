/** When each package came in and how it changed, told from what is visible after each layer. */
import type { PackageChange } from "@sightline/model";
import type { CatalogedPackage } from "../cataloger.ts";
import type { VisibleFile } from "./layer-view.ts";

/** What is known of one package as it finally stands. */
export interface PackageHistory {
  /** The layer from which on this exact name, version and architecture is there without a break. */
  readonly layerIndex: number;
  /** Since the package last came in under any version, bottom layer first. */
  readonly changes: readonly PackageChange[];
}

interface Presence {
  readonly version: string;
  /** Layer of the file that says so. */
  readonly fileLayerIndex: number;
  readonly isOwnFile: boolean;
}

type Snapshot = ReadonlyMap<string, readonly Presence[]>;

/** Follows packages through the layers; `observe` is to be called after each layer is put on, bottom first. */
export class HistoryKeeper {
  /** Identities, which are asked for again after every layer. */
  readonly #identities = new WeakMap<CatalogedPackage, string>();
  #before: Snapshot = new Map();
  /** By identity and version. */
  readonly #since = new Map<string, number>();
  readonly #changes = new Map<string, PackageChange[]>();

  observe(files: Iterable<VisibleFile>, layerIndex: number): void {
    const now = this.#takeSnapshot(files);
    for (const [identity, before] of this.#before) {
      const kept = now.get(identity) ?? [];
      for (const { version } of before) {
        if (!kept.some((presence) => presence.version === version)) {
          this.#since.delete(`${identity} ${version}`);
        }
      }
      if (kept.length === 0) {
        this.#changes.delete(identity);
      }
    }
    for (const [identity, presences] of now) {
      for (const presence of presences) {
        this.#note(identity, presence, layerIndex);
      }
    }
    this.#before = now;
  }

  /** The history of a package that is visible now. */
  historyOf(reader: string, one: CatalogedPackage): PackageHistory {
    const identity = this.#identityOf(reader, one);
    return {
      layerIndex: this.#since.get(`${identity} ${one.version}`) ?? 0,
      changes: this.#changes.get(identity) ?? [],
    };
  }

  /** What makes two records the same package, whatever the version. A database's packages are the system's, wherever it lies. */
  #identityOf(reader: string, one: CatalogedPackage): string {
    const known = this.#identities.get(one);
    if (known !== undefined) {
      return known;
    }
    const identity = JSON.stringify([reader, one.place ?? null, one.name, one.architecture ?? ""]);
    this.#identities.set(one, identity);
    return identity;
  }

  #takeSnapshot(files: Iterable<VisibleFile>): Snapshot {
    const snapshot = new Map<string, Presence[]>();
    for (const { layerIndex, facts } of files) {
      for (const one of facts.packages) {
        const identity = this.#identityOf(facts.reader, one);
        const presence = { version: one.version, fileLayerIndex: layerIndex, isOwnFile: one.place !== undefined };
        const list = snapshot.get(identity);
        if (list === undefined) {
          snapshot.set(identity, [presence]);
        } else if (!list.some(({ version }) => version === one.version)) {
          list.push(presence);
        }
      }
    }
    return snapshot;
  }

  #note(identity: string, presence: Presence, layerIndex: number): void {
    const { version } = presence;
    const key = `${identity} ${version}`;
    const before = this.#before.get(identity);
    if (!this.#since.has(key)) {
      this.#since.set(key, layerIndex);
      this.#addChange(identity, {
        layerIndex,
        change: before === undefined ? "introduced" : "version-changed",
        version,
      });
    } else if (presence.isOwnFile && presence.fileLayerIndex === layerIndex) {
      // A database is written anew with every change in it; only a file of the package's own says something of it.
      this.#addChange(identity, { layerIndex, change: "re-written", version });
    }
  }

  #addChange(identity: string, change: PackageChange): void {
    const list = this.#changes.get(identity);
    if (list === undefined) {
      this.#changes.set(identity, [change]);
    } else {
      list.push(change);
    }
  }
}
