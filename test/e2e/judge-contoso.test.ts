/**
 * From a cloud to verdicts with proof: collect, scan and judge the contoso scenario, change one thing at a time, take
 * away one thing at a time, and let every service go wrong in every way.
 */
import type { Coverage, EstateSnapshot, Verdict, VerdictClass } from "@sightline/model";
import type { HttpClient } from "@sightline/platform";
import { toProofBundle } from "@sightline/verdict";
import { verify } from "@sightline/verifier";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFalseClaims, isRead, type Judged, listIncomplete, toReadKind, waysToFail } from "./contoso-ablation.ts";
import {
  type ContosoAzure,
  type ContosoJudge,
  collectContoso,
  type JournalEntry,
  openHttp,
  openJudge,
  scanContoso,
  startContoso,
} from "./contoso-azure.ts";
import { toNames } from "./contoso-names.ts";
import { type KeptAnswer, recordAnswers, replayAnswers } from "./contoso-replay.ts";
import { scannerRoles, type Twin, toTwins, twinNames } from "./contoso-twins.ts";

let azure: ContosoAzure;
let judge: ContosoJudge;
let http: HttpClient;
/** Every answer of the first round. */
const kept = new Map<string, KeptAnswer>();
/** Every request of the scan and of the first round. */
let journal: readonly JournalEntry[];
let whole: Judged;

beforeAll(async () => {
  azure = await startContoso();
  judge = await openJudge(await scanContoso(azure), azure.clock);
  http = openHttp(azure);
  whole = judgeSnapshot(await collectContoso(azure, { http: recordAnswers(http, kept) }));
  journal = await azure.readJournal();
});
afterAll(async () => {
  await http.close();
  await judge.close();
  await azure.close();
});

function judgeSnapshot(snapshot: EstateSnapshot): Judged {
  return { snapshot, judgement: judge.judge(snapshot) };
}

function toUnitKey({ unit }: Verdict): string {
  return [unit.workload, unit.container, unit.finding].join(" ");
}

function classesOf({ judgement }: Judged): ReadonlyMap<string, VerdictClass> {
  return new Map(judgement.verdicts.map((verdict) => [toUnitKey(verdict), verdict.class]));
}

function findVerdict({ judgement }: Judged, wanted: { readonly workload: string; readonly id: string }): Verdict {
  const found = judgement.verdicts.find(
    ({ unit }) => unit.workload.endsWith(wanted.workload) && unit.vulnerability === wanted.id,
  );
  if (found === undefined) {
    throw new Error(`there is no verdict on ${wanted.id} in ${wanted.workload}`);
  }
  return found;
}

/** What the independent verifier finds wrong with bundles; by default with all. */
function findUnverified(
  { judgement, snapshot }: Judged,
  verdicts: readonly Verdict[] = judgement.verdicts,
): readonly unknown[] {
  const now = new Date(azure.clock.nowMs()).toISOString();
  const from = { evidence: judgement.evidence, coverage: snapshot.coverage };
  return verdicts.flatMap((verdict) => {
    const checked = verify(toProofBundle(verdict, from), { now });
    return checked.ok && checked.class === verdict.class ? [] : [{ unit: verdict.unit, checked }];
  });
}

describe("the verdicts on contoso", () => {
  it("are of at least ten classes", () => {
    expect(new Set(whole.judgement.verdicts.map((verdict) => verdict.class))).toEqual(
      new Set<VerdictClass>([
        "exploitable.internet",
        "exploitable.credentialed",
        "exploitable.trusted",
        "unknown",
        "exploitable.foothold",
        "conditional.indirect",
        "exploitable.local",
        "inert.not_running",
        "not_exploitable.no_path",
        "not_exploitable.not_executable",
      ]),
    );
  });

  it("are the same for an identity with a certificate", async () => {
    const snapshot = await collectContoso(azure, { http, identity: azure.byCertificate });
    expect(classesOf(judgeSnapshot(snapshot))).toEqual(classesOf(whole));
  });

  it("all verify, each from its bundle alone", () => {
    expect(whole.judgement.verdicts.length).toBeGreaterThan(150);
    expect(findUnverified(whole)).toEqual([]);
  });

  it("say no path with every way in that was looked for, and what they take for granted", () => {
    const verdict = findVerdict(whole, { workload: "batch/nightly", id: "CVE-2024-6387" });
    expect(verdict.class).toBe("not_exploitable.no_path");
    const { coverage } = toProofBundle(verdict, {
      evidence: whole.judgement.evidence,
      coverage: whole.snapshot.coverage,
    });
    expect(coverage.filter(({ complete }) => !complete)).toEqual([]);
    expect(coverage.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["networkPolicy", "service", "ingress", "loadBalancer", "networkSecurityGroup", "census"]),
    );
    const exposures = whole.judgement.exposures.filter(({ workload }) => workload.endsWith("batch/nightly"));
    const cuts = exposures.flatMap(({ sources }) =>
      sources.map((source) => (source.result === "unreachable" ? source.cut.entries.length : 0)),
    );
    expect(Math.min(...cuts)).toBeGreaterThan(0);
    expect(verdict.assumptions.join(" ")).toContain("a pod of the host network counts as its node");
  });

  it("say exploitable from the internet with the path, hop by hop", () => {
    const verdict = findVerdict(whole, { workload: "shop/web", id: "CVE-2024-45590" });
    expect(verdict.class).toBe("exploitable.internet");
    expect(verdict.sentence).toContain("20.50.10.20:80");
    const paths = whole.judgement.exposures
      .filter(({ workload }) => workload.endsWith("shop/web"))
      .flatMap(({ sources }) => sources)
      .flatMap((source) => (source.position === "internet" && source.result === "reachable" ? source.paths : []));
    expect(paths.map(({ hops }) => hops.map(({ kind }) => kind).join(" "))).toContain(
      "public-ip load-balancer network-interface service pod",
    );
  });

  it("say unknown with its range, what is missing and what to do about it", () => {
    const verdict = findVerdict(whole, { workload: "reports/reports", id: "CVE-2023-31047" });
    expect(verdict).toMatchObject({
      class: "unknown",
      floor: "exploitable.foothold",
      ceiling: "exploitable.internet",
    });
    expect(verdict.missing.map(({ detail }) => detail).join(" ")).toContain("vnet-finance");
    expect(verdict.missing.filter(({ remedy }) => remedy.command === "")).toEqual([]);
    expect(verdict.missing.map(({ remedy }) => remedy.command).join(" ")).toContain("Reader");
  });

  it("differ between a library and its headers in one image, for the same flaw", () => {
    const of = (prefix: string): readonly VerdictClass[] =>
      whole.judgement.verdicts
        .filter(({ unit }) => unit.workload.endsWith("batch/nightly") && unit.vulnerability === "CVE-2023-4911")
        .filter(({ unit }) => unit.purl.startsWith(prefix))
        .map((verdict) => verdict.class);
    expect(of("pkg:deb/debian/libc6-dev@")).toEqual(["not_exploitable.not_executable"]);
    expect(of("pkg:deb/debian/libc6@")).toEqual(["exploitable.local"]);
  });
});

describe("the collectors and the scanner", () => {
  it("sent reads only", () => {
    const isReading = ({ method, path }: JournalEntry): boolean =>
      method === "GET" ||
      method === "HEAD" ||
      (method === "POST" &&
        /^\/(?:[0-9a-f-]{36}\/oauth2\/v2\.0\/token|providers\/Microsoft\.ResourceGraph\/resources|oauth2\/(?:exchange|token))$/.test(
          path,
        ));
    const sent = journal.filter(({ method }) => method !== "CONNECT");
    expect(sent.length).toBeGreaterThan(100);
    expect(sent.filter((entry) => !isReading(entry))).toEqual([]);
  });
});

/** Collects again after changes of the cloud, and undoes them whatever happens. */
async function judgeChanged({ change, undo }: Pick<Twin, "change" | "undo">): Promise<Judged> {
  try {
    for (const call of change) {
      await azure.control(call);
    }
    return judgeSnapshot(await collectContoso(azure, { http }));
  } finally {
    for (const call of undo) {
      await azure.control(call);
    }
  }
}

describe("one change", () => {
  it.each(twinNames)("turns the verdict it should, and no other: %s", async (name) => {
    const twin = toTwins(toNames(azure, kept.values())).find((each) => each.name === name);
    if (twin === undefined) {
      throw new Error(`there is no twin ${name}`);
    }
    const wanted = { workload: twin.workload, id: twin.vulnerability };
    expect(findVerdict(whole, wanted).class).toBe(twin.from);
    const changed = await judgeChanged(twin);
    expect(findVerdict(changed, wanted).class).toBe(twin.to);
    const before = classesOf(whole);
    const turned = changed.judgement.verdicts.filter((verdict) => before.get(toUnitKey(verdict)) !== verdict.class);
    expect(turned.map(({ unit }) => unit.workload).filter((workload) => !twin.touched.test(workload))).toEqual([]);
    expect(changed.judgement.verdicts.length).toBe(whole.judgement.verdicts.length);
    expect(findUnverified(changed, turned)).toEqual([]);
  });
});

describe("knowing less", () => {
  const collectWithout = async (
    isGone: (answer: KeptAnswer) => boolean,
    spoil: (answer: KeptAnswer) => KeptAnswer,
  ): Promise<EstateSnapshot> =>
    collectContoso(azure, { http: replayAnswers(kept, (answer) => (isGone(answer) ? spoil(answer) : answer)) });

  it("changes nothing when nothing is taken away", async () => {
    const same = judgeSnapshot(await collectWithout(() => false, waysToFail.denied));
    expect(classesOf(same)).toEqual(classesOf(whole));
  });

  it("only ever makes verdicts unknown, whichever kind of list is denied, fails or is garbage", async () => {
    const kinds = [...new Set([...kept.values()].filter(isRead).map(toReadKind))];
    expect(kinds.length).toBeGreaterThan(30);
    const known = new Set(listIncomplete(whole.snapshot));
    const wrong: string[] = [];
    for (const kind of kinds) {
      const isGone = (answer: KeptAnswer): boolean => isRead(answer) && toReadKind(answer) === kind;
      const less = judgeSnapshot(await collectWithout(isGone, waysToFail.denied));
      wrong.push(...findFalseClaims(whole, less).map((claim) => `${kind} denied: ${claim}`));
      const silent = kind !== "v1/ingressclasses" && listIncomplete(less.snapshot).every((id) => known.has(id));
      wrong.push(...(silent ? [`${kind} denied: nothing in the coverage says so`] : []));
      for (const way of ["failing", "garbage"] as const) {
        const other = await collectWithout(isGone, waysToFail[way]);
        const isSame =
          JSON.stringify(other.workloads) === JSON.stringify(less.snapshot.workloads) &&
          JSON.stringify(listIncomplete(other)) === JSON.stringify(listIncomplete(less.snapshot));
        const claims = isSame ? [] : findFalseClaims(whole, judgeSnapshot(other));
        wrong.push(...claims.map((claim) => `${kind} ${way}: ${claim}`));
      }
    }
    expect(wrong).toEqual([]);
  });

  it("only ever makes verdicts unknown, whatever single answers go wrong together", async () => {
    const reads = [...kept.values()].filter(isRead);
    const ways = Object.values(waysToFail);
    const spoiling = fc.array(fc.tuple(fc.nat(reads.length - 1), fc.nat(ways.length - 1)), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(spoiling, async (spoiled) => {
        const how = new Map(spoiled.map(([index, way]) => [reads[index], ways[way]]));
        const less = await collectWithout(
          (answer) => how.has(answer),
          (answer) => how.get(answer)?.(answer) ?? answer,
        );
        expect(findFalseClaims(whole, judgeSnapshot(less))).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it.each(scannerRoles)("only ever makes verdicts unknown when the scanner loses $role on $scope", async (lost) => {
    const { scanner } = toNames(azure, kept.values());
    const scope = `/subscriptions/${azure.subscriptions.get(lost.scope) ?? ""}${lost.below}`;
    const body = { principalId: scanner, role: lost.role, scope };
    const less = await judgeChanged({
      change: [{ method: "DELETE", name: "role-assignments", body }],
      undo: [{ method: "POST", name: "role-assignments", body }],
    });
    expect(listIncomplete(less.snapshot).length).toBeGreaterThan(listIncomplete(whole.snapshot).length);
    expect(findFalseClaims(whole, less)).toEqual([]);
    expect(classesOf(less)).not.toEqual(classesOf(whole));
  });

  // Reader lets pull from a registry without repository permissions, as AcrPull does.
  it.each([
    { registry: "contosoclassic", roles: ["AcrPull"], onSubscription: ["Reader"] },
    { registry: "contosoabac", roles: ["Container Registry Repository Reader"], onSubscription: [] },
  ])("ends a scan with a reason when the scanner may not pull from $registry", async (lost) => {
    const { scanner, shop } = toNames(azure, kept.values());
    const scope = `${shop}/resourceGroups/rg-registries/providers/Microsoft.ContainerRegistry/registries/${lost.registry}`;
    const roles = [
      ...lost.roles.map((role) => ({ principalId: scanner, role, scope })),
      ...lost.onSubscription.map((role) => ({ principalId: scanner, role, scope: shop })),
    ];
    try {
      for (const body of roles) {
        await azure.control({ method: "DELETE", name: "role-assignments", body });
      }
      await expect(scanContoso(azure)).rejects.toMatchObject({ code: "registry.forbidden" });
    } finally {
      for (const body of roles) {
        await azure.control({ method: "POST", name: "role-assignments", body });
      }
    }
  });
});

type GapKind = Coverage["gaps"][number]["kind"];

interface BadAnswer {
  readonly name: string;
  readonly effect: Readonly<Record<string, unknown>>;
  readonly gaps: readonly GapKind[];
}

const badAnswers: readonly BadAnswer[] = [
  { name: "401", effect: { status: 401 }, gaps: ["denied"] },
  { name: "403", effect: { status: 403 }, gaps: ["denied"] },
  { name: "404", effect: { status: 404 }, gaps: ["failed"] },
  { name: "429", effect: { status: 429, headers: { "retry-after": "2" } }, gaps: ["throttled"] },
  { name: "503", effect: { status: 503 }, gaps: ["failed"] },
  { name: "garbage", effect: { garbage: true }, gaps: ["failed", "unreadable"] },
  { name: "half an answer", effect: { truncateBytes: 5 }, gaps: ["failed", "unreadable"] },
  { name: "endless pages", effect: { endlessPaging: true }, gaps: ["failed", "truncated"] },
  { name: "nothing", effect: { reset: true }, gaps: ["failed"] },
];

interface BadService {
  readonly name: string;
  readonly match: { readonly host: string; readonly path?: string };
  /** Which calls go to the simulator; the others are answered from the first round. */
  readonly isLive: (url: URL) => boolean;
  readonly isFrom: (coverage: Coverage) => boolean;
}

const badServices: readonly BadService[] = [
  {
    name: "Resource Manager",
    match: { host: "management.azure.com", path: "/subscriptions/*" },
    isLive: ({ host, pathname }) => host === "management.azure.com" && pathname.startsWith("/subscriptions/"),
    isFrom: ({ source }) => source.api === "arm",
  },
  {
    name: "Resource Graph",
    match: { host: "management.azure.com", path: "/providers/Microsoft.ResourceGraph/*" },
    isLive: ({ host, pathname }) => host === "management.azure.com" && pathname.startsWith("/providers/"),
    isFrom: ({ source }) => source.api === "resource-graph",
  },
  {
    name: "Kubernetes",
    match: { host: "*.azmk8s.io" },
    isLive: ({ host }) => host.endsWith(".azmk8s.io"),
    // Nobody may read classes of ingresses as it is.
    isFrom: ({ source, kind }) => source.api === "kubernetes" && kind !== "ingressClass",
  },
  {
    name: "Entra",
    match: { host: "login.microsoftonline.com" },
    isLive: ({ host }) => host === "login.microsoftonline.com",
    isFrom: () => true,
  },
];

const attemptsMax = 5;

/** Asks the simulator where `isLive` says so or a token is needed, else the first round's answers. */
function mixAnswers({ isLive }: BadService): HttpClient {
  const replay = replayAnswers(kept, (answer) => answer);
  return {
    request: (request) => {
      const url = new URL(request.url);
      const isSignIn = url.host === "login.microsoftonline.com";
      return (isSignIn || isLive(url) ? http : replay).request(request);
    },
    close: () => Promise.resolve(),
  };
}

describe.each(badServices)("$name", (service) => {
  const cases = badAnswers.filter(({ name }) => service.name !== "Entra" || name !== "endless pages");

  it.each(cases)(
    "may answer with $name: the round ends, says so, and nothing becomes safe",
    async ({ effect, gaps }) => {
      await azure.control({ method: "DELETE", name: "journal" });
      await azure.control({ method: "POST", name: "faults", body: { match: service.match, effect } });
      let snapshot: EstateSnapshot;
      try {
        snapshot = await collectContoso(azure, { http: mixAnswers(service) });
      } finally {
        await azure.control({ method: "DELETE", name: "faults" });
      }
      const sent = (await azure.readJournal()).filter(({ method }) => method !== "CONNECT");
      expect(sent.length).toBeLessThanOrEqual(attemptsMax * kept.size);
      const isList = ({ kind }: Coverage): boolean => kind !== "subscription" && kind !== "serviceTags";
      const records = snapshot.coverage.filter(
        (record) => service.isFrom(record) && (effect["endlessPaging"] !== true || isList(record)),
      );
      expect(records.length).toBeGreaterThan(0);
      expect(records.filter(({ complete }) => complete).map(({ id }) => id)).toEqual([]);
      const found = records.flatMap((record) => record.gaps);
      expect(found.length).toBeGreaterThanOrEqual(records.length);
      expect(found.filter(({ subject, remedy }) => subject === "" || remedy === "")).toEqual([]);
      const expected = service.name === "Entra" ? ["failed"] : gaps;
      expect([...new Set(found.map(({ kind }) => kind))].filter((kind) => !expected.includes(kind))).toEqual([]);
      expect(findFalseClaims(whole, judgeSnapshot(snapshot))).toEqual([]);
    },
  );
});
