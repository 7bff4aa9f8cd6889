/** Advisories as they come, on disk: they can only be laid out once all of them are known. */
import { AppendFile } from "./append-file.ts";
import type { BlockPlace } from "./keyed-file-format.ts";

/** The affected entries of one package, as they will be stored. */
export interface SpooledGroup {
  readonly packageKey: string;
  readonly block: Buffer;
}

/** One advisory, as it will be stored. */
export interface SpooledAdvisory {
  readonly text: Buffer;
  readonly groups: readonly SpooledGroup[];
}

/** A temporary file of advisories. Throws the file system's own errors. */
export class Spool {
  readonly #file: AppendFile;

  /** Creates the file; it must not exist yet. The caller removes it. */
  constructor(path: string) {
    this.#file = new AppendFile(path, 0);
  }

  append({ text, groups }: SpooledAdvisory): BlockPlace {
    const offset = this.#file.position;
    this.#appendPart(text);
    for (const { packageKey, block } of groups) {
      this.#appendPart(Buffer.from(packageKey));
      this.#appendPart(block);
    }
    return { offset, lengthBytes: this.#file.position - offset };
  }

  read(place: BlockPlace): SpooledAdvisory {
    const [text = Buffer.alloc(0), ...parts] = splitParts(this.#file.read(place));
    const groups: SpooledGroup[] = [];
    for (let index = 0; index + 1 < parts.length; index += 2) {
      groups.push({
        packageKey: parts[index]?.toString("utf8") ?? "",
        block: parts[index + 1] ?? Buffer.alloc(0),
      });
    }
    return { text, groups };
  }

  close(): void {
    this.#file.close();
  }

  #appendPart(part: Buffer): void {
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32LE(part.length);
    this.#file.append(length);
    this.#file.append(part);
  }
}

function splitParts(bytes: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32LE(at);
    parts.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return parts;
}
