/** Runs the judge over the shop. */
import type { EstateSnapshot, Finding, Verdict } from "@sightline/model";
import { type JudgeInput, type JudgeResult, judge } from "../judge.ts";
import { createEstate, now } from "./shop-estate.ts";
import { createExposures } from "./shop-exposures.ts";
import { inventories, packages, vectors } from "./shop-findings.ts";
import { subscriptionId } from "./shop-resources.ts";

/** State of the advisory database in the tests. */
export const database = { generation: "db-1", checkedAt: "2026-11-21T06:00:00.000Z" };

/** Judges findings of the shop; `change` replaces any input. */
export function run(findings: readonly Finding[], change: Partial<JudgeInput> = {}): JudgeResult {
  return judge({
    findings,
    inventories,
    snapshot: createEstate(),
    exposures: createExposures(),
    database,
    now,
    ...change,
  });
}

/** The one verdict there must be. */
export function only(findings: readonly Finding[], change: Partial<JudgeInput> = {}): Verdict {
  const { verdicts } = run(findings, change);
  const [verdict] = verdicts;
  if (verdict === undefined || verdicts.length !== 1) {
    throw new Error(`expected one verdict, got ${verdicts.length}`);
  }
  return verdict;
}

/** A flaw of a pure listener, met over the network. */
export const inbound = { package: packages.express, vector: vectors.network };

/** The estate in which lists of one kind were denied. */
export function incomplete(kind: string): EstateSnapshot {
  const estate = createEstate();
  return {
    ...estate,
    coverage: estate.coverage.map((record) =>
      record.kind === kind
        ? {
            ...record,
            complete: false,
            gaps: [
              {
                kind: "denied",
                subject: record.scope,
                status: 403,
                code: "Forbidden",
                remedy: `az role assignment create --assignee <application id> --role "Azure Kubernetes Service RBAC Reader" --scope /subscriptions/${subscriptionId}`,
              },
            ],
          }
        : record,
    ),
  };
}
