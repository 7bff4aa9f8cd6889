/** What generated estates are made with: seeded numbers, ids, addresses. */
import { type ArmId, toArmId } from "@sightline/model";

/** How large an estate is generated. */
export interface EstateSize {
  readonly name: string;
  readonly networks: number;
  readonly machines: number;
  readonly groups: number;
  readonly rules: number;
  readonly balancers: number;
  readonly clusters: number;
  readonly podsPerCluster: number;
  readonly policiesPerCluster: number;
  readonly runs: number;
}

/** Subnets of every network. */
export const subnetsPerNetwork = 5;
/** The one subscription. */
export const subscriptionId = "33333333-3333-3333-3333-333333333333";

/** Numbers of [0, 1). */
export type Random = () => number;

/** Small seeded generator (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** One of the values. */
export function pick<Value>(random: Random, values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

/** An ARM id below the one resource group. */
export function id(path: string): ArmId {
  const made = toArmId(`/subscriptions/${subscriptionId}/resourceGroups/rg/providers/${path}`);
  if (made === undefined) {
    throw new Error(`not an id: ${path}`);
  }
  return made;
}

/** Fields every Azure resource has. */
export interface ResourceFields {
  readonly id: ArmId;
  readonly name: string;
  readonly subscriptionId: string;
  readonly location: string;
}

/** These fields by type and name. */
export const fields = (type: string, name: string): ResourceFields => ({
  id: id(`${type}/${name}`),
  name,
  subscriptionId,
  location: "westeurope",
});
/** Id of a subnet by numbers. */
export const subnetId = (network: number, subnet: number): ArmId =>
  id(`Microsoft.Network/virtualNetworks/v${network}/subnets/s${subnet}`);
/** Address of a host by numbers. */
export const address = (network: number, subnet: number, host: number): string =>
  `10.${network}.${subnet * 32 + Math.floor((host + 4) / 250)}.${((host + 4) % 250) + 2}`;
