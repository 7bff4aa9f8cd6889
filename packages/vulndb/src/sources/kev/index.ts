/** CISA's catalogue of vulnerabilities known to be exploited. Source: cisa.gov KEV JSON schema. */
import type { KevEntry } from "@sightline/model";
import { z } from "zod";
import type { AdvisorySource, Normalised, Reject } from "../../source.ts";

const catalogueSchema = z.object({
  catalogVersion: z.string().min(1),
  dateReleased: z.string().min(1),
  vulnerabilities: z.array(z.unknown()),
});

const entrySchema = z.object({
  cveID: z.string().regex(/^CVE-\d{4}-\d{4,}$/),
  dateAdded: z.string(),
  dueDate: z.string().catch(""),
  requiredAction: z.string().catch(""),
  knownRansomwareCampaignUse: z.string().catch("Unknown"),
});

function normalise(raw: unknown, place: string): Normalised {
  const catalogue = catalogueSchema.safeParse(raw);
  if (!catalogue.success) {
    return {
      facts: [],
      rejects: [{ id: place, reason: "not a catalogue of known exploited vulnerabilities" }],
      notes: [],
    };
  }
  const entries: KevEntry[] = [];
  const rejects: Reject[] = [];
  for (const [index, one] of catalogue.data.vulnerabilities.entries()) {
    const entry = entrySchema.safeParse(one);
    if (entry.success) {
      const { cveID: cve, dateAdded, dueDate, requiredAction, knownRansomwareCampaignUse } = entry.data;
      entries.push({ cve, dateAdded, dueDate, requiredAction, ransomware: knownRansomwareCampaignUse === "Known" });
    } else {
      const [issue] = entry.error.issues;
      rejects.push({ id: `${place} vulnerabilities[${index}]`, reason: `${issue?.path.join(".")}: ${issue?.message}` });
    }
  }
  const { catalogVersion: version, dateReleased: releasedAt } = catalogue.data;
  return { facts: [{ kind: "known-exploited", version, releasedAt, entries }], rejects, notes: [] };
}

/** The catalogue as one JSON document. */
export const kevSource: AdvisorySource = {
  id: "kev",
  name: "CISA Known Exploited Vulnerabilities",
  licence: "CC0-1.0",
  attribution: "Known Exploited Vulnerabilities Catalog, by CISA. CISA does not endorse this product.",
  url: "https://www.cisa.gov/known-exploited-vulnerabilities-catalog",
  delivery: {
    kind: "file",
    format: "json",
    // A version that is text: the schema of the catalogue, often kept beside it, has an object there.
    recognises: (head) => /^\s*\{/.test(head) && /"catalogVersion"\s*:\s*"/.test(head),
  },
  normalise,
};
