/** Short texts for answers, so that port ranges with the same answer can be found and joined. */
import type { Guard, MissingInput, Path, SourceExposure } from "@sightline/model";
import type { Explainer } from "./explain.ts";

const signGuard = ({ resource, rule, priority, pointer }: Guard): string =>
  `${resource} ${rule} ${priority ?? ""} ${pointer ?? ""}`;

const signMissing = ({ what, subject, why }: MissingInput): string => `${subject} ${why} ${what}`;

function signPath({ hops }: Path, port: number): string {
  const texts = hops.map(({ to, kind, flow, guards, authentication }) => {
    const at = flow.destinationPort === port ? "*" : flow.destinationPort;
    const ends = `${flow.sourceAddress}:${flow.sourcePort ?? ""} ${flow.destinationAddress}:${at}`;
    return `${kind} ${to} ${ends} ${authentication} ${guards.map(signGuard).join("; ")}`;
  });
  return texts.join(" > ");
}

function signSource(source: SourceExposure, port: number, explainer: Explainer): string {
  if (source.result === "reachable") {
    return `reachable ${source.sources.join()} ${source.paths.map((path) => signPath(path, port)).join("\n")}`;
  }
  const entries = source.cut.entries.map(explainer.signEntry).join("\n");
  return source.result === "unreachable"
    ? `unreachable ${entries}`
    : `undetermined ${source.missing.map(signMissing).join("\n")} ${entries}`;
}

/**
 * The answers for one port, told apart from others by everything but the port itself and what is the same for all ports
 * of a workload.
 */
export function signAnswer(sources: readonly SourceExposure[], port: number, explainer: Explainer): string {
  return sources.map((source) => signSource(source, port, explainer)).join("\n\n");
}
