import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAttackerMetrics } from "../cvss-metrics.ts";
import { type Delivery, judgeDelivery } from "./delivery.ts";
import { lookUpOverride, lookUpRole, roleEntries } from "./knowledge.ts";

function deliveryOf(
  type: string,
  name: string,
  vectors: readonly string[],
  more: { sourceName?: string; id?: string; listener?: string } = {},
): Delivery {
  return judgeDelivery({
    entry: lookUpRole({ type, name, sourceName: more.sourceName }),
    override: lookUpOverride(more.id === undefined ? [] : [more.id]),
    metrics: vectors.flatMap((vector) => parseAttackerMetrics(vector, "nvd") ?? []),
    listener: more.listener,
  });
}

const network = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const fileOpened = "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H";
const localUser = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H";
const byHand = "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

describe("judgeDelivery", () => {
  it("takes a network flaw of a pure listener to be inbound, and nothing but inbound", () => {
    expect(deliveryOf("deb", "openssh-server", [network])).toMatchObject({ modes: ["inbound"], inboundOnly: "T" });
    expect(deliveryOf("npm", "express", [network])).toMatchObject({ modes: ["inbound"], inboundOnly: "T" });
  });

  it("does not call a proxy's flaw inbound only: it may be met by an answer", () => {
    expect(deliveryOf("deb", "nginx", [network])).toMatchObject({ modes: ["inbound"], inboundOnly: "U" });
    expect(deliveryOf("deb", "nginx", [network], { id: "CVE-2021-23017" })).toMatchObject({
      modes: ["outbound"],
      inboundOnly: "F",
    });
  });

  it("does not fall into the AV:L trap: a parser's file flaw comes with data", () => {
    for (const name of ["libtiff6", "imagemagick", "libxml2", "ffmpeg", "tar", "libwebp7"]) {
      expect(deliveryOf("deb", name, [fileOpened]).modes).toEqual(["data"]);
    }
    expect(deliveryOf("npm", "sharp", [localUser]).modes).toEqual(["data"]);
  });

  it("calls local what acts on local users, and a known local flaw of the C library", () => {
    expect(deliveryOf("deb", "sudo", [localUser]).modes).toEqual(["local"]);
    expect(deliveryOf("deb", "mount", [localUser], { sourceName: "util-linux" }).modes).toEqual(["local"]);
    expect(deliveryOf("deb", "libc6", [localUser], { sourceName: "glibc" }).modes).toEqual(["data", "local"]);
    expect(deliveryOf("deb", "libc6", [localUser], { id: "CVE-2023-4911" }).modes).toEqual(["local"]);
  });

  it("does not need an inbound path for a client", () => {
    expect(deliveryOf("deb", "curl", [network])).toMatchObject({ modes: ["outbound"], inboundOnly: "F" });
    expect(deliveryOf("npm", "axios", [network])).toMatchObject({ modes: ["outbound"], inboundOnly: "F" });
  });

  it("leaves a crypto library open until a server in the image is known to use it", () => {
    expect(deliveryOf("deb", "libssl3", [network]).modes).toEqual(["inbound", "outbound", "data"]);
    expect(deliveryOf("deb", "libssl3", [network], { listener: "pkg:deb/debian/nginx" })).toMatchObject({
      modes: ["inbound"],
      inboundOnly: "F",
    });
    expect(deliveryOf("deb", "libssl3", [localUser], { listener: "pkg:deb/debian/nginx" }).modes).toEqual(["data"]);
  });

  it("is physical only when every vector says so", () => {
    expect(deliveryOf("deb", "linux-perf", [byHand]).modes).toEqual(["physical"]);
    expect(deliveryOf("deb", "linux-perf", [byHand, localUser]).modes).toEqual(["data", "local", "physical"]);
  });

  it("never says inbound only, and so never leads to no_path, without a role and a vector of the network", () => {
    const vectors = [
      "",
      network,
      fileOpened,
      localUser,
      byHand,
      "CVSS:4.0/AV:A/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(undefined, ...roleEntries),
        fc.subarray(vectors),
        fc.boolean(),
        (entry, chosen, tls) => {
          const metrics = chosen.flatMap((vector) => parseAttackerMetrics(vector, "nvd") ?? []);
          const delivery = judgeDelivery({
            entry,
            override: undefined,
            metrics,
            listener: tls ? "pkg:deb/debian/nginx" : undefined,
          });
          if (delivery.inboundOnly === "T") {
            expect(delivery.modes).toEqual(["inbound"]);
            expect(entry?.delivery.filter((mode) => mode !== "local")).toEqual(["inbound"]);
            expect(metrics.length).toBeGreaterThan(0);
            expect(metrics.every(({ attackVector }) => attackVector === "N" || attackVector === "A")).toBe(true);
          }
          if (delivery.modes.includes("physical")) {
            expect(metrics.some(({ attackVector }) => attackVector === "P")).toBe(true);
          }
          if (
            entry?.role === "parser-library" &&
            chosen.every((vector) => vector === fileOpened) &&
            chosen.length > 0
          ) {
            expect(delivery.modes).toEqual(["data"]);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("keeps a package that nothing is known about open in every direction", () => {
    expect(deliveryOf("npm", "left-pad-of-nowhere", [network])).toMatchObject({
      modes: ["inbound", "outbound", "data"],
      inboundOnly: "U",
    });
    expect(deliveryOf("npm", "left-pad-of-nowhere", [])).toMatchObject({
      modes: ["inbound", "outbound", "data", "local"],
      inboundOnly: "U",
    });
    expect(deliveryOf("npm", "left-pad-of-nowhere", [localUser]).modes).toEqual(["data", "local"]);
  });
});
