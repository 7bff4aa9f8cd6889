/** What an advisory database says about itself. */
import { z } from "zod";

const statusSchema = z.object({
  generation: z.string(),
  builtAt: z.string(),
  advisories: z.number(),
  packages: z.number(),
  ecosystems: z.array(z.object({ ecosystem: z.string(), advisories: z.number() })),
  origins: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      licence: z.string(),
      attribution: z.string(),
      url: z.string(),
      records: z.number(),
      newest: z.string().optional(),
    }),
  ),
  rejects: z.number(),
});

/**
 * What is in the database. `ecosystems` are spelled with their release (`Debian:12`): one that is absent is not
 * covered at all, which is not the same as having no advisories for a package. `origins` carry the licence and the
 * attribution to be shown, the number of records that came from each, and the newest date any of them bears.
 * `rejects` counts records or parts of records that could not be read when it was built.
 */
export type DatabaseStatus = Readonly<z.output<typeof statusSchema>>;

export function toStatusBlock(status: DatabaseStatus): Buffer {
  return Buffer.from(JSON.stringify(status));
}

/** The status, or `undefined` when it is not one. */
export function parseStatusBlock(block: Buffer): DatabaseStatus | undefined {
  const parsed = statusSchema.safeParse(JSON.parse(block.toString("utf8")));
  return parsed.success ? parsed.data : undefined;
}
