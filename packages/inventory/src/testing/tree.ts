/** Layers for tests: entries shown to a visitor as an archive reader shows them, without an archive. */
import { type ArchiveEntry, defaultArchiveLimits } from "@sightline/platform";
import type { LayerFeed } from "../layer/read-layer.ts";

/** One entry; a file unless it says otherwise. */
export type TreeEntry =
  | readonly [path: string, body: string | Buffer]
  | { readonly path: string; readonly kind: "directory" | "other" }
  | { readonly path: string; readonly kind: "symlink" | "hardlink"; readonly target: string };

function toArchiveEntry(entry: TreeEntry): { readonly entry: ArchiveEntry; readonly bytes: Buffer } {
  const owner = { mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0 };
  if ("path" in entry) {
    const { path, kind } = entry;
    const link = "target" in entry ? { linkTarget: entry.target } : {};
    return { entry: { path, kind, sizeBytes: 0, ...owner, ...link }, bytes: Buffer.alloc(0) };
  }
  const bytes = Buffer.from(entry[1]);
  return { entry: { path: entry[0], kind: "file", sizeBytes: bytes.length, ...owner }, bytes };
}

/** A feed over the entries, in order. Files above the usual limit would not be handed over; tests have none. */
export function feedOf(entries: readonly TreeEntry[]): LayerFeed {
  return (visitor) => {
    for (const { entry, bytes } of entries.map(toArchiveEntry)) {
      if (
        visitor.wish(entry) === "read" &&
        entry.kind === "file" &&
        bytes.length <= defaultArchiveLimits.fileBytesMax
      ) {
        visitor.content(entry, bytes);
      }
    }
    return Promise.resolve({ entries: entries.length, problems: [] });
  };
}

/** A dpkg status stanza. */
export function dpkgStanza(name: string, version: string, more = ""): string {
  return `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n${more}\n`;
}

/** An apk database record. */
export function apkRecord(name: string, version: string, more = ""): string {
  return `P:${name}\nV:${version}\nA:x86_64\n${more}\n`;
}

/** A package.json. */
export function npmManifest(name: string, version: string): string {
  return JSON.stringify({ name, version });
}

/** A METADATA file. */
export function pythonMetadata(name: string, version: string): string {
  return `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\nText: not a field\n`;
}

/** An os-release file. */
export function osRelease(id: string, versionId: string, name = id): string {
  return `ID=${id}\nVERSION_ID="${versionId}"\nPRETTY_NAME="${name}"\n`;
}
