/** How one flaw in one package is delivered: knowledge about the flaw, else about the package read with its CVSS vector. */
import type { Truth } from "@sightline/model";
import type { AttackerMetrics } from "../cvss-metrics.ts";
import type { DeliveryMode } from "../rule.ts";
import type { DeliveryOverride } from "./overrides.data.ts";
import type { PackageDelivery, PackageRole, RoleEntry } from "./role.ts";

/** What is known about the delivery of one flaw. */
export interface Delivery {
  /** The modes that are possible; several mean that it is not known which. Sorted as `deliveryModes`. */
  readonly modes: readonly [DeliveryMode, ...DeliveryMode[]];
  /** Is a connection to the workload the only way? */
  readonly inboundOnly: Truth;
  /** In words, for the evidence. */
  readonly reason: string;
}

/** What {@link judgeDelivery} reads. */
export interface DeliveryInput {
  readonly entry: RoleEntry | undefined;
  readonly override: DeliveryOverride | undefined;
  readonly metrics: readonly AttackerMetrics[];
  /** purl of a server in the same image that terminates TLS with the distribution's library, when there is one. */
  readonly listener: string | undefined;
}

const order: readonly DeliveryMode[] = ["inbound", "outbound", "data", "local", "physical"];
const anyRemote: readonly PackageDelivery[] = ["inbound", "outbound", "data"];

/**
 * Judges the delivery of a flaw. A statement about the flaw itself wins; then AV:P from every vector; then the package's
 * role read with each attack vector. What nothing is known about stays open in every direction it may have.
 */
export function judgeDelivery(input: DeliveryInput): Delivery {
  const { entry, override, metrics, listener } = input;
  if (metrics.length > 0 && metrics.every(({ attackVector }) => attackVector === "P")) {
    return { modes: ["physical"], inboundOnly: "F", reason: "every CVSS vector says AV:P" };
  }
  if (override !== undefined) {
    return fromOverride(override);
  }
  if (entry?.role === "crypto-library" && listener !== undefined && isNetworkFlaw(metrics)) {
    return { modes: ["inbound"], inboundOnly: "F", reason: `${listener} in the same image serves TLS with it` };
  }
  const modes = sortModes(
    metrics.length === 0 ? modesWithoutVector(entry) : metrics.flatMap((metric) => modesFor(metric, entry)),
  );
  const spoken = metrics.map(({ attackVector }) => `AV:${attackVector}`).join(", ");
  return {
    modes,
    inboundOnly: inboundOnlyOf(modes, entry),
    reason: `${entry === undefined ? "nothing is known about the package" : `role ${entry.role}`}; ${spoken === "" ? "no CVSS vector" : spoken}`,
  };
}

/** Every listed mode works by itself, so the one best for the attacker counts, and no other has to be excluded. */
function fromOverride({ delivery, note }: DeliveryOverride): Delivery {
  const [best] = sortModes(delivery);
  return {
    modes: [best],
    inboundOnly: best === "inbound" && delivery.length === 1 ? "T" : "F",
    reason: `the flaw ${note}`,
  };
}

function isNetworkFlaw(metrics: readonly AttackerMetrics[]): boolean {
  return metrics.length > 0 && metrics.every(({ attackVector }) => attackVector === "N" || attackVector === "A");
}

/** Without a vector the flaw may as well be a local one, whatever the package is; so inbound is never the only way. */
function modesWithoutVector(entry: RoleEntry | undefined): readonly DeliveryMode[] {
  return [...(entry === undefined || entry.delivery.length === 0 ? anyRemote : entry.delivery), "local"];
}

function modesFor(metric: AttackerMetrics, entry: RoleEntry | undefined): readonly DeliveryMode[] {
  switch (metric.attackVector) {
    case "N":
    case "A":
      return remoteModes(entry);
    case "L":
      return localModes(metric, entry);
    case "P":
      return ["physical"];
  }
}

/**
 * A vector of the network: local ways are out, and a package known for nothing else is not known well enough. A server
 * is there to be connected to, so inbound is taken to be the way; whether it is the only one is another question.
 */
function remoteModes(entry: RoleEntry | undefined): readonly DeliveryMode[] {
  const remote = entry?.delivery.filter((mode) => mode !== "local") ?? [];
  if (entry?.role === "network-server" && remote.includes("inbound")) {
    return ["inbound"];
  }
  return remote.length > 0 ? remote : anyRemote;
}

/**
 * AV:L is a trap: a parser's flaw is scored local because a person opens the file, and a server opens what it is sent.
 * Only packages known to act on local users are local, and only where nobody has to open anything.
 */
function localModes({ needsUser }: AttackerMetrics, entry: RoleEntry | undefined): readonly DeliveryMode[] {
  if (entry === undefined) {
    return ["data", "local"];
  }
  return localModesOfRole[entry.role] ?? localToolModes(needsUser, entry.delivery);
}

/** Roles not named here act on local users, as far as their entry says so. */
const localModesOfRole: Readonly<Partial<Record<PackageRole, readonly DeliveryMode[]>>> = {
  "parser-library": ["data"],
  "client-library": ["data"],
  "crypto-library": ["data"],
  "server-library": ["inbound", "data"],
  "network-server": ["data", "local"],
  interpreter: ["data", "local"],
  "build-tool": ["data", "local"],
};

function localToolModes(needsUser: boolean, delivery: readonly PackageDelivery[]): readonly DeliveryMode[] {
  const readsData = delivery.includes("data");
  if (needsUser) {
    return readsData ? ["data"] : ["data", "local"];
  }
  if (!delivery.includes("local")) {
    return ["data"];
  }
  return readsData ? ["data", "local"] : ["local"];
}

function inboundOnlyOf(modes: readonly DeliveryMode[], entry: RoleEntry | undefined): Truth {
  if (!modes.includes("inbound")) {
    return "F";
  }
  // A server that also asks others (a resolver, a proxy) may be met by an answer: only a pure listener is inbound only.
  const isPureListener = entry?.delivery.every((mode) => mode === "inbound" || mode === "local") ?? false;
  return modes.length === 1 && isPureListener ? "T" : "U";
}

function sortModes(modes: readonly DeliveryMode[]): readonly [DeliveryMode, ...DeliveryMode[]] {
  const [first = "data", ...rest] = order.filter((mode) => modes.includes(mode));
  return [first, ...rest];
}
