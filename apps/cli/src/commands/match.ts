/** `match --sbom`: findings of an inventory that was stored before, without touching the image. */
import { randomUUID } from "node:crypto";
import { parseInventory } from "@sightline/inventory";
import { match } from "@sightline/matching";
import type { ImageInventory } from "@sightline/model";
import { openDatabase } from "@sightline/vulndb";
import { z } from "zod";
import { toCliError } from "../cli-error.ts";
import { databaseFolder } from "../database-folder.ts";
import { exitStatus } from "../exit.ts";
import { readJson } from "../input.ts";
import type { AddCommand } from "../program.ts";
import { formatNames, writeReport } from "../report-output.ts";

const envelope = z.object({ inventory: z.unknown() });

/** The inventory in a file written by `sbom --format json` or `scan --format json`. */
export async function readInventory(path: string): Promise<ImageInventory> {
  const value = await readJson(path);
  const wrapped = envelope.safeParse(value);
  const parsed = parseInventory(wrapped.success ? wrapped.data.inventory : value);
  if (!parsed.ok) {
    throw toCliError("cli.input-invalid", path, `${path} holds no inventory: ${parsed.problem.message}`);
  }
  return parsed.value;
}

/** Adds `match`. */
export const addMatchCommand: AddCommand = (program, session, finish) => {
  program
    .command("match")
    .description("match a stored inventory against the advisory database")
    .requiredOption("--sbom <file>", "inventory written by sbom --format json or scan --format json")
    .option("--db <dir>", "folder of the advisory database")
    .option("--format <format>", formatNames.join(", "), "table")
    .action(async (flags: { readonly sbom: string; readonly db?: string; readonly format: string }) => {
      const inventory = await readInventory(flags.sbom);
      const database = openDatabase(databaseFolder(session, flags.db));
      try {
        writeReport(session, flags.format, {
          inventory,
          matches: match({ inventory, database }),
          serialNumber: randomUUID(),
        });
        finish(exitStatus.done);
      } finally {
        database.close();
      }
    });
};
