/**
 * Reads a stored snapshot back. The frame (format, ids, times, coverage) is checked; resources were checked when they
 * were collected and are taken as this format's own once the frame holds.
 */
import { type EstateSnapshot, estateFormat, type Result } from "@sightline/model";
import { z } from "zod";
import { estateErrorCodes } from "./error-codes.data.ts";

const frame = z.object({
  format: z.literal(estateFormat),
  tenantId: z.string(),
  subscriptionIds: z.array(z.string()),
  takenAt: z.iso.datetime(),
  resources: z.array(z.object({ kind: z.string(), id: z.string() }).loose()),
  workloads: z.array(
    z
      .object({
        id: z.string(),
        kind: z.enum(["kubernetes", "site", "virtualMachine"]),
        members: z.array(z.string()),
        containers: z.array(
          z.object({ name: z.string(), image: z.object({ kind: z.enum(["digest", "tag-only"]) }).loose() }).loose(),
        ),
        liveness: z.object({ kind: z.enum(["live", "stopped", "unknown"]), reason: z.string() }),
      })
      .loose(),
  ),
  observations: z.record(z.string(), z.object({ at: z.string(), coverage: z.string() })),
  coverage: z.array(
    z
      .object({
        id: z.string(),
        scope: z.string(),
        kind: z.string(),
        complete: z.boolean(),
        endedAt: z.iso.datetime(),
        gaps: z.array(z.object({ kind: z.string(), subject: z.string() }).loose()),
      })
      .loose(),
  ),
  census: z.array(z.object({ scope: z.string(), type: z.string(), count: z.number() })),
  serviceTags: z.record(z.string(), z.array(z.string())).optional(),
  problems: z.array(z.unknown()),
});

/** The snapshot in a JSON value, or `estate.snapshot-invalid` naming the first field that is wrong. */
export function parseSnapshot(value: unknown): Result<EstateSnapshot> {
  const parsed = frame.safeParse(value);
  if (parsed.success) {
    // The frame holds and the format number says that the rest is what this version wrote.
    return { ok: true, value: value as EstateSnapshot };
  }
  const issue = parsed.error.issues[0];
  return {
    ok: false,
    problem: {
      code: "estate.snapshot-invalid",
      subject: "estate snapshot",
      message: `The file is not an estate snapshot of format ${estateFormat}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}.`,
      next: estateErrorCodes["estate.snapshot-invalid"].next,
    },
  };
}
