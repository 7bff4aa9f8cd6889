/** The words for a cut: what stands in the way, or that nothing leads there, and how much was looked at. */
import type { Evidence, Json, SentencePart } from "@sightline/model";
import { listAt, numberAt, textAt } from "./json-member.ts";
import { formatChoice, formatCount, shorten, shortName } from "./phrase.ts";

const entryWords: Readonly<Record<string, string>> = {
  "public-ip": "public IP address",
  "load-balancer": "public load balancer",
  "inbound-nat": "inbound NAT rule",
  "node-port": "node port",
  "host-port": "host port",
  "site-frontend": "public front end",
};

/** The reason a cut gives, with its evidence; `target` is what nobody reaches. */
export function formatCut(evidence: Evidence, target: string): readonly [SentencePart, SentencePart] {
  const entries = readEntries(evidence.value);
  const blocked = entries.find((entry) => entry.obstacle !== undefined);
  const clock = `${evidence.observedAt.slice(11, 16)} UTC`;
  const checked = entries.reduce<number>((sum, entry) => sum + entry.checked, 0);
  const count = checked === 0 ? `checked at ${clock}` : `${formatCount(checked, "object")} checked at ${clock}`;
  const named = [...new Set(entries.map(({ entry }) => entryWords[entry] ?? entry.replaceAll("-", " ")))].slice(0, 4);
  const list = named.length === 0 ? "way in" : formatChoice(named);
  const text = blocked?.obstacle ?? `no ${list} leads to ${target}`;
  return [{ text, evidence: evidence.id }, { text: ` (${count})` }];
}

interface ReadEntry {
  readonly entry: string;
  readonly checked: number;
  /** What blocks it, in words, when something stands there. */
  readonly obstacle: string | undefined;
}

function readEntries(value: Json): readonly ReadEntry[] {
  return listAt(value, "entries").map((entry) => {
    const obstacles = listAt(entry, "obstacles");
    const blocking = obstacles.find((obstacle) => textAt(obstacle, "kind") !== "no-entry");
    return {
      entry: textAt(entry, "entry"),
      checked: obstacles.reduce<number>((sum, obstacle) => sum + numberAt(obstacle, "checked"), 0),
      obstacle: blocking === undefined ? undefined : describeObstacle(blocking),
    };
  });
}

function describeObstacle(obstacle: Json): string {
  const name = shortName(textAt(obstacle, "resource"));
  if (textAt(obstacle, "kind") !== "rule") {
    return `${name}: ${shorten(textAt(obstacle, "detail"), 14)}`;
  }
  const priority = numberAt(obstacle, "priority");
  return `rule ${textAt(obstacle, "rule")} of ${name}${priority === 0 ? "" : ` (priority ${priority})`} keeps it out`;
}
