/** Turns the outcome of a list into resources and the coverage record that says how whole they are. */
import type { AzureError } from "@sightline/azure";
import { type CollectionGap, type CollectorSource, type Coverage, type Resource, toCoverageId } from "@sightline/model";
import type { Clock } from "@sightline/platform";
import type { z } from "zod";
import { parseWire } from "./wire.ts";

/** Gaps named one by one in a coverage record; further ones are summed up in a last. */
const gapsMax = 100;

/** What a list is called and where it was made. */
export interface ListIdentity {
  /** Subscription or cluster id, any case. */
  readonly scope: string;
  readonly kind: string;
  readonly source: CollectorSource;
  /** Role action a denial is about. */
  readonly action: string;
  /** Command that would mend a denial. */
  readonly remedy: string;
}

/** What came back, in whichever way it was read. */
export interface RawList {
  readonly items: readonly unknown[];
  readonly pages: number;
  readonly requestId?: string;
  readonly failure?: AzureError;
}

/** The time as evidence writes it. */
export function toTimestamp(clock: Clock): string {
  return new Date(clock.nowMs()).toISOString();
}

/** Why a read gave nothing, as a gap. Denied, throttled and failed differ in what mends them. */
export function toGap(
  failure: AzureError,
  list: Pick<ListIdentity, "action" | "remedy">,
  subject: string,
): CollectionGap {
  const status = typeof failure.details["status"] === "number" ? failure.details["status"] : 0;
  const azureCode = String(failure.details["azureCode"] ?? failure.code);
  switch (failure.code) {
    case "azure.forbidden":
    case "azure.unauthorized":
      return { kind: "denied", subject, status, code: azureCode, missingAction: list.action, remedy: list.remedy };
    case "azure.throttled":
      return { kind: "throttled", subject, status, remedy: failure.next };
    default:
      return {
        kind: "failed",
        subject,
        ...(status === 0 ? {} : { status }),
        code: azureCode,
        message: failure.message,
        remedy: failure.next,
      };
  }
}

/** Reads every item with the schema; an unreadable item is a gap, not a loss of the list. */
export function recordList<Item extends Resource>(
  list: ListIdentity,
  raw: RawList,
  reading: { readonly schema: z.ZodType<Item>; readonly startedAt: string; readonly endedAt: string },
): { readonly resources: readonly Item[]; readonly coverage: Coverage } {
  const resources: Item[] = [];
  const gaps: CollectionGap[] = [];
  for (const item of raw.items) {
    const parsed = parseWire(reading.schema, item);
    if (parsed.ok) {
      resources.push(parsed.value);
    } else {
      const { subject, message, next } = parsed.problem;
      gaps.push({ kind: "unreadable", subject, message, remedy: next });
    }
  }
  if (raw.failure !== undefined) {
    gaps.push(toGap(raw.failure, list, list.scope));
  }
  return {
    resources,
    coverage: toCoverage(list, { pages: raw.pages, count: resources.length, gaps, ...reading, ...withRequestId(raw) }),
  };
}

function withRequestId(raw: RawList): { readonly requestId?: string } {
  return raw.requestId === undefined ? {} : { requestId: raw.requestId };
}

/** The coverage record of one list. Complete exactly when it has no gap. */
export function toCoverage(
  list: ListIdentity,
  facts: {
    readonly pages: number;
    readonly count: number;
    readonly gaps: readonly CollectionGap[];
    readonly startedAt: string;
    readonly endedAt: string;
    readonly requestId?: string;
  },
): Coverage {
  const scope = list.scope.toLowerCase();
  const shown = facts.gaps.slice(0, gapsMax);
  const hidden = facts.gaps.length - shown.length;
  return {
    id: toCoverageId(`${scope}|${list.kind}`),
    scope,
    kind: list.kind,
    complete: facts.gaps.length === 0,
    pages: facts.pages,
    count: facts.count,
    startedAt: facts.startedAt,
    endedAt: facts.endedAt,
    source: { ...list.source, ...(facts.requestId === undefined ? {} : { requestId: facts.requestId }) },
    gaps:
      hidden === 0
        ? shown
        : [
            ...shown,
            {
              kind: "truncated",
              subject: scope,
              limit: `${hidden} further gaps`,
              remedy: "Mend the named gaps first.",
            },
          ],
  };
}

/** The command that grants Reader on a subscription to the product's application. */
export function readerRemedy(subscriptionId: string): string {
  return `scripts/azure/install_azure_integration.sh --cloud-sub ${subscriptionId}`;
}

/** The command that grants AKS RBAC Reader on a subscription's clusters. */
export function clusterReaderRemedy(subscriptionId: string): string {
  return `scripts/azure/install_azure_integration.sh --aks-sub ${subscriptionId}`;
}
