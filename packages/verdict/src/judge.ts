/** Findings x workloads x exposures -> verdicts with evidence. Pure: same input, same bytes out. */
import {
  armKey,
  type Coverage,
  type Digest,
  type EstateSnapshot,
  type Evidence,
  type EvidenceId,
  type Exposure,
  type Fact,
  type Finding,
  type ImageInventory,
  type Verdict,
  type VerdictUnit,
} from "@sightline/model";
import { type ComposeContext, composeVerdict } from "./compose-verdict.ts";
import { createEstateIndex, type Deployment, type EstateIndex } from "./estate-index.ts";
import { createEvidenceBook, sortIds } from "./evidence.ts";
import { type ComponentFacts, type DatabaseState, findTlsListener, judgeComponent } from "./facts/component-facts.ts";
import { type DeploymentContext, judgeNowhere } from "./facts/deployment.ts";
import { judgeReach, type ReachFacts } from "./facts/reach-facts.ts";
import { judgeLive, judgeSameImage } from "./facts/workload-facts.ts";
import { formatInstant, parseInstant, toValidities, type Validities } from "./freshness.ts";
import { parseImageName } from "./image-name.ts";
import { createProofBuilder, listGuardEvidence } from "./proof.ts";

/** Settings of a workspace. */
export interface JudgeOptions {
  /** Validities that differ from the defaults, at most seven days each. */
  readonly validities?: Partial<Validities>;
  /**
   * Azure does not list the containers of virtual machines. `unknown` (default): a running machine may run any image.
   * `none`: the workspace says that its machines run no containers; the verdict lists it as an assumption.
   */
  readonly machineContainers?: "unknown" | "none";
}

/** What is judged. */
export interface JudgeInput {
  readonly findings: readonly Finding[];
  /** Inventories of the findings' images, found by digest. */
  readonly inventories: readonly ImageInventory[];
  readonly snapshot: EstateSnapshot;
  /** The reachability engine's answers over `snapshot`. */
  readonly exposures: readonly Exposure[];
  readonly database: DatabaseState;
  /** The moment of judgement, ISO 8601. */
  readonly now: string;
  /** The workspace's other estates: an image that may run there is not called undeployed here. */
  readonly elsewhere?: readonly EstateSnapshot[];
  readonly options?: JudgeOptions;
}

/** What came of it. */
export interface JudgeResult {
  /** Sorted by id. */
  readonly verdicts: readonly Verdict[];
  /** Everything the verdicts cite, sorted by id. Coverage stays in the snapshot. */
  readonly evidence: readonly Evidence[];
  /** Findings that cannot be joined to a workload, with the reason: never dropped in silence. */
  readonly unjudged: readonly { readonly finding: Finding["key"]; readonly reason: string }[];
}

/** What is known about one container that runs one image. */
interface DeploymentFacts {
  readonly facts: readonly Fact[];
  readonly reach: ReachFacts;
  /** Lists under its evidence. */
  readonly coverage: readonly Coverage[];
}

/** Everything one run shares. */
interface Run extends DeploymentContext, ComposeContext {
  readonly databaseTimes: { readonly observedAt: string; readonly validUntil: string };
  readonly livenessMs: number;
  readonly inventories: ReadonlyMap<string, ImageInventory>;
  readonly exposures: ReadonlyMap<string, readonly Exposure[]>;
  readonly deployments: Map<string, DeploymentFacts>;
}

/**
 * Judges every finding in every container that runs its image: one verdict for each. A finding whose image runs nowhere
 * gets one verdict of its own: inert when everything that runs images was read completely and lately, otherwise unknown.
 * Needs no order in its inputs, and repetition changes nothing. Throws `verdict.invalid-time` on instants and validities
 * that are none; everything about the estate, gaps and staleness among it, becomes an unknown fact instead.
 */
export function judge(input: JudgeInput): JudgeResult {
  const run = createRun(input);
  const verdicts = new Map<string, Verdict>();
  const unjudged = new Map<Finding["key"], string>();
  for (const given of input.findings) {
    const finding = toWellFormedFinding(given);
    const { imageDigest } = finding;
    if (imageDigest === undefined) {
      unjudged.set(finding.key, "the image has no digest, so no workload can be known to run it");
      continue;
    }
    for (const verdict of judgeFinding(run, finding, imageDigest)) {
      verdicts.set(verdict.id, verdict);
    }
  }
  return {
    verdicts: [...verdicts.values()].sort((left, right) => (left.id < right.id ? -1 : 1)),
    evidence: run.book.all(),
    unjudged: [...unjudged]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([finding, reason]) => ({ finding, reason })),
  };
}

/** Paths and names come out of images: a text without UTF-8 form has no hash, so its broken characters are replaced. */
function toWellFormedFinding(finding: Finding): Finding {
  const { package: found } = finding;
  const [first, ...rest] = found.locations;
  const texts = [finding.vulnerability, finding.reason, found.name, found.purl, first.path];
  if (texts.every((text) => text.isWellFormed())) {
    return finding;
  }
  return {
    ...finding,
    vulnerability: finding.vulnerability.toWellFormed(),
    reason: finding.reason.toWellFormed(),
    package: {
      ...found,
      name: found.name.toWellFormed(),
      purl: found.purl.toWellFormed(),
      locations: [{ ...first, path: first.path.toWellFormed() }, ...rest],
    },
  };
}

function createRun(input: JudgeInput): Run {
  const validities = toValidities(input.options?.validities);
  const checkedMs = parseInstant(input.database.checkedAt, "database.checkedAt");
  const inventories = new Map<string, ImageInventory>();
  for (const inventory of input.inventories) {
    if (inventory.image.digest !== undefined) {
      inventories.set(inventory.image.digest, inventory);
    }
  }
  return {
    book: createEvidenceBook(),
    now: input.now,
    nowMs: parseInstant(input.now, "now"),
    estate: createEstateIndex(input.snapshot, validities),
    elsewhere: (input.elsewhere ?? []).map((snapshot) => createEstateIndex(snapshot, validities)),
    validities,
    machineContainers: input.options?.machineContainers ?? "unknown",
    database: input.database,
    databaseTimes: {
      observedAt: formatInstant(checkedMs),
      validUntil: formatInstant(checkedMs + validities.databaseMs),
    },
    livenessMs: validities.livenessMs,
    inventories,
    exposures: Map.groupBy(input.exposures, ({ workload }) => armKey(workload)),
    deployments: new Map(),
    proofs: createProofBuilder(),
  };
}

function judgeFinding(run: Run, finding: Finding, digest: Digest): readonly Verdict[] {
  const inventory = run.inventories.get(digest);
  const component = judgeComponent(run, finding, findTlsListener(inventory));
  const image = { digest, indexDigest: inventory?.image.indexDigest };
  const deployments = findDeployments(run.estate, image, inventory);
  const isElsewhere = run.elsewhere.some((estate) => findDeployments(estate, image, inventory).length > 0);
  if (deployments.length > 0 || isElsewhere) {
    return deployments.map((deployment) => judgeDeployment(run, { finding, component, image, deployment }));
  }
  return [judgeUndeployed(run, { finding, component, image, inventory })];
}

interface ImageDigests {
  readonly digest: Digest;
  readonly indexDigest: Digest | undefined;
}

/** Containers that run the image, and those that may because they name its very tag; a known digest wins over a name. */
function findDeployments(
  estate: EstateIndex,
  { digest, indexDigest }: ImageDigests,
  inventory: ImageInventory | undefined,
): readonly Deployment[] {
  const running = estate.running(new Set([digest, ...(indexDigest === undefined ? [] : [indexDigest])]));
  const repository = repositoryOf(inventory);
  const tag = inventory?.image.reference?.tag;
  const named = (repository === undefined ? [] : estate.named(repository)).filter(
    ({ container }) => parseImageName(container.image.name)?.tag === tag,
  );
  const byContainer = new Map(
    [...named, ...running].map((deployment) => [
      `${armKey(deployment.workload.id)}\n${deployment.container.name}`,
      deployment,
    ]),
  );
  return [...byContainer].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, deployment]) => deployment);
}

function repositoryOf(inventory: ImageInventory | undefined): string | undefined {
  const reference = inventory?.image.reference;
  return reference === undefined
    ? undefined
    : parseImageName(`${reference.registry}/${reference.repository}`)?.repository;
}

interface Judged {
  readonly finding: Finding;
  readonly component: ComponentFacts;
  readonly image: ImageDigests;
}

function judgeDeployment(
  run: Run,
  { finding, component, image, deployment }: Judged & { readonly deployment: Deployment },
): Verdict {
  const { workload, container } = deployment;
  const { facts, reach, coverage } = deploymentFacts(run, deployment, image);
  const runsIndex = container.image.kind === "digest" && container.image.digest !== image.digest;
  return composeVerdict(run, {
    unit: toUnit(finding, { digest: image.digest, workload: workload.id, container: container.name }),
    finding,
    component,
    facts,
    workload,
    reach,
    coverage,
    gaps: reach.missing,
    assumptions: runsIndex ? ["On the workload's machines the image index resolves to the scanned platform."] : [],
  });
}

/** What is known about a container is the same for every finding in its image. */
function deploymentFacts(run: Run, deployment: Deployment, image: ImageDigests): DeploymentFacts {
  const { workload, container } = deployment;
  const key = `${armKey(workload.id)}\n${container.name}\n${image.digest}`;
  const known = run.deployments.get(key);
  if (known !== undefined) {
    return known;
  }
  const sameImage = judgeSameImage(run, deployment, image);
  const live = judgeLive(run, workload);
  const reach = judgeReach(run, deployment, run.exposures.get(armKey(workload.id)) ?? []);
  const facts = [sameImage, live, ...reach.facts];
  const found = { facts, reach, coverage: listCoverage(run, [...facts, ...reach.positions]) };
  run.deployments.set(key, found);
  return found;
}

/** Coverage records under the evidence of these statements, sorted by id. Evidence about components cites none. */
function listCoverage(
  { book, estate }: Run,
  statements: readonly { readonly because: readonly EvidenceId[] }[],
): readonly Coverage[] {
  const evidence = statements.flatMap(({ because }) => because).flatMap((id) => book.get(id) ?? []);
  const guards = evidence.flatMap(listGuardEvidence).flatMap((id) => book.lookUp(id) ?? []);
  return sortIds([...evidence, ...guards].flatMap(({ coverage }) => coverage)).flatMap(
    (id) => estate.coverage(id) ?? [],
  );
}

function judgeUndeployed(
  run: Run,
  { finding, component, image, inventory }: Judged & { readonly inventory: ImageInventory | undefined },
): Verdict {
  const [sameImage, gaps] = judgeNowhere(run, { ...image, repository: repositoryOf(inventory) });
  return composeVerdict(run, {
    unit: toUnit(finding, { digest: image.digest, workload: "none", container: "" }),
    finding,
    component,
    facts: [sameImage],
    workload: undefined,
    reach: undefined,
    coverage: listCoverage(run, [sameImage]),
    gaps: new Map([["sameImage", gaps]]),
    assumptions: [
      "Images that run outside the connected estates are not seen.",
      ...(run.machineContainers === "none" ? ["Virtual machines run no containers, says the workspace."] : []),
    ],
  });
}

function toUnit(
  finding: Finding,
  where: { readonly digest: Digest; readonly workload: VerdictUnit["workload"]; readonly container: string },
): VerdictUnit {
  return {
    finding: finding.key,
    vulnerability: finding.vulnerability,
    purl: finding.package.purl,
    path: finding.package.locations[0].path,
    imageDigest: where.digest,
    workload: where.workload,
    container: where.container,
  };
}
