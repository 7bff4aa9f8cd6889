/** `estate import`, and reading snapshot files. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseSnapshot } from "@sightline/estate";
import type { EstateSnapshot } from "@sightline/model";
import { toCliError } from "../cli-error.ts";
import { exitStatus } from "../exit.ts";
import { readJson } from "../input.ts";
import type { AddCommand } from "../program.ts";
import { writeGaps } from "./azure.ts";

/** The snapshot in a file; `cli.input-invalid` when it holds none. */
export async function readSnapshot(path: string): Promise<EstateSnapshot> {
  const parsed = parseSnapshot(await readJson(path));
  if (!parsed.ok) {
    throw toCliError("cli.input-invalid", path, `${path}: ${parsed.problem.message}`);
  }
  return parsed.value;
}

/** Adds `estate import`. */
export const addEstateCommands: AddCommand = (program, session, finish) => {
  program
    .command("estate")
    .description("estate snapshots")
    .command("import")
    .argument("<file>", "snapshot written by azure collect")
    .description("check a snapshot and keep it in the data folder")
    .action(async (file: string) => {
      const snapshot = await readSnapshot(file);
      const folder = join(session.config.dataFolder, "estates");
      const path = join(folder, `${snapshot.tenantId.replace(/[^\w-]/g, "_")}.json`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // Written beside and renamed: a reader sees the old or the new snapshot, never half of one.
      await writeFile(`${path}.new`, `${JSON.stringify(snapshot)}\n`, { mode: 0o600 });
      await rename(`${path}.new`, path);
      session.terminal.stderr.write(`${snapshot.resources.length} resources of ${snapshot.takenAt} kept as ${path}\n`);
      writeGaps(session, snapshot);
      finish(exitStatus.done);
    });
};
