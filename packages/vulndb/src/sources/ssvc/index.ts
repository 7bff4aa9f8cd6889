/** CISA's SSVC decision points for CVEs, as a table. Source: cisagov/vulnrichment; CISA SSVC guide (decision points). */
import { z } from "zod";
import type { AdvisorySource, Normalised, SsvcDecision } from "../../source.ts";

const rowSchema = z.object({
  cve: z.string().regex(/^CVE-\d{4}-\d{4,}$/),
  exploitation: z.string(),
  automatable: z.string().optional(),
  technical_impact: z.string().optional(),
});

const exploitations: Readonly<Record<string, SsvcDecision["exploitation"]>> = {
  none: "none",
  poc: "poc",
  active: "active",
};

/** A decision from its words, whose case varies between records; `undefined` when exploitation is not one of the three. */
export function toSsvcDecision(row: z.output<typeof rowSchema>): SsvcDecision | undefined {
  const exploitation = exploitations[row.exploitation.toLowerCase()];
  const automatable = row.automatable?.toLowerCase();
  const impact = row.technical_impact?.toLowerCase();
  return exploitation === undefined
    ? undefined
    : {
        cve: row.cve,
        exploitation,
        ...(automatable === "yes" || automatable === "no" ? { automatable: automatable === "yes" } : {}),
        ...(impact === "partial" || impact === "total" ? { technicalImpact: impact } : {}),
      };
}

function normalise(raw: unknown, place: string): Normalised {
  const row = rowSchema.safeParse(raw);
  if (!row.success) {
    const [issue] = row.error.issues;
    return { facts: [], rejects: [{ id: place, reason: `${issue?.path.join(".")}: ${issue?.message}` }], notes: [] };
  }
  const decision = toSsvcDecision(row.data);
  if (decision === undefined) {
    // A row without an answer says that nobody has decided yet, which is what the absence of a decision says too.
    const dropped = { kind: "dropped", id: row.data.cve, reason: "no-statement", modified: "" } as const;
    return { facts: [dropped], rejects: [], notes: [] };
  }
  return { facts: [{ kind: "ssvc", decision }], rejects: [], notes: [] };
}

/** A table with a heading. */
export const ssvcSource: AdvisorySource = {
  id: "ssvc",
  name: "CISA SSVC decisions",
  licence: "CC0-1.0",
  attribution: "SSVC decisions by CISA (vulnrichment), CC0 1.0.",
  url: "https://github.com/cisagov/vulnrichment",
  delivery: { kind: "file", format: "csv", recognises: (head) => /^cve,exploitation,automatable,/i.test(head) },
  normalise,
};
