/** Turns the outcome of a read into resources and the coverage record that says how whole they are. */
import type { ArmList } from "@sightline/azure";
import {
  armKey,
  type CollectionGap,
  type CollectorSource,
  type Coverage,
  DomainError,
  type Problem,
  toCoverageId,
} from "@sightline/model";
import type { Clock } from "@sightline/platform";
import type { z } from "zod";
import { parseWire } from "./wire.ts";

/** Gaps named one by one in a coverage record; further ones are summed up in a last. */
const gapsMax = 100;

/** What a list is called, where it was made, and what mends a denial. */
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

/** What came back of a list, in whichever way it was read; `gap` says what ended it early. */
export interface RawList {
  readonly items: readonly unknown[];
  readonly pages: number;
  readonly requestId?: string;
  readonly gap?: CollectionGap;
}

/** The time as evidence writes it. */
export function toTimestamp(clock: Clock): string {
  return new Date(clock.nowMs()).toISOString();
}

/**
 * Why a read gave nothing, as a gap. Denied, throttled and failed differ in what mends them. Anything but a failure to
 * read is thrown on: whoever cancels wants an end, not a snapshot full of gaps.
 */
export function toGap(failure: unknown, list: Pick<ListIdentity, "action" | "remedy">, subject: string): CollectionGap {
  if (!(failure instanceof DomainError) || failure.code === "http.cancelled" || failure.code === "http.write-refused") {
    throw failure;
  }
  const { code: ownCode, message, next } = failure.toProblem();
  const { status = 0, azureCode } = failure.details;
  const code = typeof azureCode === "string" ? azureCode : ownCode;
  const known = typeof status === "number" && status > 0 ? { status } : {};
  switch (ownCode) {
    case "azure.forbidden":
    case "azure.unauthorized":
      return { kind: "denied", subject, status: 0, ...known, code, missingAction: list.action, remedy: list.remedy };
    case "azure.throttled":
      return { kind: "throttled", subject, status: 0, ...known, remedy: next };
    default:
      return { kind: "failed", subject, ...known, code, message, remedy: next };
  }
}

/** An answer, or a part of one, that is not as documented. */
export function toUnreadableGap({ message, next }: Problem, subject: string): CollectionGap {
  return { kind: "unreadable", subject, message, remedy: next };
}

/** An ARM list in the form all lists are recorded in. */
export function fromArmList(raw: ArmList, list: ListIdentity): RawList {
  const { items, pages, requestId, failure } = raw;
  return {
    items,
    pages,
    ...(requestId === undefined ? {} : { requestId }),
    ...(failure === undefined ? {} : { gap: toGap(failure, list, list.scope) }),
  };
}

/** Items of a list that could be read, and a gap for each that could not. */
export interface ReadItems<Item> {
  readonly values: readonly Item[];
  readonly gaps: readonly CollectionGap[];
}

/** Reads every item with the schema; an unreadable item is a gap, not a loss of the list. */
export function readItems<Item>(schema: z.ZodType<Item>, items: readonly unknown[]): ReadItems<Item> {
  const values: Item[] = [];
  const gaps: CollectionGap[] = [];
  for (const item of items) {
    const parsed = parseWire(schema, item);
    if (parsed.ok) {
      values.push(parsed.value);
    } else {
      gaps.push(toUnreadableGap(parsed.problem, parsed.problem.subject));
    }
  }
  return { values, gaps };
}

/** What a list came to. */
export interface ListFacts {
  readonly raw: Pick<RawList, "pages" | "requestId" | "gap">;
  /** Resources (or other entries) that the list gave. */
  readonly count: number;
  /** Beside `raw.gap`. */
  readonly gaps: readonly CollectionGap[];
  readonly startedAt: string;
  readonly endedAt: string;
}

/** The coverage record of one list. Complete exactly when it has no gap. */
export function toCoverage(list: ListIdentity, facts: ListFacts): Coverage {
  const { raw, count, startedAt, endedAt } = facts;
  const scope = armKey(list.scope);
  const gaps = [...facts.gaps, ...(raw.gap === undefined ? [] : [raw.gap])];
  return {
    id: toCoverageId(`${scope}|${list.kind}`),
    scope,
    kind: list.kind,
    complete: gaps.length === 0,
    pages: raw.pages,
    count,
    startedAt,
    endedAt,
    source: { ...list.source, ...(raw.requestId === undefined ? {} : { requestId: raw.requestId }) },
    gaps: boundGaps(gaps, scope),
  };
}

function boundGaps(gaps: readonly CollectionGap[], scope: string): readonly CollectionGap[] {
  const hidden = gaps.length - gapsMax;
  const limit = `${hidden} further gaps`;
  return hidden <= 0
    ? gaps
    : [
        ...gaps.slice(0, gapsMax),
        { kind: "truncated", subject: scope, limit, remedy: "Mend the gaps that are named first." },
      ];
}

/** How a list of one subscription is named in evidence. */
export function toSubscriptionList(
  subscriptionId: string,
  given: {
    readonly kind: string;
    readonly collector: string;
    readonly version: number;
    readonly api: "arm" | "resource-graph";
    readonly apiVersion: string;
    readonly action: string;
  },
): ListIdentity {
  const { kind, action, ...source } = given;
  const scope = `/subscriptions/${subscriptionId}`;
  return {
    scope,
    kind,
    source: { ...source, scope, role: "Reader" },
    action,
    remedy: `az role assignment create --assignee <application id> --role Reader --scope /subscriptions/${subscriptionId}`,
  };
}
