/** Virtual machines and scale sets. Source: Microsoft.Compute REST API 2024-07-01. */
import type { VirtualMachine } from "@sightline/model";
import { z } from "zod";
import { armId, envelope, listOf, optional, references, text, toFields, unite } from "../wire.ts";

const powerPrefix = /^PowerState\//i;

/** Ids a machine acts as: its system-assigned principal and its user-assigned identities. */
const identity = z
  .object({ principalId: z.string().nullish(), userAssignedIdentities: z.record(z.string(), z.unknown()).nullish() })
  .transform(({ principalId, userAssignedIdentities }) => [
    ...unite(principalId, []),
    ...Object.keys(userAssignedIdentities ?? {}),
  ]);

/** Microsoft.Compute/virtualMachines with `$expand=instanceView`; without the view the power state stays unknown. */
export const virtualMachine = envelope
  .extend({
    identity: identity.nullish(),
    properties: z.object({
      networkProfile: z.object({ networkInterfaces: references }).nullish(),
      storageProfile: z.object({ osDisk: z.object({ osType: text }).nullish() }).nullish(),
      instanceView: z.object({ statuses: listOf(z.object({ code: text })) }).nullish(),
    }),
  })
  .transform((raw): VirtualMachine => {
    const power = raw.properties.instanceView?.statuses.find((each) => powerPrefix.test(each.code))?.code;
    return {
      kind: "virtualMachine",
      ...toFields(raw),
      networkInterfaces: raw.properties.networkProfile?.networkInterfaces ?? [],
      ...optional("powerState", power),
      osType: raw.properties.storageProfile?.osDisk?.osType ?? "",
      identityIds: raw.identity ?? [],
    };
  });

/**
 * Microsoft.Compute/virtualMachineScaleSets, as far as it says where the instances' interfaces are. Instances of a
 * `Flexible` set are machines with interfaces of their own; `Uniform` is what a set without a mode is.
 */
export const virtualMachineScaleSet = z
  .object({ id: armId, properties: z.object({ orchestrationMode: text }).nullish() })
  .transform(({ id, properties }) => ({ id, isFlexible: properties?.orchestrationMode.toLowerCase() === "flexible" }));
