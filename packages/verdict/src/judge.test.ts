import { describe, expect, it } from "vitest";
import { createEstate } from "./testing/shop-estate.ts";
import { createExposures } from "./testing/shop-exposures.ts";
import { inventories, packages, toFinding, toInventory, vectors } from "./testing/shop-findings.ts";
import { inbound, incomplete, only, run } from "./testing/shop-judge.ts";
import { images, kubernetesId } from "./testing/shop-resources.ts";

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
      "No direct path because libxml2 parses XML, and its flaw is met in data it processes, not in a connection to it. Attacker data has to reach it, and web itself is open to the internet.",
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
