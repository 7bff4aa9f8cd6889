/**
 * Joins the address of a Service with the load balancer that carries it. What the Service says may be stale, so the load
 * balancer's rules decide; where it was not read, anyone may get through.
 */
import {
  type ArmId,
  armKey,
  type FrontendIPConfiguration,
  type LoadBalancer,
  type MissingInput,
  type ServicePort,
} from "@sightline/model";
import { unsupportedInput } from "../missing-input.ts";
import type { ClusterNodes } from "./cluster-nodes.ts";
import { findResource, type LoweringContext, resourcesOf } from "./estate-index.ts";
import { interfaceStationKey } from "./interface-place.ts";
import { carriesProtocol, type Forwarding, readForwardings } from "./load-balancer-rules.ts";

/** A frontend that has a given address. */
export interface AddressedFrontend {
  readonly balancer: LoadBalancer;
  readonly configuration: FrontendIPConfiguration;
}

/** How the load balancer carries an address of a Service to the nodes. */
export type ServiceJoin =
  | { readonly kind: "joined" }
  /** The load balancer was read and has no rule for the port. */
  | { readonly kind: "no-rule"; readonly balancer: ArmId }
  | { readonly kind: "unknown"; readonly missing: MissingInput };

/** Frontends by the address they have. */
export type FrontendsByAddress = ReadonlyMap<string, readonly AddressedFrontend[]>;

/** Indexes all frontends by public and private address. */
export function indexFrontends(context: LoweringContext): FrontendsByAddress {
  const { estate } = context;
  const all = resourcesOf(estate.snapshot, "loadBalancer").flatMap((balancer) =>
    balancer.frontendIPConfigurations.map((configuration) => ({ balancer, configuration })),
  );
  return Map.groupBy(all, ({ configuration }) => {
    const { publicIPAddress, privateIPAddress } = configuration;
    const address =
      publicIPAddress === undefined ? undefined : findResource(estate, "publicIPAddress", publicIPAddress);
    return address?.ipAddress ?? privateIPAddress ?? "";
  });
}

function carriesPort(rule: Forwarding, port: ServicePort): boolean {
  const wanted = rule.everyPort || rule.frontendPort === port.port;
  const protocol = port.protocol === "UDP" || port.protocol === "SCTP" ? port.protocol : "TCP";
  return wanted && carriesProtocol(rule, protocol);
}

/** Is every member of the rule's pools in the snapshot, and one of the cluster's nodes among them? */
function membersKnown(
  rule: Forwarding,
  balancer: LoadBalancer,
  nodes: ClusterNodes,
  context: LoweringContext,
): boolean {
  const { interfaceAddresses } = context.estate;
  const pools = balancer.backendAddressPools.filter((pool) => rule.pools.includes(armKey(pool.id)));
  const named = pools.flatMap((pool) => pool.backendIPConfigurations.map(armKey));
  const addressed = pools.flatMap((pool) => pool.loadBalancerBackendAddresses.map(({ ipAddress }) => ipAddress ?? ""));
  const nodeInPool = [...interfaceAddresses.values()].some(
    (found) =>
      nodes.stations.has(interfaceStationKey(found.ipConfiguration.id)) &&
      context.estate.poolsOf(found).some((pool) => rule.pools.includes(pool)),
  );
  const namedRead = named.every((member) => interfaceAddresses.has(member));
  return nodeInPool && namedRead && addressed.every((address) => nodes.byAddress.has(address));
}

/** Joins one address and port of a Service. */
export function joinService(
  { address, port }: { readonly address: string; readonly port: ServicePort },
  frontends: FrontendsByAddress,
  part: { readonly nodes: ClusterNodes; readonly service: string },
  context: LoweringContext,
): ServiceJoin {
  const found = frontends.get(address) ?? [];
  const [first] = found;
  if (first === undefined) {
    const what = `the load balancer that has the address ${address}`;
    const remedy = "Give the connection Reader on the node resource group of the cluster, then collect again.";
    return { kind: "unknown", missing: unsupportedInput(what, part.service, remedy) };
  }
  const rules = found.flatMap(({ balancer, configuration }) =>
    readForwardings(balancer)
      .filter((rule) => armKey(rule.frontend) === armKey(configuration.id) && carriesPort(rule, port))
      .map((rule) => ({ balancer, rule })),
  );
  if (rules.length === 0) {
    return { kind: "no-rule", balancer: first.balancer.id };
  }
  if (rules.every(({ balancer, rule }) => membersKnown(rule, balancer, part.nodes, context))) {
    return { kind: "joined" };
  }
  const what = `the nodes behind the load balancer ${first.balancer.name}`;
  const remedy = "Give the connection Reader on the node resource group of the cluster, then collect again.";
  return { kind: "unknown", missing: { what, why: "absent", subject: first.balancer.id, remedy } };
}
