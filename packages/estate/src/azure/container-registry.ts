/** Container registries. Source: Microsoft.ContainerRegistry REST API 2025-04-01, the first with `roleAssignmentMode`. */
import type { ContainerRegistry } from "@sightline/model";
import { z } from "zod";
import { envelope, text, toFields } from "../wire.ts";

/** Microsoft.ContainerRegistry/registries. */
export const containerRegistry = envelope
  .extend({
    sku: z.object({ name: text }).nullish(),
    properties: z.object({ loginServer: text, roleAssignmentMode: text, publicNetworkAccess: text }),
  })
  .transform(
    (raw): ContainerRegistry => ({
      kind: "registry",
      ...toFields(raw),
      loginServer: raw.properties.loginServer,
      sku: raw.sku?.name ?? "",
      roleAssignmentMode: raw.properties.roleAssignmentMode,
      publicNetworkAccess: raw.properties.publicNetworkAccess,
    }),
  );
