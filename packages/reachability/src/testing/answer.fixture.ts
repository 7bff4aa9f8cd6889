/** Asking the engine one thing. */
import type { EstateSnapshot, SourceExposure, TransportProtocol } from "@sightline/model";
import { armKey } from "@sightline/model";
import { computeExposures } from "../compute-exposures.ts";

/** What is asked. */
export interface Question {
  readonly from: SourceExposure["position"];
  readonly port: number;
  readonly protocol?: TransportProtocol;
  /** Id of the workload; the first one when left out. */
  readonly workload?: string;
}

/** The engine's answer; throws when there is none, which is a fault of the engine or of the test. */
export function ask(estate: EstateSnapshot, question: Question): SourceExposure {
  const { from: position, port, protocol = "TCP", workload = estate.workloads[0]?.id ?? "" } = question;
  const found = computeExposures(estate).exposures.find(
    (exposure) =>
      armKey(exposure.workload) === armKey(workload) &&
      exposure.protocol === protocol &&
      exposure.ports.some(({ from, to }) => from <= port && port <= to),
  );
  const source = found?.sources.find((candidate) => candidate.position === position);
  if (source === undefined) {
    throw new Error(`no answer for ${position} ${protocol}/${port}`);
  }
  return source;
}

/** The result alone. */
export function resultOf(estate: EstateSnapshot, from: Question["from"], port: number, workload?: string): string {
  return ask(estate, { from, port, ...(workload === undefined ? {} : { workload }) }).result;
}

/** What is missing, joined: empty when the answer is definite. */
export function missingOf(source: SourceExposure): string {
  return source.result === "undetermined" ? source.missing.map(({ what }) => what).join("; ") : "";
}
