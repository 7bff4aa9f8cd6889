/**
 * What service tags and application security groups stand for, where the engine did not say. Only what the snapshot
 * tells: a tag it does not expand holds nothing, so a guard that needs it does not pass the verifier.
 */
import { armKey, type Hop, type NetworkSecurityGroup, type SecurityRule, type VirtualNetwork } from "@sightline/model";
import type { EstateIndex } from "../estate-index.ts";
import { type IpAddress, isInPrefix, parseIpAddress } from "../ip-address.ts";

/** What the names in a rule list stand for, reduced to the prefixes that hold one of the flow's addresses. */
export function expandNames(
  estate: EstateIndex,
  group: NetworkSecurityGroup,
  { hop, rules }: { hop: Hop; rules: readonly SecurityRule[] },
): Readonly<Record<string, readonly string[]>> {
  const addresses = [hop.flow.sourceAddress, hop.flow.destinationAddress].flatMap((text) => parseIpAddress(text) ?? []);
  const names = rules
    .flatMap((rule) => [...rule.sourceAddressPrefixes, ...rule.destinationAddressPrefixes])
    .filter(isName);
  const groups = rules.flatMap((rule) => [
    ...rule.sourceApplicationSecurityGroups,
    ...rule.destinationApplicationSecurityGroups,
  ]);
  return Object.fromEntries([
    ...[...new Set(names)].map((name) => [name, holding(prefixesOfTag(estate, group, name), addresses)] as const),
    ...[...new Set(groups)].map((id) => [id, holding(addressesOfGroup(estate, id), addresses)] as const),
  ]);
}

function isName(prefix: string): boolean {
  return (
    prefix !== "*" && prefix.toLowerCase() !== "internet" && parseIpAddress(prefix.split("/")[0] ?? "") === undefined
  );
}

/** The prefixes that hold one of the addresses. */
export function holding(prefixes: readonly string[], addresses: readonly IpAddress[]): readonly string[] {
  return prefixes.filter((prefix) => addresses.some((address) => isInPrefix(prefix, address)));
}

/** Azure's virtual address of the platform, part of both tags. Source: learn.microsoft.com, "What is IP address 168.63.129.16?" */
const azurePlatform = "168.63.129.16/32";

function prefixesOfTag(estate: EstateIndex, group: NetworkSecurityGroup, tag: string): readonly string[] {
  switch (tag.toLowerCase()) {
    case "virtualnetwork":
      return [azurePlatform, ...networksOf(estate, group).flatMap(addressSpaceOf)];
    case "azureloadbalancer":
      return [azurePlatform];
    default:
      return estate.snapshot.serviceTags?.[tag] ?? [];
  }
}

function networksOf(estate: EstateIndex, group: NetworkSecurityGroup): readonly VirtualNetwork[] {
  const key = armKey(group.id);
  const subnets = new Set<string>();
  for (const resource of estate.resources()) {
    if (resource.kind === "networkInterface" && armKey(resource.networkSecurityGroup ?? "") === key) {
      resource.ipConfigurations.forEach(({ subnet }) => subnets.add(armKey(subnet ?? "")));
    }
  }
  const holds = (network: VirtualNetwork): boolean =>
    network.subnets.some(
      ({ id, networkSecurityGroup }) => armKey(networkSecurityGroup ?? "") === key || subnets.has(armKey(id)),
    );
  return [...estate.resources()].flatMap((resource) =>
    resource.kind === "virtualNetwork" && holds(resource) ? [resource] : [],
  );
}

function addressSpaceOf({ addressPrefixes, virtualNetworkPeerings }: VirtualNetwork): readonly string[] {
  const peered = virtualNetworkPeerings.filter(
    ({ peeringState, allowVirtualNetworkAccess }) => peeringState === "Connected" && allowVirtualNetworkAccess,
  );
  return [...addressPrefixes, ...peered.flatMap(({ remoteAddressPrefixes }) => remoteAddressPrefixes)];
}

function addressesOfGroup(estate: EstateIndex, id: string): readonly string[] {
  return [...estate.resources()].flatMap((resource) =>
    resource.kind === "networkInterface"
      ? resource.ipConfigurations.flatMap(({ applicationSecurityGroups, privateIPAddress }) =>
          applicationSecurityGroups.some((group) => armKey(group) === armKey(id)) ? (privateIPAddress ?? []) : [],
        )
      : [],
  );
}
