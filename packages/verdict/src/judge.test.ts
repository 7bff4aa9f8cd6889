import type { EstateSnapshot, Exposure, Finding, Verdict } from "@sightline/model";
import { describe, expect, it } from "vitest";
import { type JudgeInput, type JudgeResult, judge } from "./judge.ts";
import { isSafeClass } from "./rule-core.ts";
import { createEstate, now } from "./testing/shop-estate.ts";
import {
  createExposures,
  denied,
  exposuresOf,
  networkPath,
  reachable,
  undetermined,
  unreachable,
} from "./testing/shop-exposures.ts";
import { inventories, packages, toFinding, toInventory, toPackage, vectors } from "./testing/shop-findings.ts";
import { cluster, images, kubernetesId, subscriptionId } from "./testing/shop-resources.ts";

const database = { generation: "db-1", checkedAt: "2026-11-21T06:00:00.000Z" };

function run(findings: readonly Finding[], change: Partial<JudgeInput> = {}): JudgeResult {
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

function only(findings: readonly Finding[], change: Partial<JudgeInput> = {}): Verdict {
  const { verdicts } = run(findings, change);
  const [verdict] = verdicts;
  if (verdict === undefined || verdicts.length !== 1) {
    throw new Error(`expected one verdict, got ${verdicts.length}`);
  }
  return verdict;
}

const inbound = { package: packages.express, vector: vectors.network };

function incomplete(kind: string): EstateSnapshot {
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
                remedy: `scripts/azure/install_azure_integration.sh --aks-sub ${subscriptionId}`,
              },
            ],
          }
        : record,
    ),
  };
}

describe("judge", () => {
  it("calls an open path without a sign-in exploitable from the internet", () => {
    const verdict = only([toFinding(images.web, inbound)]);
    expect(verdict).toMatchObject({
      class: "exploitable.internet",
      floor: "exploitable.internet",
      ceiling: "exploitable.internet",
      missing: [],
    });
    expect(verdict.sentence).toBe(
      "Exploitable from the internet because 20.61.14.87:443 → kubernetes → web:3000 is open to any internet address, and no sign-in stands in front of it.",
    );
    expect(verdict.positions.find(({ position }) => position === "internet")?.truth).toBe("T");
    expect(verdict.positions.find(({ position }) => position === "corp")?.truth).toBe("F");
  });

  it("asks for an account where the flaw does, or where every way asks for a sign-in", () => {
    expect(only([toFinding(images.web, { ...inbound, vector: vectors.networkWithAccount })]).class).toBe(
      "exploitable.credentialed",
    );
    const gated = only([toFinding(images.admin, inbound)]);
    expect(gated.class).toBe("exploitable.credentialed");
    expect(gated.sentence).toContain("a sign-in stands on every way");
    expect(gated.assumptions.some((text) => text.includes("firewall"))).toBe(true);
  });

  it("does not call a flaw without a CVSS vector open or gated: it gives the range", () => {
    const finding = toFinding(images.web, { package: packages.express });
    expect(only([finding])).toMatchObject({
      class: "unknown",
      ceiling: "exploitable.internet",
      floor: "exploitable.local",
    });
  });

  it("says what stays where only the inside is open", () => {
    const verdict = only([toFinding(images.orders, inbound)]);
    expect(verdict.class).toBe("exploitable.foothold");
    expect(verdict.sentence).toBe(
      "Not exploitable from the internet: rule DenyAllInBound of nsg-aks (priority 65500) keeps it out (checked at 09:12 UTC). It stays reachable from the same virtual network and the same cluster.",
    );
  });

  it("says no path only where nobody gets in and a connection is the only way", () => {
    const pure = only([toFinding(images.ledger, inbound)]);
    expect(pure.class).toBe("not_exploitable.no_path");
    expect(pure.sentence).toContain(
      "no public load balancer or ingress leads to ledger in AKS prod-weu (13 objects checked at 09:12 UTC)",
    );
    const proxy = only([toFinding(images.ledger, { package: packages.nginx, vector: vectors.network })]);
    expect(proxy).toMatchObject({
      class: "unknown",
      floor: "not_exploitable.no_path",
      ceiling: "conditional.indirect",
    });
    expect(proxy.missing.map(({ fact }) => fact)).toEqual(["inboundOnly"]);
  });

  it("never excludes data and answers by a missing path", () => {
    for (const name of ["libxml2", "curl"] as const) {
      expect(only([toFinding(images.ledger, { package: packages[name], vector: vectors.network })]).class).toBe(
        "conditional.indirect",
      );
    }
    const parser = only([toFinding(images.web, { package: packages.libxml2, vector: vectors.fileOpened })]);
    expect(parser.class).toBe("conditional.indirect");
    expect(parser.sentence).toBe(
      "No direct path because libxml2 parses XML: it is triggered by data it processes, not by a connection. Attacker data has to reach it, and web itself is open to the internet.",
    );
  });

  it("tells local, physical and impossible apart", () => {
    expect(only([toFinding(images.web, { package: packages.sudo, vector: vectors.localUser })]).class).toBe(
      "exploitable.local",
    );
    expect(only([toFinding(images.web, { package: packages.stranger, vector: vectors.byHand })]).class).toBe(
      "not_exploitable.physical",
    );
    const headers = only([toFinding(images.web, { package: packages.headers, vector: vectors.localUser })]);
    expect(headers.class).toBe("not_exploitable.not_executable");
    expect(headers.sentence).toBe(
      "Not exploitable because linux-libc-dev ships headers, not kernel code; the node kernel is assessed separately.",
    );
  });

  it("calls a stopped workload inert only while everything that runs pods has been read", () => {
    const finding = toFinding(images.batch, inbound);
    expect(only([finding]).class).toBe("inert.not_running");
    expect(only([finding], { snapshot: incomplete("pod") }).class).toBe("unknown");
    const estate = createEstate();
    const withoutList = { ...estate, coverage: estate.coverage.filter(({ kind }) => kind !== "job") };
    expect(only([finding], { snapshot: withoutList }).class).toBe("unknown");
  });

  it("does not call a workload stopped that an activator may start", () => {
    const estate = createEstate();
    const [pod] = estate.resources.flatMap((resource) => (resource.kind === "pod" ? [resource] : []));
    if (pod === undefined) {
      throw new Error("the estate has pods");
    }
    const keda = { ...pod, id: kubernetesId("pod", "keda-operator-1"), name: "keda-operator-1" };
    const verdict = only([toFinding(images.batch, inbound)], {
      snapshot: { ...estate, resources: [...estate.resources, keda] },
    });
    expect(verdict.class).toBe("unknown");
    expect(verdict.missing.some(({ detail }) => detail.includes("KEDA"))).toBe(true);
  });

  it("judges a finding twice where two workloads run its image, and worst wins nowhere by itself", () => {
    const estate = createEstate();
    const workloads = estate.workloads.map((workload) => ({
      ...workload,
      containers: workload.containers.map((container) => ({
        ...container,
        image: { kind: "digest" as const, name: container.image.name, digest: images.web },
      })),
    }));
    const { verdicts } = run([toFinding(images.web, inbound)], { snapshot: { ...estate, workloads } });
    expect(verdicts.map((verdict) => verdict.class).sort()).toEqual([
      "exploitable.credentialed",
      "exploitable.foothold",
      "exploitable.internet",
      "inert.not_running",
      "not_exploitable.no_path",
    ]);
  });

  it("reads the same whatever the order and repetition of its inputs", () => {
    const findings = [
      toFinding(images.web, inbound),
      toFinding(images.orders, inbound),
      toFinding(images.ledger, { package: packages.libssl, vector: vectors.network }),
    ];
    const estate = createEstate();
    const once = run(findings);
    const again = run([...findings, ...findings].reverse(), {
      exposures: [...createExposures(), ...createExposures()].reverse(),
      inventories: [...inventories].reverse(),
      snapshot: {
        ...estate,
        resources: estate.resources.toReversed(),
        workloads: estate.workloads.toReversed(),
        coverage: estate.coverage.toReversed(),
      },
    });
    expect(again).toEqual(once);
  });

  it("finds a crypto library's listener in the same image", () => {
    const finding = toFinding(images.web, { package: packages.libssl, vector: vectors.network });
    expect(only([finding])).toMatchObject({
      class: "unknown",
      ceiling: "exploitable.internet",
      floor: "conditional.indirect",
    });
    const withServer = [toInventory(images.web, "shop/web", [packages.libssl, packages.nginx])];
    expect(only([finding], { inventories: withServer }).class).toBe("exploitable.internet");
  });

  it("keeps a finding whose image has no digest, with the reason", () => {
    const { imageDigest: _, ...finding } = toFinding(images.web, inbound);
    expect(run([finding])).toMatchObject({ verdicts: [], unjudged: [{ finding: finding.key }] });
  });

  it("refuses instants and validities that are none", () => {
    expect(() => run([], { now: "yesterday" })).toThrow(expect.objectContaining({ code: "verdict.invalid-time" }));
    expect(() => run([], { options: { validities: { azureMs: 8 * 24 * 3_600_000 } } })).toThrow(
      expect.objectContaining({ code: "verdict.invalid-time" }),
    );
  });
});

describe("judge, where an image runs nowhere", () => {
  const finding = toFinding(images.nowhere, inbound);

  it("says so when everything that runs images has been read", () => {
    const verdict = only([finding]);
    expect(verdict).toMatchObject({ class: "inert.not_deployed", unit: { workload: "none", container: "" } });
    expect(verdict.sentence).toBe(
      "Inert because no workload runs this image: 5 containers in 1 subscription run other images (read at 09:12 UTC).",
    );
  });

  it("does not say so after any gap", () => {
    const estate = createEstate();
    const site = estate.resources.find((resource) => resource.kind === "site");
    const cases: Readonly<Record<string, EstateSnapshot>> = {
      "incomplete list": incomplete("site"),
      "incomplete pods": incomplete("pod"),
      "list never made": { ...estate, coverage: estate.coverage.filter(({ kind }) => kind !== "census") },
      "another subscription": {
        ...estate,
        subscriptionIds: [...estate.subscriptionIds, "33333333-3333-4333-8333-333333333333"],
      },
      "a type that is not read": {
        ...estate,
        census: [...estate.census, { scope: "x", type: "Microsoft.App/containerApps", count: 2 }],
      },
      "a scale set of its own": {
        ...estate,
        census: [{ scope: "x", type: "microsoft.compute/virtualmachinescalesets", count: 2 }],
      },
      "several containers in a site": {
        ...estate,
        resources: [
          ...estate.resources,
          ...(site?.kind === "site" && site.web
            ? [{ ...site, web: { ...site.web, linuxFxVersion: "COMPOSE|abc" } }]
            : []),
        ],
      },
      "a problem": {
        ...estate,
        problems: [{ code: "estate.odd", subject: "x", message: "one page was unreadable", next: "Collect again." }],
      },
      "a name without a digest": withTagOnly(estate, "contoso.azurecr.io/shop/nowhere:7"),
    };
    for (const [name, snapshot] of Object.entries(cases)) {
      const verdict = only([finding], { snapshot });
      expect([name, verdict.class, verdict.ceiling]).toEqual([name, "unknown", "exploitable.internet"]);
      expect(verdict.missing.map(({ fact }) => fact)).toContain("sameImage");
    }
  });

  it("does not say so while machines run whose containers nobody lists, unless the workspace says there are none", () => {
    const estate = createEstate();
    const machine: EstateSnapshot["resources"][number] = {
      kind: "virtualMachine",
      id: cluster,
      name: "vm-1",
      subscriptionId,
      location: "westeurope",
      networkInterfaces: [],
      powerState: "PowerState/running",
      osType: "Linux",
      identityIds: [],
    };
    const snapshot = { ...estate, resources: [...estate.resources, machine] };
    expect(only([finding], { snapshot }).class).toBe("unknown");
    expect(only([finding], { snapshot, options: { machineContainers: "none" } }).class).toBe("inert.not_deployed");
    const deallocated = {
      ...estate,
      resources: [...estate.resources, { ...machine, powerState: "PowerState/deallocated" }],
    };
    expect(only([finding], { snapshot: deallocated }).class).toBe("inert.not_deployed");
  });

  it("leaves it to the estate where it runs, and doubts when that one was not read whole", () => {
    const elsewhere = createEstate();
    const there = withImage(elsewhere, images.nowhere);
    expect(run([finding], { elsewhere: [there] }).verdicts).toEqual([]);
    expect(only([finding], { elsewhere: [incomplete("pod")] }).class).toBe("unknown");
    expect(only([finding], { elsewhere: [elsewhere] }).class).toBe("inert.not_deployed");
  });

  it("joins a workload that names the very tag, without believing it", () => {
    const verdict = only([finding], { snapshot: withTagOnly(createEstate(), "contoso.azurecr.io/shop/nowhere:1") });
    expect(verdict.unit.workload).toBe(kubernetesId("deployment", "web"));
    expect(verdict).toMatchObject({ class: "unknown", floor: "inert.not_deployed", ceiling: "exploitable.internet" });
    expect(verdict.missing).toMatchObject([
      { fact: "sameImage", remedy: { role: "Azure Kubernetes Service RBAC Reader" } },
    ]);
  });
});

function withImage(estate: EstateSnapshot, digest: (typeof images)[keyof typeof images]): EstateSnapshot {
  const [first, ...rest] = estate.workloads;
  if (first === undefined) {
    throw new Error("the estate has workloads");
  }
  return {
    ...estate,
    workloads: [
      { ...first, containers: [{ name: "x", image: { kind: "digest", name: "x", digest }, declaredPorts: [] }] },
      ...rest,
    ],
  };
}

function withTagOnly(estate: EstateSnapshot, name: string): EstateSnapshot {
  const [first, ...rest] = estate.workloads;
  if (first === undefined) {
    throw new Error("the estate has workloads");
  }
  return {
    ...estate,
    workloads: [
      {
        ...first,
        containers: [{ name: "web", image: { kind: "tag-only", name, reason: "no digest" }, declaredPorts: [] }],
      },
      ...rest,
    ],
  };
}

describe("judge, where something is missing", () => {
  it("never gives a safe word for a gap in what a cut rests on", () => {
    const finding = toFinding(images.ledger, inbound);
    for (const kind of ["publicIPAddress", "loadBalancer", "census", "service", "ingress", "pod"]) {
      const verdict = only([finding], { snapshot: incomplete(kind) });
      expect(verdict.class).toBe("unknown");
      expect(verdict.floor).toBe("not_exploitable.no_path");
      expect(verdict.missing.some(({ why }) => why === "denied")).toBe(true);
      expect(verdict.sentence).toMatch(/^Undetermined: /);
    }
  });

  it("needs an answer for every position and every port", () => {
    const finding = toFinding(images.ledger, inbound);
    const exposures = exposuresOf("ledger");
    const withoutPosition = exposures.map((exposure) => ({
      ...exposure,
      sources: exposure.sources.filter(({ position }) => position !== "corp"),
    }));
    const withoutUdp = exposures.filter(({ protocol }) => protocol !== "UDP");
    const withHole = exposures.map((exposure) => ({
      ...exposure,
      ports: [
        { from: 1, to: 8442 },
        { from: 8444, to: 65535 },
      ],
    }));
    for (const bad of [[], withoutPosition, withoutUdp, withHole]) {
      expect(only([finding], { exposures: bad }).class).toBe("unknown");
    }
    const withoutNeighbour = exposures.map((exposure) => ({
      ...exposure,
      sources: exposure.sources.filter(({ position }) => position !== "neighbour"),
    }));
    expect(only([finding], { exposures: withoutNeighbour }).class).toBe("not_exploitable.no_path");
  });

  it("does not believe a cut that names no list, or one that is not there", () => {
    const finding = toFinding(images.ledger, inbound);
    const bare = exposuresOf("ledger").map(
      (exposure): Exposure => ({
        ...exposure,
        sources: exposure.sources.map((source) =>
          source.result === "unreachable" ? { ...source, cut: { entries: [], coverage: [] } } : source,
        ),
      }),
    );
    expect(only([finding], { exposures: bare }).class).toBe("unknown");
    const dangling = exposuresOf("ledger").map(
      (exposure): Exposure => ({
        ...exposure,
        sources: exposure.sources.map((source) =>
          source.result === "unreachable"
            ? { ...source, cut: { ...source.cut, coverage: [...source.cut.coverage, "nowhere|nothing"] } }
            : source,
        ),
      }),
    );
    expect(only([finding], { exposures: dangling }).class).toBe("unknown");
  });

  it("carries the engine's own words for what it lacks", () => {
    const exposures = exposuresOf("orders", [undetermined("internet")]);
    const verdict = only([toFinding(images.orders, inbound)], { exposures });
    expect(verdict).toMatchObject({
      class: "unknown",
      ceiling: "exploitable.internet",
      floor: "not_exploitable.no_path",
    });
    expect(verdict.missing).toMatchObject([
      {
        fact: "reachInternet",
        why: "denied",
        remedy: { command: `scripts/azure/install_azure_integration.sh --aks-sub ${subscriptionId}` },
      },
    ]);
    expect(verdict.sentence).toBe(
      `Undetermined: services of prod-weu could not be read (403). At worst it is exploitable from the internet, at best not exploitable. To settle it: scripts/azure/install_azure_integration.sh --aks-sub ${subscriptionId}.`,
    );
  });

  it("turns stale evidence into unknown, never into safe", () => {
    const later = "2026-11-21T15:30:00.000Z";
    expect(only([toFinding(images.ledger, inbound)], { now: later })).toMatchObject({ class: "unknown" });
    const verdict = only([toFinding(images.web, inbound)], { now: later });
    expect(verdict.class).toBe("unknown");
    expect(verdict.missing.every(({ why }) => why === "stale")).toBe(true);
  });

  it("does not know whether a port that is reached but not declared is listened on", () => {
    const ports = [{ from: 22, to: 22 }];
    const rest = exposuresOf("orders").map((exposure) => ({
      ...exposure,
      ports: [
        { from: 1, to: 21 },
        { from: 23, to: 65535 },
      ],
    }));
    const udp = exposuresOf("orders").filter(({ protocol }) => protocol === "UDP");
    const path = { ...networkPath, port: 22 };
    const open = exposuresOf("orders", [reachable("same-vnet", path)]).filter(({ protocol }) => protocol === "TCP");
    const exposures = [...rest, ...udp, ...open.map((exposure) => ({ ...exposure, ports }))];
    const verdict = only([toFinding(images.orders, inbound)], { exposures });
    expect(verdict).toMatchObject({
      class: "unknown",
      floor: "not_exploitable.no_path",
      ceiling: "exploitable.foothold",
    });
    expect(verdict.missing).toMatchObject([{ fact: "listens" }]);
  });

  it("does not take a sign-in for granted while a way in is undetermined", () => {
    const gated = createExposures().filter(({ ports }) => ports.some(({ from }) => from === 443));
    const [site] = gated;
    const exposures =
      site === undefined
        ? []
        : [
            { ...site, ports: [{ from: 443, to: 443 }] },
            { ...site, ports: [{ from: 80, to: 80 }], sources: [undetermined("internet"), unreachable("corp")] },
          ];
    expect(only([toFinding(images.admin, inbound)], { exposures })).toMatchObject({
      class: "unknown",
      floor: "exploitable.credentialed",
      ceiling: "exploitable.internet",
    });
  });

  it("has evidence under every known fact and under every safe word", () => {
    const findings = Object.values(images).flatMap((image) =>
      Object.values(packages).flatMap((of) =>
        Object.values(vectors).map((vector, index) =>
          toFinding(image, { package: of, vector, id: `CVE-2099-100${index}` }),
        ),
      ),
    );
    const { verdicts, evidence } = run(findings);
    const ids = new Set(evidence.map(({ id }) => id));
    expect(verdicts.length).toBe(findings.length);
    for (const verdict of verdicts) {
      for (const fact of verdict.facts) {
        expect(fact.truth === "U" || fact.because.length > 0).toBe(true);
        expect(fact.because.every((id) => ids.has(id))).toBe(true);
      }
      if (isSafeClass(verdict.class)) {
        expect(verdict.missing).toEqual([]);
        expect(Date.parse(verdict.validUntil)).toBeGreaterThan(Date.parse(now));
      }
    }
    expect(new Set(verdicts.map((verdict) => verdict.class)).size).toBeGreaterThanOrEqual(9);
  });

  it("keeps a match that could not be decided undetermined", () => {
    const verdict = only([toFinding(images.web, { ...inbound, status: "unknown" })]);
    expect(verdict).toMatchObject({
      class: "unknown",
      floor: "not_exploitable.absent",
      ceiling: "exploitable.internet",
    });
    expect(verdict.missing).toMatchObject([{ fact: "present", detail: "the package has no version" }]);
  });

  it("reads a trusted network as what it is", () => {
    const path = { ...networkPath, hops: [{ ...networkPath.hops[0], from: "corp" as const }] as const };
    const exposures = exposuresOf("orders", [denied("internet"), reachable("corp", path)]);
    const verdict = only([toFinding(images.orders, inbound)], { exposures });
    expect(verdict.class).toBe("exploitable.trusted");
    expect(verdict.sentence).toContain("open to the corporate network. Not from the internet: rule DenyAllInBound");
  });

  it("keeps what nothing is known about in its whole range", () => {
    const odd = toPackage("npm", "never-heard-of-either");
    expect(only([toFinding(images.ledger, { package: odd, vector: vectors.network })])).toMatchObject({
      class: "unknown",
      floor: "not_exploitable.no_path",
      ceiling: "conditional.indirect",
    });
  });
});
