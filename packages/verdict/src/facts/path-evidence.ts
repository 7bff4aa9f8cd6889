/** Evidence of a way in, of its absence, or of not knowing: one piece for each answer of the reachability engine. */
import type {
  AttackerPosition,
  Coverage,
  CoverageId,
  Cut,
  EvidenceId,
  Exposure,
  Hop,
  MissingFact,
  MissingInput,
  Obstacle,
  Path,
  Truth,
} from "@sightline/model";
import type { Deployment } from "../estate-index.ts";
import { sortIds, toJson } from "../evidence.ts";
import { formatInstant, parseInstant, type Validities, validityOf } from "../freshness.ts";
import { isInRanges } from "../port-space.ts";
import { collectAgain, missing, missingFromCoverage } from "../remedies.ts";
import { fileGuard, toStatement } from "./guard-evidence.ts";
import type { WorkloadContext } from "./workload-facts.ts";

/** A {@link WorkloadContext} with validities of lists. */
export interface ReachContext extends WorkloadContext {
  readonly validities: Validities;
}

/** One answer of the engine for one container. */
export interface Answer {
  readonly deployment: Deployment;
  readonly exposure: Exposure;
  readonly position: AttackerPosition;
}

/** A path with its evidence. */
export interface FiledPath {
  readonly id: EvidenceId;
  readonly path: Path;
  /** Does it lead to a port this container listens on? `U`: to one it may not. */
  readonly meetsListener: Truth;
  /** Is there a sign-in on the way? */
  readonly gated: Truth;
}

/** Engine as the source of evidence; its inputs are cited by coverage id. */
const engineSource = { collector: "reachability", version: 1, api: "model", apiVersion: "1" };

/** Hops that carry traffic to a port somebody named on purpose. */
const forwardingKinds: ReadonlySet<Hop["kind"]> = new Set([
  "load-balancer",
  "inbound-nat",
  "node-port",
  "service",
  "ingress",
  "site-frontend",
]);

/**
 * Does traffic to this path's port meet the container? Yes when it declares one of the ports, when somebody forwards to
 * the port and no other container claims it, or when no container of the workload declares any port. Otherwise it is not
 * known: declarations are hints, and an undeclared port may listen.
 */
export function judgeListener({ deployment, exposure }: Answer, path: Path): Truth {
  const claims = (container: Deployment["container"]): boolean =>
    container.declaredPorts.some(
      ({ port, protocol }) => protocol === exposure.protocol && isInRanges(port, exposure.ports),
    );
  const { containers } = deployment.workload;
  const others = containers.filter((container) => container.name !== deployment.container.name);
  if (claims(deployment.container) || containers.every(({ declaredPorts }) => declaredPorts.length === 0)) {
    return "T";
  }
  const isForwarded = path.hops.some(({ kind }) => forwardingKinds.has(kind));
  return isForwarded && !others.some(claims) ? "T" : "U";
}

/** Is there a sign-in on the path? */
export function judgeGate({ hops }: Path): Truth {
  if (hops.some(({ authentication }) => authentication === "required")) {
    return "T";
  }
  return hops.some(({ authentication }) => authentication === "unknown") ? "U" : "F";
}

/** Files one path with the guards it was let through by. */
export function filePath(context: ReachContext, answer: Answer, path: Path): FiledPath {
  const { estate, book } = context;
  const { deployment, exposure, position } = answer;
  const hops = path.hops.map((hop) => ({
    ...hop,
    guards: hop.guards.map((guard) => {
      const { resource, rule, priority, pointer } = guard;
      return { resource, rule, priority, pointer, evidence: fileGuard(estate, book, { hop, guard }) };
    }),
  }));
  const touched = [...new Set(path.hops.flatMap((hop) => [hop.to, ...hop.guards.map(({ resource }) => resource)]))];
  const readings = touched.map((id) => estate.read(id));
  const meetsListener = judgeListener(answer, path);
  const id = book.add({
    kind: "exposure.path",
    subject: exposure.workload,
    value: toJson({
      workload: exposure.workload,
      container: deployment.container.name,
      arrivals: estate.arrivals(deployment.workload),
      position,
      protocol: exposure.protocol,
      ports: exposure.ports,
      meetsListener,
      declaredPorts: deployment.container.declaredPorts,
      otherPorts: deployment.workload.containers
        .filter(({ name }) => name !== deployment.container.name)
        .flatMap(({ declaredPorts }) => declaredPorts),
      path: { ...path, hops },
    }),
    observedAt: earliest(readings.map(({ observedAt }) => observedAt)),
    validUntil: earliest(readings.map(({ validUntil }) => validUntil)),
    source: { ...engineSource, scope: exposure.workload },
    coverage: sortIds(readings.flatMap(({ coverage }) => coverage?.id ?? [])),
  });
  return { id, path, meetsListener, gated: judgeGate(path) };
}

/** Instants in one format compare as text. */
function earliest(times: readonly string[]): string {
  return times.reduce((first, time) => (time < first ? time : first), times[0] ?? new Date(0).toISOString());
}

/** A cut with its evidence, and what is wrong with it: only one without fault proves anything. */
export interface FiledCut {
  readonly id: EvidenceId;
  readonly faults: readonly MissingFact[];
}

/** Files a cut, or what is known of one where the answer is undetermined. */
export function fileCut(
  context: ReachContext,
  answer: Answer,
  found: { readonly cut: Cut; readonly missing: readonly MissingInput[] },
): FiledCut {
  const { estate, book } = context;
  const { exposure, position } = answer;
  const cited = sortIds<CoverageId>(
    [...found.cut.coverage, ...found.cut.entries.flatMap(coverageOfEntry)].flatMap(
      (id) => estate.coverage(id)?.id ?? [],
    ),
  );
  const named = [...new Set([...found.cut.coverage, ...found.cut.entries.flatMap(coverageOfEntry)])].sort();
  const records = cited.flatMap((id) => estate.coverage(id) ?? []);
  const isUndetermined = found.missing.length > 0;
  const id = book.add({
    kind: isUndetermined ? "exposure.undetermined" : "exposure.cut",
    subject: exposure.workload,
    value: toJson({
      workload: exposure.workload,
      workloadKind: answer.deployment.workload.kind,
      position,
      protocol: exposure.protocol,
      ports: exposure.ports,
      entries: found.cut.entries.map((entry) => ({
        ...entry,
        obstacles: entry.obstacles.map((obstacle) => ({ ...obstacle, content: toObstacleContent(context, obstacle) })),
      })),
      missing: found.missing,
    }),
    observedAt: earliestOf(records, (record) => parseInstant(record.endedAt, record.id), estate.snapshot.takenAt),
    validUntil: earliestOf(
      records,
      (record) => parseInstant(record.endedAt, record.id) + validityOf(record.source, context.validities),
      formatInstant(parseInstant(estate.snapshot.takenAt, "snapshot.takenAt") + context.validities.azureMs),
    ),
    source: { ...engineSource, scope: exposure.workload },
    coverage: cited,
  });
  return { id, faults: isUndetermined ? [] : findFaults(named, records, found.cut) };
}

function coverageOfEntry({ obstacles }: Cut["entries"][number]): readonly string[] {
  return obstacles.flatMap((obstacle) => (obstacle.kind === "no-entry" ? obstacle.coverage : []));
}

function toObstacleContent({ estate }: ReachContext, obstacle: Obstacle): unknown {
  if (obstacle.kind === "no-entry") {
    return undefined;
  }
  const { resource } = obstacle;
  const part = estate.part(resource);
  if (part === undefined) {
    return undefined;
  }
  return obstacle.kind === "rule"
    ? toStatement(part, {
        resource,
        rule: obstacle.rule,
        ...(obstacle.pointer === undefined ? {} : { pointer: obstacle.pointer }),
      })
    : toStatement(part, { resource, rule: obstacle.detail });
}

function earliestOf(records: readonly Coverage[], timeOf: (record: Coverage) => number, otherwise: string): string {
  return records.length === 0 ? otherwise : formatInstant(Math.min(...records.map(timeOf)));
}

/** A negative needs every list it names, whole, and a list at all. */
function findFaults(named: readonly string[], records: readonly Coverage[], cut: Cut): readonly MissingFact[] {
  const known = new Set<string>(records.map(({ id }) => id));
  return [
    ...(cut.coverage.length === 0
      ? [missing("reachInternet", "absent", "the search for ways in names no list it rests on", collectAgain)]
      : []),
    ...named
      .filter((id) => !known.has(id))
      .map((id) => missing("reachInternet", "absent", `the list ${id} is not in the snapshot`, collectAgain)),
    ...records.filter(({ complete }) => !complete).map((record) => missingFromCoverage("reachInternet", record)),
  ];
}
