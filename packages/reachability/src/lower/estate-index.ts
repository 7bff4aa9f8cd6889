/** The snapshot's resources by id and by what refers to them. Ids are compared as ARM does: without regard to case. */
import {
  type ApplicationSecurityGroup,
  armKey,
  type EstateSnapshot,
  type IpConfiguration,
  type NetworkInterface,
  type Resource,
  type ResourceId,
  type Subnet,
  type VirtualNetwork,
} from "@sightline/model";
import type { AddressAlgebra } from "../packet-set/address-set.ts";
import type { PortAlgebra } from "../packet-set/port-set.ts";
import type { RuleJudge } from "../rule-list/decide.ts";

/** A subnet with the network it is part of. */
export interface SubnetPlace {
  readonly virtualNetwork: VirtualNetwork;
  readonly subnet: Subnet;
}

/** An address of a network interface with the interface it is part of. */
export interface InterfaceAddress {
  readonly networkInterface: NetworkInterface;
  readonly ipConfiguration: IpConfiguration;
}

/** Look-ups over one snapshot; keys are `armKey`s. */
export interface EstateIndex {
  readonly snapshot: EstateSnapshot;
  readonly byKey: ReadonlyMap<string, Resource>;
  /** How many resources of a kind the snapshot holds. */
  readonly counts: ReadonlyMap<string, number>;
  readonly subnets: ReadonlyMap<string, SubnetPlace>;
  readonly interfaceAddresses: ReadonlyMap<string, InterfaceAddress>;
  /** Addresses of a machine's interfaces, by the key of the machine, and by the key of the interface. */
  readonly addressesOf: (key: string) => readonly InterfaceAddress[];
  /** Backend pools that name a member: by its key (from either side), or by its address. */
  readonly poolsOf: (member: InterfaceAddress) => readonly string[];
  /** Service tags by lower-case name. */
  readonly serviceTags: ReadonlyMap<string, readonly string[]>;
}

/** What every lowering needs. */
export interface LoweringContext {
  readonly estate: EstateIndex;
  readonly addresses: AddressAlgebra;
  readonly ports: PortAlgebra;
  readonly judge: RuleJudge;
}

/** All resources of one kind, in snapshot order. */
export function resourcesOf<Kind extends Resource["kind"]>(
  snapshot: EstateSnapshot,
  kind: Kind,
): readonly Extract<Resource, { kind: Kind }>[] {
  return snapshot.resources.filter((resource): resource is Extract<Resource, { kind: Kind }> => resource.kind === kind);
}

/** The resource of this id and kind; `undefined` when the snapshot has none. */
export function findResource<Kind extends Resource["kind"]>(
  estate: EstateIndex,
  kind: Kind,
  id: string,
): Extract<Resource, { kind: Kind }> | undefined {
  const found = estate.byKey.get(armKey(id));
  const isKind = (resource: Resource): resource is Extract<Resource, { kind: Kind }> => resource.kind === kind;
  return found !== undefined && isKind(found) ? found : undefined;
}

function indexPools(snapshot: EstateSnapshot): EstateIndex["poolsOf"] {
  const pools = resourcesOf(snapshot, "loadBalancer").flatMap((balancer) => balancer.backendAddressPools);
  const named = pools.flatMap((pool) => {
    const pairs = pool.backendIPConfigurations.map((member) => [armKey(member), armKey(pool.id)] as const);
    const addressed = pool.loadBalancerBackendAddresses.flatMap(({ ipAddress }) => ipAddress ?? []);
    return [...pairs, ...addressed.map((address) => [address, armKey(pool.id)] as const)];
  });
  const byMember = Map.groupBy(named, ([member]) => member);
  const lookUp = (member: string): readonly string[] => byMember.get(member)?.map(([, pool]) => pool) ?? [];
  return ({ ipConfiguration }) => {
    const own = ipConfiguration.loadBalancerBackendAddressPools.map(armKey);
    const told = [...lookUp(armKey(ipConfiguration.id)), ...lookUp(ipConfiguration.privateIPAddress ?? "")];
    return [...new Set([...own, ...told])].sort();
  };
}

function indexAddresses(snapshot: EstateSnapshot): EstateIndex["addressesOf"] {
  const addresses = resourcesOf(snapshot, "networkInterface").flatMap((networkInterface) =>
    networkInterface.ipConfigurations.map((ipConfiguration) => ({ networkInterface, ipConfiguration })),
  );
  const byMachine = Map.groupBy(addresses, ({ networkInterface: { virtualMachine } }) =>
    virtualMachine === undefined ? "" : armKey(virtualMachine),
  );
  const byInterface = Map.groupBy(addresses, ({ networkInterface }) => armKey(networkInterface.id));
  return (key) => byMachine.get(key) ?? byInterface.get(key) ?? [];
}

/** Indexes a snapshot. */
export function indexEstate(snapshot: EstateSnapshot): EstateIndex {
  return {
    addressesOf: indexAddresses(snapshot),
    poolsOf: indexPools(snapshot),
    snapshot,
    counts: new Map(
      [...Map.groupBy(snapshot.resources, ({ kind }) => kind)].map(([kind, found]) => [kind, found.length] as const),
    ),
    byKey: new Map(snapshot.resources.map((resource) => [armKey(resource.id), resource])),
    subnets: new Map(
      resourcesOf(snapshot, "virtualNetwork").flatMap((virtualNetwork) =>
        virtualNetwork.subnets.map((subnet) => [armKey(subnet.id), { virtualNetwork, subnet }] as const),
      ),
    ),
    interfaceAddresses: new Map(
      resourcesOf(snapshot, "networkInterface").flatMap((networkInterface) =>
        networkInterface.ipConfigurations.map(
          (ipConfiguration) => [armKey(ipConfiguration.id), { networkInterface, ipConfiguration }] as const,
        ),
      ),
    ),
    serviceTags: new Map(
      Object.entries(snapshot.serviceTags ?? {}).map(([name, prefixes]) => [name.toLowerCase(), prefixes]),
    ),
  };
}

/** Case-insensitive equality of ids. */
export function isSameId(left: ResourceId | string, right: ResourceId | string): boolean {
  return armKey(left) === armKey(right);
}

/** Key of the virtual network a subnet id belongs to, whether or not the snapshot holds it. */
export function networkKeyOfSubnet(subnetId: string): string {
  return armKey(subnetId).split("/subnets/")[0] ?? armKey(subnetId);
}

/** The application security groups of an address. */
export function groupKeysOf(ipConfiguration: IpConfiguration): readonly string[] {
  return ipConfiguration.applicationSecurityGroups.map((group: ApplicationSecurityGroup["id"]) => armKey(group));
}
