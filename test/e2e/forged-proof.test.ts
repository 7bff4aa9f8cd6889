/**
 * Forgeries by somebody who knows the format: a statement is changed and everything is hashed and sealed again. Only the
 * meaning gives them away.
 */
import type { ProofBundle } from "@sightline/model";
import { judge, toProofBundle } from "@sightline/verdict";
import { failureCodes, verify } from "@sightline/verifier";
import { describe, expect, it } from "vitest";
import { createEstate, now } from "../../packages/verdict/src/testing/shop-estate.ts";
import { createExposures } from "../../packages/verdict/src/testing/shop-exposures.ts";
import { inventories, packages, toFinding, vectors } from "../../packages/verdict/src/testing/shop-findings.ts";
import { images } from "../../packages/verdict/src/testing/shop-resources.ts";
import { changeAt, type Place, reseal } from "./bundle-surgery.ts";

const snapshot = createEstate();

function bundleOf(image: keyof typeof images, of: keyof typeof packages, vector: keyof typeof vectors): ProofBundle {
  const { verdicts, evidence } = judge({
    findings: [toFinding(images[image], { package: packages[of], vector: vectors[vector] })],
    inventories,
    snapshot,
    exposures: createExposures(),
    database: { generation: "db-1", checkedAt: "2026-11-21T06:00:00.000Z" },
    now,
  });
  const [verdict] = verdicts;
  if (verdict === undefined) {
    throw new Error("nothing was judged");
  }
  return toProofBundle(verdict, { evidence, coverage: snapshot.coverage });
}

const bundles = {
  open: bundleOf("web", "express", "network"),
  gated: bundleOf("admin", "express", "network"),
  priced: bundleOf("web", "express", "networkWithAccount"),
  inside: bundleOf("orders", "express", "network"),
  shut: bundleOf("ledger", "express", "network"),
  proxy: bundleOf("ledger", "nginx", "network"),
  headers: bundleOf("web", "headers", "localUser"),
  byHand: bundleOf("web", "stranger", "byHand"),
  stopped: bundleOf("batch", "express", "network"),
  nowhere: bundleOf("nowhere", "express", "network"),
} as const;

type Change = readonly [place: Place, to: unknown];

/** Place of the first evidence of a kind whose value speaks of something. */
function evidenceAt(bundle: ProofBundle, kind: string, about = ""): readonly ["evidence", number, "value"] {
  const index = bundle.evidence.findIndex(
    (piece) => piece.kind === kind && JSON.stringify(piece.value).includes(about),
  );
  if (index === -1) {
    throw new Error(`no evidence ${kind} about ${about}`);
  }
  return ["evidence", index, "value"];
}

function listAt({ coverage }: ProofBundle, kind: string): readonly ["coverage", number] {
  return ["coverage", coverage.findIndex((record) => record.kind === kind)];
}

function factAt({ verdict }: ProofBundle, name: string): readonly ["verdict", "facts", number] {
  return ["verdict", "facts", verdict.facts.findIndex((fact) => fact.name === name)];
}

/** Every place where the proof holds a fact. */
function leavesOf({ verdict }: ProofBundle, name: string): readonly Place[] {
  return verdict.proof.inputs.flatMap((mode, modeAt) =>
    typeof mode === "string"
      ? []
      : mode.inputs.flatMap((step, stepAt) =>
          typeof step === "string"
            ? []
            : step.inputs.flatMap((leaf, leafAt) =>
                typeof leaf !== "string" && leaf.rule === `fact.${name}`
                  ? [["verdict", "proof", "inputs", modeAt, "inputs", stepAt, "inputs", leafAt] as const]
                  : [],
              ),
        ),
  );
}

/** Says a fact is otherwise, in the list and in the proof. */
function claimFact(bundle: ProofBundle, name: string, truth: string): readonly Change[] {
  return [
    [[...factAt(bundle, name), "truth"], truth],
    ...leavesOf(bundle, name).map((leaf): Change => [[...leaf, "truth"], truth]),
  ];
}

function claimClass(id: string): readonly Change[] {
  return [
    [["verdict", "class"], id],
    [["verdict", "floor"], id],
    [["verdict", "ceiling"], id],
    [["verdict", "proof", "note"], id],
  ];
}

const path = "exposure.path";
const fromInternet = '"position":"internet"';
const everyRule = '"list":"security-rules"';

interface Forgery {
  readonly name: string;
  readonly of: keyof typeof bundles;
  readonly changes: (bundle: ProofBundle) => readonly Change[];
  readonly code: (typeof failureCodes)[number];
}

const forgeries: readonly Forgery[] = [
  {
    name: "a safer class than its facts give",
    of: "inside",
    changes: () => claimClass("not_exploitable.no_path"),
    code: "verdict.class",
  },
  {
    name: "a narrower range",
    of: "proxy",
    changes: () => [[["verdict", "ceiling"], "not_exploitable.no_path"]],
    code: "verdict.range",
  },
  {
    name: "a definite class where a fact is unknown",
    of: "proxy",
    changes: () => [
      ...claimClass("not_exploitable.no_path"),
      [["verdict", "missing"], []],
      [["verdict", "proof", "truth"], "T"],
    ],
    code: "verdict.class",
  },
  {
    name: "unknown without a word of what is missing",
    of: "proxy",
    changes: () => [[["verdict", "missing"], []]],
    code: "verdict.missing",
  },
  {
    name: "a foothold denied",
    of: "inside",
    changes: (b) => claimFact(b, "reachFoothold", "F"),
    code: "fact.unproven",
  },
  {
    name: "an internet path denied",
    of: "open",
    changes: (b) => claimFact(b, "reachInternet", "F"),
    code: "fact.unproven",
  },
  {
    name: "a sign-in that is not there",
    of: "open",
    changes: (b) => claimFact(b, "authGate", "T"),
    code: "fact.unproven",
  },
  {
    name: "a privilege the flaw does not need",
    of: "open",
    changes: (b) => claimFact(b, "needsPrivilege", "T"),
    code: "fact.unproven",
  },
  {
    name: "a fact twice",
    of: "open",
    changes: (b) => [[["verdict", "facts", 1], b.verdict.facts[0]]],
    code: "fact.repeated",
  },
  {
    name: "a position denied",
    of: "open",
    changes: () => [[["verdict", "positions", 0, "truth"], "F"]],
    code: "position.unproven",
  },
  {
    name: "a proof with other leaves than its facts",
    of: "open",
    changes: (b) => leavesOf(b, "present").map((leaf): Change => [[...leaf, "truth"], "F"]),
    code: "proof.shape",
  },
  {
    name: "a proof by an unknown rule",
    of: "open",
    changes: () => [[["verdict", "proof", "inputs", 0, "inputs", 1, "rule"], "luck"]],
    code: "proof.shape",
  },
  {
    name: "a longer life",
    of: "shut",
    changes: () => [[["verdict", "validUntil"], "2026-11-22T00:00:00.000Z"]],
    code: "verdict.time",
  },
  {
    name: "evidence that holds for a month",
    of: "shut",
    changes: (b) => [[["evidence", evidenceAt(b, "exposure.cut")[1], "validUntil"], "2026-12-21T00:00:00.000Z"]],
    code: "evidence.validity",
  },
  {
    name: "evidence from the future",
    of: "shut",
    changes: (b) => [[["evidence", evidenceAt(b, "exposure.cut")[1], "observedAt"], "2026-11-21T11:00:00.000Z"]],
    code: "evidence.validity",
  },
  {
    name: "evidence of an unknown kind",
    of: "shut",
    changes: (b) => [[["evidence", evidenceAt(b, "exposure.cut")[1], "kind"], "exposure.hearsay"]],
    code: "evidence.kind",
  },
  { name: "another format", of: "open", changes: () => [[["format"], 2]], code: "bundle.version" },
  { name: "other rules", of: "open", changes: () => [[["verdict", "rulesVersion"], "2"]], code: "bundle.version" },
  {
    name: "a list that is incomplete",
    of: "shut",
    changes: (b) => [[[...listAt(b, "ingress"), "complete"], false]],
    code: "fact.unproven",
  },
  {
    name: "a list older than its evidence",
    of: "shut",
    changes: (b) => [[[...listAt(b, "ingress"), "endedAt"], "2026-11-20T09:12:00.000Z"]],
    code: "fact.unproven",
  },
  {
    name: "a list nobody cites",
    of: "shut",
    changes: (b) => [[["coverage"], [...b.coverage, { ...b.coverage[0], id: "extra" }]]],
    code: "coverage.unused",
  },
  {
    name: "a cut that rests on no list",
    of: "shut",
    changes: (b) => [[["evidence", evidenceAt(b, "exposure.cut")[1], "coverage"], []]],
    code: "fact.unproven",
  },
  {
    name: "a cut over some ports only",
    of: "shut",
    changes: (b) => [[[...evidenceAt(b, "exposure.cut"), "ports", 0, "to"], 1024]],
    code: "fact.unproven",
  },
  {
    name: "a way in with nothing in front",
    of: "shut",
    changes: (b) => [[[...evidenceAt(b, "exposure.cut"), "entries", 0, "obstacles"], []]],
    code: "fact.unproven",
  },
  {
    name: "an obstacle of an unknown kind",
    of: "shut",
    changes: (b) => [[[...evidenceAt(b, "exposure.cut"), "entries", 0, "obstacles", 0, "kind"], "prayer"]],
    code: "fact.unproven",
  },
  {
    name: "a cut of another workload",
    of: "shut",
    changes: (b) => [[[...evidenceAt(b, "exposure.cut"), "workload"], "/subscriptions/1/other"]],
    code: "fact.unproven",
  },
  {
    name: "a path with a hole",
    of: "open",
    changes: (b) => [[[...evidenceAt(b, path, fromInternet), "path", "hops", 1, "from"], "/somewhere/else"]],
    code: "fact.unproven",
  },
  {
    name: "a path that ends elsewhere",
    of: "open",
    changes: (b) => [[[...evidenceAt(b, path, fromInternet), "path", "hops", 2, "to"], "/somewhere/else"]],
    code: "fact.unproven",
  },
  {
    name: "an internet flow from a private address",
    of: "open",
    changes: (b) =>
      [0, 1, 2].map(
        (at): Change => [
          [...evidenceAt(b, path, fromInternet), "path", "hops", at, "flow", "sourceAddress"],
          "10.1.2.3",
        ],
      ),
    code: "fact.unproven",
  },
  {
    name: "a path to another port than it speaks of",
    of: "open",
    changes: (b) => [[[...evidenceAt(b, path, fromInternet), "path", "port"], 22]],
    code: "fact.unproven",
  },
  {
    name: "a hop of an unknown kind",
    of: "open",
    changes: (b) => [[[...evidenceAt(b, path, fromInternet), "path", "hops", 0, "kind"], "tunnel"]],
    code: "fact.unproven",
  },
  {
    name: "a guard whose rule denies",
    of: "open",
    changes: (b) => [[[...evidenceAt(b, "guard", everyRule), "rules", 1, "access"], "Deny"]],
    code: "fact.unproven",
  },
  {
    name: "a guard whose rule is not the first that matches",
    of: "open",
    changes: (b) => [[[...evidenceAt(b, "guard", everyRule), "rules", 0, "sourceAddressPrefixes"], ["*"]]],
    code: "fact.unproven",
  },
  {
    name: "a guard for another port",
    of: "open",
    changes: (b) => [[[...evidenceAt(b, "guard", everyRule), "rules", 1, "destinationPortRanges"], ["8443"]]],
    code: "fact.unproven",
  },
  {
    name: "a guard without evidence",
    of: "open",
    changes: (b) => [[[...evidenceAt(b, path, fromInternet), "path", "hops", 1, "guards", 0, "evidence"], ""]],
    code: "fact.unproven",
  },
  {
    name: "a load balancing rule for another port",
    of: "open",
    changes: (b) => {
      const content = [...evidenceAt(b, "guard", "web-443"), "content"] as const;
      return [
        [[...content, "frontendPort"], 80],
        [[...content, "backendPort"], 80],
      ];
    },
    code: "fact.unproven",
  },
  {
    name: "a policy that selects the pod and admits nobody",
    of: "inside",
    changes: (b) => [[[...evidenceAt(b, "guard", "orders-from-shop"), "policies", 0, "ingress"], []]],
    code: "fact.unproven",
  },
  {
    name: "an access restriction that denies",
    of: "gated",
    changes: (b) => [[[...evidenceAt(b, "guard", "Allow all"), "rules", 0, "action"], "Deny"]],
    code: "fact.unproven",
  },
  {
    name: "a path without the sign-in it claims",
    of: "gated",
    changes: (b) => [[[...evidenceAt(b, path, fromInternet), "path", "hops", 0, "authentication"], "none"]],
    code: "fact.unproven",
  },
  {
    name: "vectors that ask for no account",
    of: "priced",
    changes: (b) => [[[...evidenceAt(b, "vulnerability.vectors"), "vectors", 0, "vector"], vectors.network]],
    code: "fact.unproven",
  },
  {
    name: "a server said to hold nothing that runs",
    of: "headers",
    changes: (b) => [[[...evidenceAt(b, "knowledge.role"), "role"], "network-server"]],
    code: "fact.unproven",
  },
  {
    name: "the role of another package",
    of: "headers",
    changes: (b) => [[[...evidenceAt(b, "knowledge.role"), "purl"], "pkg:deb/other@1"]],
    code: "fact.unproven",
  },
  {
    name: "hands needed without a vector that says so",
    of: "byHand",
    changes: (b) => [[[...evidenceAt(b, "knowledge.delivery"), "vectors", 0], vectors.network]],
    code: "proof.shape",
  },
  {
    name: "inbound only, while two ways are known",
    of: "shut",
    changes: (b) => [
      [
        [...evidenceAt(b, "knowledge.delivery"), "modes"],
        ["inbound", "outbound"],
      ],
    ],
    code: "fact.unproven",
  },
  {
    name: "a stop of another workload",
    of: "stopped",
    changes: (b) => [[[...evidenceAt(b, "workload.liveness"), "workload"], "/subscriptions/1/other"]],
    code: "fact.unproven",
  },
  {
    name: "a stop with half the pods unread",
    of: "stopped",
    changes: () => [[["coverage", 0, "complete"], false]],
    code: "fact.unproven",
  },
  {
    name: "an image deployed nowhere while a subscription went unread",
    of: "nowhere",
    changes: (b) => [
      [[...evidenceAt(b, "workload.none"), "estates", 0, "subscriptionIds", 1], "33333333-3333-4333-8333-333333333333"],
    ],
    code: "fact.unproven",
  },
  {
    name: "a match of another finding",
    of: "open",
    changes: (b) => [[[...evidenceAt(b, "scan.match"), "finding"], "f_other"]],
    code: "fact.unproven",
  },
  {
    name: "a container that runs another image",
    of: "open",
    changes: (b) => [[[...evidenceAt(b, "workload.image"), "image", "digest"], images.orders]],
    code: "fact.unproven",
  },
  {
    name: "a sentence that is not its pieces",
    of: "open",
    changes: () => [[["verdict", "sentence"], "All is well."]],
    code: "sentence.parts",
  },
];

/** Puts a value at a place, one beyond the end of a list included. */
function put(bundle: unknown, [place, value]: Change): unknown {
  const parent = place.slice(0, -1);
  const key = place.at(-1);
  return changeAt(bundle, parent, (before) => {
    const list: readonly unknown[] | undefined = Array.isArray(before) ? before : undefined;
    if (list !== undefined && key === list.length) {
      return [...list, value];
    }
    return key === undefined ? value : changeAt(before, [key], () => value);
  });
}

describe("the independent verifier, on forgeries that are hashed and sealed again", () => {
  it("accepts every bundle that was only sealed again: the forger's tools work", () => {
    for (const bundle of Object.values(bundles)) {
      expect(verify(reseal(bundle), { now })).toEqual({ ok: true, class: bundle.verdict.class });
    }
  });

  it.each(forgeries.map((forgery) => [forgery.name, forgery] as const))("rejects %s", (_, { of, changes, code }) => {
    const bundle = bundles[of];
    const list = changes(bundle);
    const forged: ProofBundle = JSON.parse(JSON.stringify(list.reduce(put, bundle)));
    expect(JSON.stringify(forged)).not.toBe(JSON.stringify(bundle));
    const checked = verify(reseal(forged), { now });
    const codes = checked.ok ? ["accepted"] : checked.failures.map((failure) => failure.code);
    expect(codes).toContain(code);
    expect(codes).not.toContain("evidence.hash");
    expect(codes).not.toContain("verdict.seal");
  });

  it("has a forgery or a mutation for every way to fail", () => {
    const forged = new Set(forgeries.map(({ code }) => code));
    const byMutation = [
      "bundle.malformed",
      "bundle.repeated",
      "evidence.missing",
      "evidence.unused",
      "evidence.hash",
      "coverage.missing",
      "verdict.id",
      "verdict.seal",
      "evidence.expired",
    ];
    expect(failureCodes.filter((code) => !forged.has(code) && !byMutation.includes(code))).toEqual([]);
  });
});
