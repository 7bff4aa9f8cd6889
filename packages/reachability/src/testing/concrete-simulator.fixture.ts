/**
 * An independent oracle: sends single packets through a snapshot, rule by rule, first match, with no sets and nothing
 * shared with the engine. Doubts are settled by a mood: for the attacker, or against.
 */
import type {
  EstateSnapshot,
  IpConfiguration,
  NetworkInterface,
  NetworkSecurityGroup,
  Resource,
  SecurityRule,
  Subnet,
  VirtualNetwork,
} from "@sightline/model";

/** How doubts turn out. */
export type Mood = "for-attacker" | "against-attacker";

/** One packet. */
export interface Packet {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

interface Place {
  readonly network: VirtualNetwork;
  readonly subnet: Subnet;
}

interface Card {
  readonly nic: NetworkInterface;
  readonly configuration: IpConfiguration;
}

const same = (left: string | undefined, right: string | undefined): boolean =>
  left !== undefined && right !== undefined && left.toLowerCase() === right.toLowerCase();

const bits = new Map<string, number>();

function toBits(address: string): number {
  const known = bits.get(address) ?? address.split(".").reduce((value, part) => value * 256 + Number(part), 0);
  bits.set(address, known);
  return known;
}

const blocks = new Map<string, readonly [from: number, to: number]>();

/** Is the address in the CIDR or equal to the address? */
function isIn(address: string, cidr: string): boolean {
  const known = blocks.get(cidr);
  if (known !== undefined) {
    const value = toBits(address);
    return known[0] <= value && value < known[1];
  }
  const [start = "", length = "32"] = cidr.split("/");
  const size = 2 ** (32 - Number(length));
  const from = Math.floor(toBits(start) / size) * size;
  blocks.set(cidr, [from, from + size]);
  return isIn(address, cidr);
}

const privateBlocks = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "224.0.0.0/3",
];

const isPublic = (address: string): boolean =>
  address !== "168.63.129.16" && !privateBlocks.some((block) => isIn(address, block));

/** Sends packets through one snapshot. */
export class ConcreteSimulator {
  readonly #resources: readonly Resource[];
  readonly #allNetworks: readonly VirtualNetwork[];
  readonly #allCards: readonly Card[];
  readonly #groups: ReadonlyMap<string, NetworkSecurityGroup>;
  readonly #places: ReadonlyMap<string, Place>;
  readonly #tags: Readonly<Record<string, readonly string[]>>;
  readonly #mood: Mood;
  readonly #tagged = new Map<string, boolean>();

  constructor(snapshot: EstateSnapshot, mood: Mood) {
    this.#resources = snapshot.resources;
    this.#allNetworks = snapshot.resources.filter((one) => one.kind === "virtualNetwork");
    this.#allCards = snapshot.resources.flatMap((one) =>
      one.kind === "networkInterface" ? one.ipConfigurations.map((configuration) => ({ nic: one, configuration })) : [],
    );
    this.#groups = new Map(
      snapshot.resources.flatMap((one) =>
        one.kind === "networkSecurityGroup"
          ? [
              [
                one.id,
                { ...one, securityRules: [...one.securityRules].sort((left, right) => left.priority - right.priority) },
              ] as const,
            ]
          : [],
      ),
    );
    this.#places = new Map(
      this.#allNetworks.flatMap((network) =>
        network.subnets.map((subnet) => [subnet.id, { network, subnet }] as const),
      ),
    );
    this.#tags = snapshot.serviceTags ?? {};
    this.#mood = mood;
  }

  #isPeered(left: VirtualNetwork, right: VirtualNetwork): boolean {
    const one = (from: VirtualNetwork, to: VirtualNetwork): boolean =>
      from.virtualNetworkPeerings.some(
        (peering) => same(peering.remoteVirtualNetwork, to.id) && peering.peeringState === "Connected",
      );
    return one(left, right) && one(right, left);
  }

  #inNetworkTag(address: string, place: Place, friendly: boolean): boolean {
    const key = `${address} ${place.subnet.id} ${friendly}`;
    const known = this.#tagged.get(key) ?? this.#findInNetworkTag(address, place, friendly);
    this.#tagged.set(key, known);
    return known;
  }

  /** Does the tag VirtualNetwork of this place hold the address? Doubtful by routes: the mood decides by `friendly`. */
  #findInNetworkTag(address: string, { network, subnet }: Place, friendly: boolean): boolean {
    const own = network.addressPrefixes.some((prefix) => isIn(address, prefix)) || address === "168.63.129.16";
    const peer = this.#allNetworks.some(
      (other) =>
        other !== network &&
        this.#isPeered(network, other) &&
        network.virtualNetworkPeerings.some(
          (peering) => same(peering.remoteVirtualNetwork, other.id) && peering.allowVirtualNetworkAccess,
        ) &&
        other.addressPrefixes.some((prefix) => isIn(address, prefix)),
    );
    const table = this.#resources.find((one) => one.kind === "routeTable" && same(one.id, subnet.routeTable));
    const routed = table?.kind === "routeTable" && table.routes.some((route) => isIn(address, route.addressPrefix));
    return own || peer || (routed === true && friendly);
  }

  /** `friendly`: settle doubts so that the prefix matches. */
  #matchesPrefix(prefix: string, address: string, place: Place, friendly: boolean): boolean {
    if (prefix === "*") {
      return true;
    }
    if (/^\d/.test(prefix)) {
      return isIn(address, prefix);
    }
    switch (prefix) {
      case "VirtualNetwork":
        return this.#inNetworkTag(address, place, friendly);
      case "Internet":
        return isPublic(address) && !this.#inNetworkTag(address, place, false);
      case "AzureLoadBalancer":
        return address === "168.63.129.16";
      default: {
        const known = this.#tags[prefix];
        return known === undefined ? friendly && isPublic(address) : known.some((cidr) => isIn(address, cidr));
      }
    }
  }

  #inGroup(group: string, address: string, place: Place): boolean {
    return this.#allCards.some(
      ({ configuration }) =>
        configuration.applicationSecurityGroups.some((one) => same(one, group)) &&
        same(this.#places.get(configuration.subnet ?? "")?.network.id, place.network.id) &&
        configuration.privateIPAddress === address,
    );
  }

  #matchesRule(rule: SecurityRule, packet: Packet, place: Place): boolean {
    const friendly = (rule.access === "Allow") === (this.#mood === "for-attacker");
    const inPorts = (ranges: readonly string[], port: number): boolean =>
      ranges.some((range) => {
        const [from = "", to = from] = range === "*" ? ["0", "65535"] : range.split("-");
        return Number(from) <= port && port <= Number(to);
      });
    const protocol = rule.protocol === "*" || rule.protocol.toUpperCase() === packet.protocol;
    const source =
      rule.sourceAddressPrefixes.some((prefix) => this.#matchesPrefix(prefix, packet.source, place, friendly)) ||
      rule.sourceApplicationSecurityGroups.some((group) => this.#inGroup(group, packet.source, place));
    const destination =
      rule.destinationAddressPrefixes.some((prefix) =>
        this.#matchesPrefix(prefix, packet.destination, place, friendly),
      ) || rule.destinationApplicationSecurityGroups.some((group) => this.#inGroup(group, packet.destination, place));
    return (
      protocol &&
      source &&
      destination &&
      inPorts(rule.sourcePortRanges, packet.sourcePort) &&
      inPorts(rule.destinationPortRanges, packet.port)
    );
  }

  #groupAllows(id: string | undefined, direction: string, packet: Packet, place: Place): boolean {
    if (id === undefined) {
      return true;
    }
    const group = this.#groups.get(id);
    if (group === undefined) {
      return this.#mood === "for-attacker";
    }
    const decided = group.securityRules.find(
      (rule) => rule.direction === direction && this.#matchesRule(rule, packet, place),
    );
    if (decided !== undefined) {
      return decided.access === "Allow";
    }
    const inTag = (address: string): boolean => this.#inNetworkTag(address, place, this.#mood === "for-attacker");
    if (inTag(packet.source) && inTag(packet.destination)) {
      return true;
    }
    return direction === "Inbound"
      ? packet.source === "168.63.129.16"
      : isPublic(packet.destination) && !this.#inNetworkTag(packet.destination, place, false);
  }

  /** Next hop of a packet that leaves the subnet. */
  #isDirect(address: string, { network, subnet }: Place): "direct" | "dropped" | "elsewhere" {
    const table = this.#resources.find((one) => one.kind === "routeTable" && same(one.id, subnet.routeTable));
    const system = [
      ...network.addressPrefixes,
      ...network.virtualNetworkPeerings.flatMap((one) => one.remoteAddressPrefixes),
    ];
    const routes = [
      ...(table?.kind === "routeTable" ? table.routes : []).map(({ addressPrefix, nextHopType }) => ({
        addressPrefix,
        nextHopType,
      })),
      ...[...system, "0.0.0.0/0"].map((addressPrefix) => ({ addressPrefix, nextHopType: "Internet" })),
    ].filter(({ addressPrefix }) => isIn(address, addressPrefix));
    const length = (prefix: string): number => Number(prefix.split("/")[1] ?? "32");
    const best = routes.reduce((left, right) =>
      length(right.addressPrefix) > length(left.addressPrefix) ? right : left,
    );
    return best.nextHopType === "None" ? "dropped" : best.nextHopType === "VirtualAppliance" ? "elsewhere" : "direct";
  }

  /** Everything between a card's address and the guest. */
  #arrives(packet: Packet, { nic, configuration }: Card): boolean {
    const place = this.#places.get(configuration.subnet ?? "");
    if (place === undefined) {
      return this.#mood === "for-attacker";
    }
    const answered = this.#isDirect(packet.source, place) === "direct" || this.#mood === "for-attacker";
    return (
      answered &&
      this.#groupAllows(place.subnet.networkSecurityGroup, "Inbound", packet, place) &&
      this.#groupAllows(nic.networkSecurityGroup, "Inbound", packet, place)
    );
  }

  #hasGroup({ nic, configuration }: Card): boolean {
    return (
      nic.networkSecurityGroup !== undefined ||
      this.#places.get(configuration.subnet ?? "")?.subnet.networkSecurityGroup !== undefined
    );
  }

  /** Where a packet to a frontend's address ends: the card, with the packet it sees. */
  #balanced(packet: Packet, frontendId: string, publicSku: boolean): readonly { card: Card; packet: Packet }[] {
    return this.#resources.flatMap((balancer) => {
      if (balancer.kind !== "loadBalancer") {
        return [];
      }
      const rules = [
        ...balancer.loadBalancingRules.map((rule) => ({ ...rule, pools: rule.backendAddressPools, single: undefined })),
        ...balancer.inboundNatRules.map((rule) => ({ ...rule, pools: [], single: rule.backendIPConfiguration })),
      ];
      return rules
        .filter((rule) => same(rule.frontendIPConfiguration, frontendId))
        .filter((rule) => rule.protocol === "All" || rule.protocol.toUpperCase() === packet.protocol)
        .filter((rule) => (rule.protocol === "All" && rule.frontendPort === 0) || rule.frontendPort === packet.port)
        .flatMap((rule) =>
          this.#allCards
            .filter(({ configuration }) =>
              rule.single === undefined
                ? balancer.backendAddressPools.some(
                    (pool) =>
                      rule.pools.some((id) => same(id, pool.id)) &&
                      pool.backendIPConfigurations.some((member) => same(member, configuration.id)),
                  )
                : same(rule.single, configuration.id),
            )
            .filter((card) => !publicSku || balancer.sku !== "Standard" || this.#hasGroup(card))
            .map((card) => {
              const every = rule.protocol === "All" && rule.frontendPort === 0;
              const port = every ? packet.port : rule.backendPort;
              const own = card.configuration.privateIPAddress ?? "";
              return { card, packet: rule.enableFloatingIP ? packet : { ...packet, destination: own, port } };
            }),
        );
    });
  }

  /** Machine and port at which a packet from the internet ends, for every way it could take. */
  fromInternet(packet: Packet): readonly string[] {
    const address = this.#resources.find(
      (one) => one.kind === "publicIPAddress" && one.ipAddress === packet.destination,
    );
    if (address?.kind !== "publicIPAddress") {
      return [];
    }
    const direct = this.#allCards
      .filter(({ configuration }) => same(configuration.publicIPAddress, address.id))
      .filter((card) => address.sku !== "Standard" || this.#hasGroup(card))
      .map((card) => ({ card, packet: { ...packet, destination: card.configuration.privateIPAddress ?? "" } }));
    const balanced = this.#resources.flatMap((one) =>
      one.kind === "loadBalancer"
        ? one.frontendIPConfigurations
            .filter((frontend) => same(frontend.publicIPAddress, address.id))
            .flatMap((frontend) => this.#balanced(packet, frontend.id, true))
        : [],
    );
    return this.#ends([...direct, ...balanced]);
  }

  #ends(arrivals: readonly { readonly card: Card; readonly packet: Packet }[]): readonly string[] {
    return arrivals
      .filter(({ card, packet }) => this.#arrives(packet, card))
      .map(({ card, packet }) => `${card.nic.name}:${packet.port}`);
  }

  /** Machine and port at which a packet of a host in a virtual network ends. */
  fromNetwork(packet: Packet): readonly string[] {
    return this.#allNetworks.flatMap((network) =>
      network.subnets
        .filter((subnet) => subnet.addressPrefixes.some((prefix) => isIn(packet.source, prefix)))
        .flatMap((subnet) => this.#fromSubnet(packet, { network, subnet })),
    );
  }

  #fromSubnet(packet: Packet, from: Place): readonly string[] {
    const route = this.#isDirect(packet.destination, from);
    const routed = route === "direct" || (route === "elsewhere" && this.#mood === "for-attacker");
    if (!routed || !this.#groupAllows(from.subnet.networkSecurityGroup, "Outbound", packet, from)) {
      return [];
    }
    const near = (subnetId: string | undefined): boolean => {
      const place = this.#places.get(subnetId ?? "");
      return place !== undefined && (place.network === from.network || this.#isPeered(place.network, from.network));
    };
    const direct = this.#allCards
      .filter(
        ({ configuration }) => configuration.privateIPAddress === packet.destination && near(configuration.subnet),
      )
      .map((card) => ({ card, packet }));
    const balanced = this.#resources.flatMap((one) =>
      one.kind === "loadBalancer"
        ? one.frontendIPConfigurations
            .filter((frontend) => frontend.privateIPAddress === packet.destination && near(frontend.subnet))
            .flatMap((frontend) => this.#balanced(packet, frontend.id, false))
        : [],
    );
    return this.#ends([...direct, ...balanced]);
  }
}
