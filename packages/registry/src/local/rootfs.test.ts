import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ArchiveEntry, type ArchiveLimits, type ArchiveSummary, defaultArchiveLimits } from "@sightline/platform";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { walkRootfs } from "./rootfs.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "registry-test-"));
  mkdirSync(join(folder, "root", "etc"), { recursive: true });
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Walked extends ArchiveSummary {
  readonly seen: readonly ArchiveEntry[];
  readonly contents: ReadonlyMap<string, string>;
}

async function walk(limits: Partial<ArchiveLimits> = {}, root = join(folder, "root")): Promise<Walked> {
  const seen: ArchiveEntry[] = [];
  const contents = new Map<string, string>();
  const visitor = {
    wish: (entry: ArchiveEntry) => {
      seen.push(entry);
      return "read" as const;
    },
    content: (entry: ArchiveEntry, bytes: Buffer) => {
      contents.set(entry.path, bytes.toString());
    },
  };
  const summary = await walkRootfs(root, visitor, { limits: { ...defaultArchiveLimits, ...limits } });
  return { ...summary, seen, contents };
}

function write(path: string, content = ""): void {
  writeFileSync(join(folder, "root", path), content);
}

describe("a walk over a folder", () => {
  it("shows everything once, parents first and names in order, with what a tar would say", async () => {
    mkdirSync(join(folder, "root", "bin"));
    write("etc/os-release", "ID=test\n");
    write("etc/empty");
    write("bin/tool", "#!");
    chmodSync(join(folder, "root", "bin", "tool"), 0o4755);
    linkSync(join(folder, "root", "bin", "tool"), join(folder, "root", "bin", "same"));
    const { seen, contents, entries, problems } = await walk();
    expect(seen.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      "directory bin",
      "directory etc",
      "file bin/same",
      "file bin/tool",
      "file etc/empty",
      "file etc/os-release",
    ]);
    expect(Object.fromEntries(contents)).toEqual({
      "bin/same": "#!",
      "bin/tool": "#!",
      "etc/empty": "",
      "etc/os-release": "ID=test\n",
    });
    expect(seen.find(({ path }) => path === "bin/tool")).toMatchObject({ mode: 0o4755, sizeBytes: 2 });
    expect({ entries, problems }).toEqual({ entries: 6, problems: [] });
  });

  it("shows symbolic links and follows none, so nothing outside is read", async () => {
    writeFileSync(join(folder, "outside"), "secret");
    symlinkSync("../../outside", join(folder, "root", "etc", "file"));
    symlinkSync("/", join(folder, "root", "etc", "slash"));
    symlinkSync("..", join(folder, "root", "etc", "loop"));
    const { seen, contents, problems } = await walk();
    expect(seen.filter(({ kind }) => kind === "symlink").map(({ linkTarget }) => linkTarget)).toEqual([
      "../../outside",
      "..",
      "/",
    ]);
    expect(contents.size).toBe(0);
    expect(problems).toEqual([]);
  });

  it("shows pipes and never opens them", async () => {
    execFileSync("/usr/bin/mkfifo", [join(folder, "root", "pipe")]);
    const { seen, contents } = await walk();
    expect(seen.find(({ path }) => path === "pipe")?.kind).toBe("other");
    expect(contents.size).toBe(0);
  });

  it("names files larger than the limit and goes on", async () => {
    write("etc/large", "x".repeat(100));
    write("etc/small", "x");
    const { contents, problems } = await walk({ fileBytesMax: 10 });
    expect([...contents.keys()]).toEqual(["etc/small"]);
    expect(problems).toMatchObject([{ code: "archive.file-too-large", subject: "etc/large" }]);
  });

  it("stops at too many entries and says so", async () => {
    for (let index = 0; index < 10; index += 1) {
      write(`etc/${index}`);
    }
    const { problems } = await walk({ entriesMax: 5 });
    expect(problems).toMatchObject([{ code: "archive.limit-exceeded" }]);
  });

  it("names names that are too long, and counts problems past the bound", async () => {
    for (const name of ["a", "b", "c"]) {
      write(`etc/${name.repeat(100)}`);
    }
    const { problems } = await walk({ pathBytesMax: 50, problemsMax: 2 });
    expect(problems).toHaveLength(2);
    expect(problems[1]?.message).toContain("1 further problem");
  });

  it("reads names that are no text", async () => {
    writeFileSync(Buffer.concat([Buffer.from(join(folder, "root", "etc", "b")), Buffer.from([0xff, 0xfe])]), "bytes");
    const { contents } = await walk();
    expect([...contents.values()]).toEqual(["bytes"]);
  });

  it.skipIf(!existsSync("/dev/pts/ptmx"))(
    "shows where the kernel's own file systems are and passes over them",
    async () => {
      const { seen } = await walk({}, "/dev");
      const paths = seen.map(({ path }) => path);
      expect(paths).toContain("pts");
      expect(paths.filter((path) => path.startsWith("pts/"))).toEqual([]);
    },
  );

  it("lets through what the visitor throws, and stops when asked to", async () => {
    write("etc/file", "x");
    const failing = {
      wish: () => {
        throw new TypeError("a bug");
      },
      content: () => undefined,
    };
    const root = join(folder, "root");
    await expect(walkRootfs(root, failing, { limits: defaultArchiveLimits })).rejects.toThrow("a bug");
    const signal = AbortSignal.abort(new Error("stopped"));
    const quiet = { wish: () => "skip" as const, content: () => undefined };
    await expect(walkRootfs(root, quiet, { limits: defaultArchiveLimits, signal })).rejects.toThrow("stopped");
  });

  it("needs a folder", async () => {
    await expect(walk({}, join(folder, "none"))).rejects.toMatchObject({ code: "registry.rootfs-invalid" });
    write("etc/file");
    await expect(walk({}, join(folder, "root", "etc", "file"))).rejects.toMatchObject({
      code: "registry.rootfs-invalid",
    });
  });
});
