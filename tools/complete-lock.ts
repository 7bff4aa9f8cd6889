/**
 * Adds to package-lock.json the packages of other platforms that the registry did not serve when it was written:
 * `node tools/complete-lock.ts [file]`. Without them `npm ci` refuses the file; with them it passes over what is for
 * another platform. Such an entry has no integrity: whoever installs on that platform runs `npm install` once and
 * commits what npm fills in. Exits with 1 when something is missing that is not optional, or not for one platform only.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { findMissingEntries, type LockEntry, type MissingEntry, parseLockFile } from "./tidy/lock-file.ts";

const systems = ["android", "darwin", "freebsd", "netbsd", "openbsd", "openharmony", "sunos", "aix", "win32", "linux"];
const processors = ["x64", "arm64", "ia32", "ppc64", "riscv64", "s390x", "loong64", "mips64el", "wasm32", "arm"];

/** What the name says of the platform, `@rolldown/binding-linux-arm64-musl`; npm packages of this kind all say it. */
function toEntry({ name, range, isDev, isOptional }: MissingEntry): LockEntry | undefined {
  const last = name.split("/").at(-1) ?? name;
  const system = systems.find((one) => last.includes(one));
  const processor = processors.find((one) => last.includes(one));
  if (!isOptional || system === undefined || processor === undefined || !/^\d/.test(range)) {
    return undefined;
  }
  const libc =
    system !== "linux" ? undefined : last.includes("musl") ? "musl" : last.includes("gnu") ? "glibc" : undefined;
  return {
    version: range,
    cpu: [processor],
    ...(isDev ? { dev: true } : {}),
    ...(libc === undefined ? {} : { libc: [libc] }),
    optional: true,
    os: [system],
  };
}

function main(path: string): number {
  const lock = parseLockFile(readFileSync(path, "utf8"));
  const packages = { ...lock.packages };
  const left: string[] = [];
  for (const missing of findMissingEntries(lock)) {
    const entry = toEntry(missing);
    if (entry === undefined) {
      left.push(missing.name);
    } else {
      packages[`node_modules/${missing.name}`] = entry;
      process.stdout.write(`added ${missing.name} ${missing.range}\n`);
    }
  }
  const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, "en")));
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: sorted }, undefined, 2)}\n`);
  process.stderr.write(
    left.map((name) => `${name} is missing and not for one platform only: run npm install\n`).join(""),
  );
  return left.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv[2] ?? "package-lock.json");
