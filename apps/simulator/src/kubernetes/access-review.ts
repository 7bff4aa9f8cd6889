import { z } from "zod";
import { type Answer, type Exchange, parseJsonBody, toJsonAnswer } from "../http/exchange.ts";
import { toStatus } from "./status.ts";

const reviewSchema = z.object({
  spec: z.object({
    resourceAttributes: z.object({
      verb: z.string(),
      group: z.string().default(""),
      resource: z.string(),
      namespace: z.string().default(""),
    }),
  }),
});

/** What a review asks: a verb on a kind, in one namespace or, when it is empty, in all. */
export interface ReviewQuestion {
  readonly verb: string;
  readonly group: string;
  readonly plural: string;
  readonly namespace: string;
}

/** `SelfSubjectAccessReview`: may I? Source: kubernetes.io/docs/reference/access-authn-authz/authorization. */
export function serveAccessReview(exchange: Exchange, isAllowed: (question: ReviewQuestion) => boolean): Answer {
  const parsed = reviewSchema.safeParse(parseJsonBody(exchange));
  if (!parsed.success) {
    return toStatus(400, "BadRequest", "exactly one of nonResourceAttributes or resourceAttributes must be specified");
  }
  const { resource, ...attributes } = parsed.data.spec.resourceAttributes;
  const allowed = isAllowed({ ...attributes, plural: resource });
  const reason = allowed
    ? ""
    : "User does not have access to the resource in Azure. Update role assignment to allow access.";
  return toJsonAnswer(201, {
    kind: "SelfSubjectAccessReview",
    apiVersion: "authorization.k8s.io/v1",
    metadata: {},
    spec: { resourceAttributes: parsed.data.spec.resourceAttributes },
    status: { allowed, reason },
  });
}
