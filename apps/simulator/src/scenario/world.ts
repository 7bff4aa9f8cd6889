/**
 * The simulated world at run time: what the scenario described, completed with what Azure would have filled in, and
 * open to change while it runs. Every API reads it; only `create-world.ts`, the control port and the few writing calls
 * change it.
 */
import type { RoleAssignment } from "../access/decide.ts";
import type { RoleDefinition } from "../access/role-definitions.data.ts";
import type { BuiltImage } from "../image/build-image.ts";
import type { JsonObject } from "../json.ts";
import type { ContentStore } from "../oci/content-store.ts";
import type { Scenario } from "./schema.ts";

/** Time in the simulated world: the machine's, moved on by request. */
export interface SimulatedClock {
  readonly now: () => Date;
  readonly advance: (ms: number) => void;
}

/** An application registration and everything that proves to be it. */
export interface Application {
  readonly name: string;
  readonly appId: string;
  readonly displayName: string;
  readonly tenantId: string;
  readonly multiTenant: boolean;
  readonly secrets: readonly { readonly value: string; readonly expired: boolean }[];
  /** Registered certificates: thumbprints in base64url and the public key, as PEM. */
  readonly certificates: readonly { readonly x5t: string; readonly x5tS256: string; readonly pem: string }[];
  readonly federatedCredentials: readonly {
    readonly issuer: string;
    readonly subject: string;
    readonly audience: string;
  }[];
}

/** An application's presence in one tenant. */
export interface ServicePrincipal {
  readonly objectId: string;
  readonly appId: string;
  readonly displayName: string;
  readonly tenantId: string;
  readonly enabled: boolean;
  readonly graphPermissions: readonly string[];
}

export interface Tenant {
  readonly name: string;
  readonly id: string;
  readonly domain: string;
  readonly displayName: string;
  readonly directoryObjects: readonly {
    readonly objectId: string;
    readonly kind: "user" | "group";
    readonly displayName: string;
  }[];
}

export interface Subscription {
  readonly name: string;
  readonly id: string;
  readonly tenantId: string;
  readonly state: string;
}

export interface ResourceGroup {
  readonly id: string;
  readonly name: string;
  readonly subscriptionId: string;
  readonly location: string;
  readonly managedBy: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** An ARM resource as ARM returns it. Replaced, never changed in place. */
export interface ArmResource extends JsonObject {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly properties: JsonObject;
}

/** A container registry: its resource says how it is set up, this is what it holds. */
export interface Registry {
  readonly resourceId: string;
  readonly loginServer: string;
  readonly store: ContentStore;
  /** Password of the admin user; used only while the resource says that user is enabled. */
  readonly adminPassword: string;
}

/** Objects of one kind in a cluster, by `namespace/name`. */
export type KubernetesObjects = Map<string, JsonObject>;

export interface Cluster {
  readonly resourceId: string;
  readonly fqdn: string;
  readonly version: string;
  /** PEM of the certificate authority the API server's certificate comes from; not known to the outside. */
  readonly caPem: string;
  /** By plural kind, `pods`. */
  readonly objects: Map<string, KubernetesObjects>;
}

/** Everything there is. Keys are lower case: ARM ids, GUIDs, host names. */
export interface World {
  readonly scenario: Scenario;
  readonly clock: SimulatedClock;
  readonly startedAt: Date;
  readonly tenants: ReadonlyMap<string, Tenant>;
  readonly applications: Map<string, Application>;
  /** By object id. */
  readonly servicePrincipals: Map<string, ServicePrincipal>;
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  readonly resourceGroups: ReadonlyMap<string, ResourceGroup>;
  readonly resources: Map<string, ArmResource>;
  readonly roles: readonly RoleDefinition[];
  readonly assignments: RoleAssignment[];
  readonly registries: ReadonlyMap<string, Registry>;
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly images: readonly BuiltImage[];
  /** Resource Graph queries used in the current window, by principal. Times in milliseconds. */
  readonly graphQuotas: Map<string, { readonly endsAt: number; readonly used: number }>;
}

/** The service principal of an application in a tenant. */
export function findServicePrincipal(world: World, tenantId: string, appId: string): ServicePrincipal | undefined {
  return world.servicePrincipals
    .values()
    .find((principal) => principal.tenantId === tenantId && principal.appId === appId);
}

/** The subscription an ARM id lies in. */
export function findSubscription(world: World, armId: string): Subscription | undefined {
  const id = /^\/subscriptions\/([^/]+)/i.exec(armId)?.[1]?.toLowerCase();
  return id === undefined ? undefined : world.subscriptions.get(id);
}
