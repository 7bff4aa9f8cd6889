/** One connection to one snapshot: the identity, the clients and the collectors put together. */
import { type AppIdentity, type AzureCloud, createArmClient, createTokenGiver } from "@sightline/azure";
import { type CollectStep, collectEstate, createKubernetesReader } from "@sightline/estate";
import type { EstateSnapshot } from "@sightline/model";
import type { Clock, HttpClient } from "@sightline/platform";

/** A connection to collect. `http` must trust Azure's and the clusters' certificate authorities. */
export interface CollectConnectionRequest {
  readonly tenantId: string;
  readonly subscriptionIds: readonly string[];
  readonly identity: AppIdentity;
  readonly cloud: AzureCloud;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly progress?: (step: CollectStep) => void;
}

/** Collects the estate of a connection. What could not be read is a gap in the snapshot, never an error. */
export function collectConnection(request: CollectConnectionRequest): Promise<EstateSnapshot> {
  const { tenantId, subscriptionIds, identity, cloud, http, clock, signal, progress } = request;
  const tokens = createTokenGiver({ identity, tenantId, cloud, http });
  return collectEstate({
    tenantId,
    subscriptionIds,
    arm: createArmClient({ http, tokens, cloud, clock }),
    openCluster: (cluster) => createKubernetesReader({ cluster, http, tokens, cloud }),
    clock,
    ...(signal === undefined ? {} : { signal }),
    ...(progress === undefined ? {} : { progress }),
  });
}
