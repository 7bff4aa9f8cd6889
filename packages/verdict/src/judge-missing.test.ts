import type { Exposure } from "@sightline/model";
import { describe, expect, it } from "vitest";
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
import { packages, toFinding, toPackage, vectors } from "./testing/shop-findings.ts";
import { inbound, incomplete, only, run } from "./testing/shop-judge.ts";
import { images, subscriptionId } from "./testing/shop-resources.ts";

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
        remedy: {
          command: `az role assignment create --assignee <application id> --role "Azure Kubernetes Service RBAC Reader" --scope /subscriptions/${subscriptionId}`,
        },
      },
    ]);
    expect(verdict.sentence).toBe(
      `Undetermined: services of prod-weu could not be read (403). At worst it is exploitable from the internet, at best not exploitable. To settle it: az role assignment create --assignee <application id> --role "Azure Kubernetes Service RBAC Reader" --scope /subscriptions/${subscriptionId}.`,
    );
  });

  it("turns stale evidence into unknown, never into safe", () => {
    const later = "2026-11-21T15:30:00.000Z";
    expect(only([toFinding(images.ledger, inbound)], { now: later })).toMatchObject({ class: "unknown" });
    const verdict = only([toFinding(images.web, inbound)], { now: later });
    expect(verdict.class).toBe("unknown");
    expect(verdict.missing.every(({ why }) => why === "stale")).toBe(true);
  });

  it("takes a stop to be as old as the oldest list it rests on", () => {
    const estate = createEstate();
    const older = "2026-11-21T08:00:00.000Z";
    const coverage = estate.coverage.map((record) => (record.kind === "pod" ? { ...record, endedAt: older } : record));
    const { verdicts, evidence } = run([toFinding(images.batch, inbound)], { snapshot: { ...estate, coverage } });
    expect(verdicts).toMatchObject([{ class: "inert.not_running", validUntil: "2026-11-21T10:00:00.000Z" }]);
    expect(evidence.find(({ kind }) => kind === "workload.liveness")?.observedAt).toBe(older);
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
