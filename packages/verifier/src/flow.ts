/** The concrete flow that shows a path open. */
import { type JsonValue, member, numberOf, textOf } from "./json.ts";

/** Source, destination, port and protocol, upper case. */
export interface Flow {
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  readonly protocol: string;
  /** Where a rule on the way asks for one. */
  readonly sourcePort: number | undefined;
}

/** The flow of a hop. */
export function readFlow(hop: JsonValue): Flow {
  const flow = member(hop, "flow");
  return {
    source: textOf(flow, "sourceAddress"),
    destination: textOf(flow, "destinationAddress"),
    port: numberOf(flow, "destinationPort") ?? -1,
    protocol: textOf(flow, "protocol").toUpperCase(),
    sourcePort: numberOf(flow, "sourcePort"),
  };
}
