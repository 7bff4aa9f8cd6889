import { type Answer, toJsonAnswer } from "../http/exchange.ts";
import type { JsonObject } from "../json.ts";

/** A failure as Kubernetes reports it. Source: kubernetes.io/docs/reference/kubernetes-api/common-definitions/status. */
export function toStatus(code: number, reason: string, message: string, details: JsonObject = {}): Answer {
  return toJsonAnswer(code, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    details,
    code,
  });
}
