/**
 * What a load balancer carries where. Sources: learn.microsoft.com/azure/load-balancer (components, load-balancer-floating-ip,
 * load-balancer-ha-ports-overview, inbound-nat-rules). Health is not looked at: an unhealthy member may be well tomorrow.
 */
import {
  type ArmId,
  armKey,
  type BackendAddressPool,
  type LoadBalancer,
  type TransportProtocol,
} from "@sightline/model";

/** A rule of either kind, reduced to what it carries. */
export interface Forwarding {
  readonly name: string;
  readonly pointer: string;
  readonly kind: "load-balancer" | "inbound-nat";
  readonly frontend: ArmId;
  /** `unknown`: a protocol value nobody knows. */
  readonly protocols: ReadonlySet<TransportProtocol> | "unknown";
  readonly frontendPort: number;
  readonly backendPort: number;
  /** Protocol All on port 0: every port, unchanged. */
  readonly everyPort: boolean;
  readonly floating: boolean;
  /** Keys of the pools it serves, and of the rule itself where interfaces name it. */
  readonly pools: readonly string[];
  /** Key of the one IP configuration behind it. */
  readonly single?: string;
}

/** An address that may be behind a load balancer; `Behind` is whatever the caller links to. */
export interface Member<Behind> {
  readonly behind: Behind;
  /** Key of the IP configuration, when it is an interface's. */
  readonly ipConfiguration?: string;
  /** Keys of pools and NAT rules the interface names. */
  readonly named: readonly string[];
  readonly address?: string;
  readonly network?: string;
}

function protocolsOf(protocol: string): Forwarding["protocols"] {
  switch (protocol.toLowerCase()) {
    case "tcp":
      return new Set(["TCP"]);
    case "udp":
      return new Set(["UDP"]);
    case "all":
      return new Set(["TCP", "UDP", "SCTP", "ICMP"]);
    default:
      return "unknown";
  }
}

/** Every rule that carries inbound traffic; outbound rules are none. */
export function readForwardings(balancer: LoadBalancer): readonly Forwarding[] {
  const rules = balancer.loadBalancingRules.map(
    (rule, index): Forwarding => ({
      name: rule.name,
      pointer: `/loadBalancingRules/${index}`,
      kind: "load-balancer",
      frontend: rule.frontendIPConfiguration,
      protocols: protocolsOf(rule.protocol),
      frontendPort: rule.frontendPort,
      backendPort: rule.enableFloatingIP ? rule.frontendPort : rule.backendPort,
      everyPort: rule.protocol.toLowerCase() === "all" && rule.frontendPort === 0,
      floating: rule.enableFloatingIP,
      pools: rule.backendAddressPools.map(armKey),
    }),
  );
  const translations = balancer.inboundNatRules.map(
    (rule, index): Forwarding => ({
      name: rule.name,
      pointer: `/inboundNatRules/${index}`,
      kind: "inbound-nat",
      frontend: rule.frontendIPConfiguration,
      protocols: protocolsOf(rule.protocol),
      frontendPort: rule.frontendPort,
      backendPort: rule.enableFloatingIP ? rule.frontendPort : rule.backendPort,
      everyPort: rule.protocol.toLowerCase() === "all" && rule.frontendPort === 0,
      floating: rule.enableFloatingIP,
      pools: [armKey(rule.id), ...(rule.backendAddressPool === undefined ? [] : [armKey(rule.backendAddressPool)])],
      ...(rule.backendIPConfiguration === undefined ? {} : { single: armKey(rule.backendIPConfiguration) }),
    }),
  );
  return [...rules, ...translations];
}

/** A pool's members given by address that are among `members`: same address, and the same network where both are known. */
function addressedMembers<Behind>(
  pool: BackendAddressPool,
  byAddress: ReadonlyMap<string | undefined, readonly Member<Behind>[]>,
): readonly Member<Behind>[] {
  return pool.loadBalancerBackendAddresses.flatMap(({ ipAddress, virtualNetwork }) => {
    const found = ipAddress === undefined ? [] : (byAddress.get(ipAddress) ?? []);
    return found.filter(
      ({ network }) => virtualNetwork === undefined || network === undefined || armKey(virtualNetwork) === network,
    );
  });
}

/** Who is behind each rule: members that name a pool, that a pool names, or that it names by address. */
export function findMembers<Behind>(
  balancers: readonly LoadBalancer[],
  members: readonly Member<Behind>[],
): (forwarding: Forwarding) => readonly Behind[] {
  const byPool = new Map<string, Set<Behind>>();
  const add = (pool: string, behind: Behind): void => {
    byPool.set(pool, (byPool.get(pool) ?? new Set()).add(behind));
  };
  const byConfiguration = new Map(members.map((member) => [member.ipConfiguration, member] as const));
  const byAddress = Map.groupBy(members, ({ address }) => address);
  for (const { named, behind } of members) {
    for (const pool of named) {
      add(pool, behind);
    }
  }
  for (const pool of balancers.flatMap((balancer) => balancer.backendAddressPools)) {
    const named = pool.backendIPConfigurations.map((id) => byConfiguration.get(armKey(id)));
    const all = [...named.filter((member) => member !== undefined), ...addressedMembers(pool, byAddress)];
    for (const { behind } of all) {
      add(armKey(pool.id), behind);
    }
  }
  return ({ pools, single }) => {
    const alone = single === undefined ? undefined : byConfiguration.get(single);
    const behind = new Set(pools.flatMap((pool) => [...(byPool.get(pool) ?? [])]));
    return [...(alone === undefined ? behind : behind.add(alone.behind))];
  };
}

/** Does the rule carry this protocol? A protocol nobody knows may be any. */
export function carriesProtocol(forwarding: Forwarding, protocol: TransportProtocol): boolean {
  return forwarding.protocols === "unknown" || forwarding.protocols.has(protocol);
}
