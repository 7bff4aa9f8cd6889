/** Shared pieces of the snapshot format: ids, times, lists. The schemas are strict, so that a field nobody checks cannot slip in. */
import { type ArmId, type KubernetesId, toArmId } from "@sightline/model";
import { z } from "zod";

/** A stored ARM id. */
export const armId = z.custom<ArmId>((value) => typeof value === "string" && toArmId(value) !== undefined, {
  message: "is not an ARM id",
});

/** A stored id of a Kubernetes object: `<cluster>#<kind>/<namespace>/<name>`. */
export const kubernetesId = z.custom<KubernetesId>(
  (value) => typeof value === "string" && /^\/[^#]+#[^/#]+\/[^/#]+\/.+$/.test(value),
  { message: "is not the id of a Kubernetes object" },
);

/** Text. */
export const text = z.string();

/** A map of texts. */
export const textMap = z.record(z.string(), z.string());

/** A list of texts. */
export const texts = z.array(text);

/** A list of ARM ids. */
export const armIds = z.array(armId);

/** A field that is absent rather than undefined. */
export const absentOr = z.exactOptional;
