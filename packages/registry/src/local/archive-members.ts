/** Where in a docker-archive its members lie, so that a layer can be read without the ones before it. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { posix } from "node:path";
import { type ArchiveEntry, defaultArchiveLimits, detectCompression, walkTar } from "@sightline/platform";
import { toRegistryError } from "../registry-error.ts";
import type { FilePart } from "./image-file.ts";

/** The members of one archive. */
export interface ArchiveMembers {
  /** The stretch a member's content takes up, links followed; `undefined` when it is not there. */
  find(path: string): FilePart | undefined;
}

/** Old `docker save` links a layer that several images share; a longer chain is a loop or a trick. */
const linksMax = 8;

/** Walks the archive once, reading headers only. Throws `registry.archive-invalid`. */
export async function readArchiveMembers(file: string, membersMax: number): Promise<ArchiveMembers> {
  await assertPlainTar(file);
  const entries = new Map<string, ArchiveEntry>();
  const visitor = {
    wish: (entry: ArchiveEntry): "skip" => {
      entries.set(entry.path, entry);
      return "skip";
    },
    content: () => undefined,
  };
  const limits = { ...defaultArchiveLimits, entriesMax: membersMax };
  const stream = createReadStream(file, { highWaterMark: 1024 * 1024 });
  const summary = await walkTar(stream, { subject: file, visitor, limits });
  const [problem] = summary.problems;
  if (problem !== undefined) {
    throw toRegistryError({ code: "registry.archive-invalid", subject: file, reason: problem.message });
  }
  return { find: (path) => findMember(entries, file, path) };
}

async function assertPlainTar(file: string): Promise<void> {
  const head = await readHead(file);
  if (head === undefined || head.length < 512) {
    const reason = head === undefined ? "it does not exist or cannot be read" : "it is no tar archive";
    throw toRegistryError({ code: "registry.archive-invalid", subject: file, reason });
  }
  if (detectCompression(head) !== "none") {
    const reason = "it is compressed as a whole; unpack it first, for example with gunzip or zstd -d";
    throw toRegistryError({ code: "registry.archive-invalid", subject: file, reason });
  }
}

async function readHead(file: string): Promise<Buffer | undefined> {
  try {
    await using handle = await open(file, "r");
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    return undefined;
  }
}

function findMember(entries: ReadonlyMap<string, ArchiveEntry>, file: string, path: string): FilePart | undefined {
  let entry = entries.get(posix.normalize(path));
  for (let links = 0; entry !== undefined && links < linksMax; links += 1) {
    if (entry.kind === "file") {
      return entry.contentOffset === undefined
        ? undefined
        : { path: file, offset: entry.contentOffset, sizeBytes: entry.sizeBytes };
    }
    entry = entries.get(toTarget(entry));
  }
  return undefined;
}

/** A symbolic link is relative to its own folder, a hard link to the archive. */
function toTarget(entry: ArchiveEntry): string {
  const target = entry.linkTarget ?? "";
  return entry.kind === "symlink" ? posix.normalize(posix.join(posix.dirname(entry.path), target)) : target;
}
