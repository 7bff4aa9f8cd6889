/** The subscriptions an identity can see. Source: Azure REST API, "Subscriptions - List". */
import { z } from "zod";
import type { ArmClient } from "./arm.ts";
import type { ArmList } from "./arm-call.ts";

/** One subscription. */
export interface AzureSubscription {
  readonly subscriptionId: string;
  readonly displayName: string;
  /** `Enabled`, `Warned`, `PastDue`, `Disabled`, `Deleted`, or a state that is new. */
  readonly state: string;
  readonly tenantId?: string;
}

const schema = z.object({
  subscriptionId: z.string(),
  displayName: z.string().nullish(),
  state: z.string().nullish(),
  tenantId: z.string().nullish(),
});

/** All of them, sorted by name. Complete only without `failure`; entries that cannot be read are counted, not guessed. */
export async function listSubscriptions(
  arm: ArmClient,
  signal?: AbortSignal,
): Promise<
  Pick<ArmList, "failure"> & { readonly subscriptions: readonly AzureSubscription[]; readonly unreadable: number }
> {
  const list = await arm.list("/subscriptions", "2022-12-01", signal);
  const subscriptions = list.items.flatMap((item) => {
    const parsed = schema.safeParse(item).data;
    return parsed === undefined ? [] : [toSubscription(parsed)];
  });
  return {
    subscriptions: subscriptions.toSorted((a, b) => a.displayName.localeCompare(b.displayName, "en")),
    unreadable: list.items.length - subscriptions.length,
    ...(list.failure === undefined ? {} : { failure: list.failure }),
  };
}

function toSubscription(raw: z.infer<typeof schema>): AzureSubscription {
  return {
    subscriptionId: raw.subscriptionId,
    displayName: raw.displayName ?? raw.subscriptionId,
    state: raw.state ?? "unknown",
    ...(typeof raw.tenantId === "string" ? { tenantId: raw.tenantId } : {}),
  };
}
