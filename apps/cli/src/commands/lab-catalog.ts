/** `lab catalog`: what one cataloger reads in a file or a folder of files. */
import { stat } from "node:fs/promises";
import { type CatalogListing, catalogFile, catalogTree } from "@sightline/inventory";
import { defaultArchiveLimits, readBoundedFile } from "@sightline/platform";
import { walkRootfs } from "@sightline/registry";
import type { Command } from "commander";
import { toCliError } from "../cli-error.ts";
import { type ExitStatus, exitStatus } from "../exit.ts";
import { inputBytesMax } from "../input.ts";
import type { Session } from "../session.ts";

/** Adds `lab catalog`. */
export function addCatalogCommand(lab: Command, session: Session, finish: (status: ExitStatus) => void): void {
  lab
    .command("catalog")
    .argument("<cataloger>", "dpkg, apk, npm, python, …")
    .argument("<path>", "file, or folder of files as they lie in an image")
    .option("--as <path>", "path the file has in its image, where the cataloger goes by it")
    .description("print the packages a cataloger reads")
    .action(async (id: string, path: string, flags: { readonly as?: string }) => {
      const { packages, problems } = await readListing(id, path, flags.as);
      session.terminal.stdout.write(`${JSON.stringify({ packages, problems }, undefined, 2)}\n`);
      finish(exitStatus.done);
    });
}

async function readListing(id: string, path: string, as: string | undefined): Promise<CatalogListing> {
  const found = await stat(path).catch((cause: unknown) => {
    throw toCliError("cli.input-missing", path, `${path} cannot be read.`, cause);
  });
  return found.isDirectory()
    ? catalogTree(id, (visitor) => walkRootfs(path, visitor, { limits: defaultArchiveLimits }))
    : catalogFile(id, { bytes: await readBoundedFile(path, inputBytesMax), ...(as === undefined ? {} : { path: as }) });
}
