/** Whether an image runs nowhere: said only when everything that runs images has been read, completely and lately. */
import type { Coverage, Fact, ManagedCluster, MissingFact, Resource } from "@sightline/model";
import type { Deployment, EstateIndex } from "../estate-index.ts";
import { sortIds, toJson } from "../evidence.ts";
import { formatInstant, parseInstant, type Validities, validityOf } from "../freshness.ts";
import { unlistedImageRunners } from "../image-running-types.data.ts";
import { collectAgain, missing, missingFromCoverage, remedyForScope, sortMissing } from "../remedies.ts";
import { type FactContext, toKnownFact, toUnknownFact } from "./fact.ts";

/** What is asked. */
export interface NowhereQuestion {
  readonly digest: string;
  readonly indexDigest: string | undefined;
  /** `registry/repository`, lower case; absent when the inventory does not name one. */
  readonly repository: string | undefined;
}

/** A {@link FactContext} with the estates of the workspace. */
export interface DeploymentContext extends FactContext {
  readonly estate: EstateIndex;
  /** The workspace's other estates: an image may run there. */
  readonly elsewhere: readonly EstateIndex[];
  readonly validities: Validities;
  /** What virtual machines run is not listed by Azure: `none` is the workspace's own word that they run no containers. */
  readonly machineContainers: "unknown" | "none";
}

/** Kinds that must have been listed in every subscription. */
const subscriptionKinds = ["managedCluster", "site", "virtualMachine", "census"] as const;

/** The fact `sameImage` of an image that no known workload runs: `F`, or what is missing to say so. */
export function judgeNowhere(
  context: DeploymentContext,
  question: NowhereQuestion,
): readonly [Fact, readonly MissingFact[]] {
  const survey = surveyEstate(context, context.estate, question);
  const others = context.elsewhere.map((estate) => surveyEstate(context, estate, question));
  const lists = survey.lists;
  const times = [...lists, ...others.flatMap((other) => other.lists)].map((record) => ({
    at: parseInstant(record.endedAt, `coverage ${record.id}`),
    forMs: validityOf(record.source, context.validities),
  }));
  const takenMs = parseInstant(context.estate.snapshot.takenAt, "snapshot.takenAt");
  const observedMs = Math.min(takenMs, ...times.map(({ at }) => at));
  const id = context.book.add({
    kind: "workload.none",
    subject: question.digest,
    value: toJson({
      digest: question.digest,
      indexDigest: question.indexDigest,
      estates: [context.estate, ...context.elsewhere].map(describeEstate),
      machineContainers: context.machineContainers,
    }),
    observedAt: formatInstant(observedMs),
    validUntil: formatInstant(
      Math.min(takenMs + context.validities.azureMs, ...times.map(({ at, forMs }) => at + forMs)),
    ),
    source: {
      collector: "verdict",
      version: 1,
      api: "estate",
      apiVersion: "1",
      scope: context.estate.snapshot.tenantId,
    },
    coverage: sortIds(lists.map((record) => record.id)),
  });
  const gaps = sortMissing([...survey.missing, ...others.flatMap((other) => other.missing)]);
  const [first] = gaps;
  return first === undefined
    ? [toKnownFact(context, "sameImage", "F", [id]), []]
    : [toUnknownFact("sameImage", [id], first), gaps];
}

function describeEstate(estate: EstateIndex): Readonly<Record<string, string | number | readonly string[]>> {
  const { snapshot, deployments } = estate;
  return {
    tenantId: snapshot.tenantId,
    subscriptionIds: snapshot.subscriptionIds,
    clusters: clustersOf(estate)
      .map(({ id }) => id)
      .toSorted(),
    takenAt: snapshot.takenAt,
    workloads: snapshot.workloads.length,
    containers: deployments.length,
  };
}

interface Survey {
  readonly lists: readonly Coverage[];
  readonly missing: readonly MissingFact[];
}

function surveyEstate(context: DeploymentContext, estate: EstateIndex, question: NowhereQuestion): Survey {
  const inSubscriptions = estate.snapshot.subscriptionIds.flatMap((id) =>
    subscriptionKinds.map((kind) => ({ scope: `/subscriptions/${id}`, kind, record: estate.coverageOf(id, kind) })),
  );
  const inClusters = clustersOf(estate).flatMap((cluster) =>
    estate.instanceLists(cluster.id).map((record) => ({ scope: cluster.id, kind: "workloads", record })),
  );
  const found = [...inSubscriptions, ...inClusters];
  return {
    lists: found.flatMap(({ record }) => record ?? []),
    missing: [
      ...found.flatMap(({ scope, kind, record }) => missingList(scope, kind, record)),
      ...missingNames(estate, question),
      ...missingRunners(estate),
      ...missingSites(estate),
      ...(context.machineContainers === "none" ? [] : missingMachines(estate)),
      ...missingProblems(estate),
    ],
  };
}

function missingList(scope: string, kind: string, record: Coverage | undefined): readonly MissingFact[] {
  if (record === undefined) {
    const where = scope.split("/").at(-1) ?? scope;
    return [missing("sameImage", "absent", `${kind} of ${where} was never listed`, remedyForScope(scope))];
  }
  return record.complete ? [] : [missingFromCoverage("sameImage", record)];
}

function missingNames(estate: EstateIndex, { repository }: NowhereQuestion): readonly MissingFact[] {
  const candidates =
    repository === undefined
      ? estate.deployments.filter(({ container }) => container.image.kind === "tag-only")
      : [...estate.named(repository), ...estate.named(undefined)];
  const [first] = candidates;
  return first === undefined
    ? []
    : [missing("sameImage", "absent", describeCandidates(first, candidates.length - 1), collectAgain)];
}

function describeCandidates({ container, workload }: Deployment, others: number): string {
  const more = others === 0 ? "" : ` (and ${others} more)`;
  return `${container.name} of ${workload.name}${more} may run it: only a tag is known, no digest`;
}

function clustersOf(estate: EstateIndex): readonly ManagedCluster[] {
  const isCluster = (resource: Resource): resource is ManagedCluster => resource.kind === "managedCluster";
  return [...estate.resources()].filter(isCluster);
}

/** Scale sets are counted against the agent pools of the clusters: an AKS pool is one scale set, any other is not read. */
function missingRunners(estate: EstateIndex): readonly MissingFact[] {
  const pools = clustersOf(estate).reduce((count, cluster) => count + cluster.agentPools.length, 0);
  const counts = new Map<string, number>();
  for (const { type, count } of estate.snapshot.census) {
    const key = type.toLowerCase();
    counts.set(key, (counts.get(key) ?? 0) + count);
  }
  return unlistedImageRunners.flatMap((type) => {
    const count = (counts.get(type) ?? 0) - (type === "microsoft.compute/virtualmachinescalesets" ? pools : 0);
    return count > 0
      ? [
          missing(
            "sameImage",
            "unsupported",
            `${count} of type ${type} may run it, and what they run is not read`,
            collectAgain,
          ),
        ]
      : [];
  });
}

/** Sites of several containers name their images elsewhere. Source: learn.microsoft.com, App Service `linuxFxVersion`. */
function missingSites(estate: EstateIndex): readonly MissingFact[] {
  const site = [...estate.resources()].find(
    (resource) =>
      resource.kind === "site" && /^(?:COMPOSE|SITECONTAINERS|KUBE)\b/i.test(resource.web?.linuxFxVersion ?? ""),
  );
  return site === undefined
    ? []
    : [
        missing(
          "sameImage",
          "unsupported",
          `${site.name} runs several containers, and their images are not read`,
          collectAgain,
        ),
      ];
}

function missingMachines(estate: EstateIndex): readonly MissingFact[] {
  const idle = new Set(["powerstate/deallocated", "powerstate/stopped"]);
  const count = [...estate.resources()].filter(
    (resource) => resource.kind === "virtualMachine" && !idle.has(resource.powerState?.toLowerCase() ?? ""),
  ).length;
  const detail = `${count} running virtual machine${count === 1 ? "" : "s"} may run it: Azure does not list their containers`;
  const remedy = { command: "set the workspace's “containers on virtual machines” to none, if that is so" };
  return count === 0 ? [] : [missing("sameImage", "unsupported", detail, remedy)];
}

/** A result with problems is not complete, whatever its coverage says. */
function missingProblems(estate: EstateIndex): readonly MissingFact[] {
  const [first] = estate.snapshot.problems;
  return first === undefined
    ? []
    : [missing("sameImage", "absent", `the estate was read with a problem: ${first.message}`, { command: first.next })];
}
