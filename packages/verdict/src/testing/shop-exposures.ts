/** Answers of the reachability engine for the estate of `shop-estate.ts`, written by hand. */
import type { AttackerPosition, Exposure, Hop, Path, ResourceId, SourceExposure } from "@sightline/model";
import { cutCoverage } from "./shop-estate.ts";
import { cluster, kubernetesId, loadBalancer, networkSecurityGroup, siteId, subscriptionId } from "./shop-resources.ts";

/** Every port of both protocols, in the two exposures a workload of the cluster gets. */
const everyPort = [{ from: 1, to: 65535 }];

/** All positions of the ladder. */
export const positions: readonly AttackerPosition[] = [
  "internet",
  "internet-allowlisted",
  "corp",
  "peer-tenant",
  "same-vnet",
  "same-cluster",
  "neighbour",
];

/** Nobody gets in: what was looked at, and what stands in the way. */
export function unreachable(position: AttackerPosition): SourceExposure {
  return {
    position,
    result: "unreachable",
    cut: {
      coverage: [...cutCoverage],
      entries: [
        {
          entry: "load-balancer",
          obstacles: [
            {
              kind: "no-entry",
              entry: "load-balancer",
              detail: "no rule leads to it",
              coverage: [`/subscriptions/${subscriptionId}|loadBalancer`],
              checked: 1,
            },
          ],
        },
        {
          entry: "ingress",
          obstacles: [
            {
              kind: "no-entry",
              entry: "ingress",
              detail: "no rule leads to it",
              coverage: [`${cluster.toLowerCase()}|ingress`],
              checked: 12,
            },
          ],
        },
      ],
    },
  };
}

/** Nobody gets in because a rule of the NSG says so. */
export function denied(position: AttackerPosition): SourceExposure {
  return {
    position,
    result: "unreachable",
    cut: {
      coverage: [...cutCoverage],
      entries: [
        {
          entry: "same-network",
          resource: networkSecurityGroup,
          obstacles: [
            {
              kind: "rule",
              resource: networkSecurityGroup,
              rule: "DenyAllInBound",
              priority: 65500,
              removes: "everything",
            },
          ],
        },
      ],
    },
  };
}

/** The engine does not know: cluster objects could not be read. */
export function undetermined(position: AttackerPosition): SourceExposure {
  return {
    position,
    result: "undetermined",
    missing: [
      {
        what: "services of prod-weu could not be read (403)",
        why: "denied",
        subject: cluster,
        remedy: `az role assignment create --assignee <application id> --role "Azure Kubernetes Service RBAC Reader" --scope /subscriptions/${subscriptionId}`,
      },
    ],
    cut: { coverage: [], entries: [] },
  };
}

/** Somebody gets in by this path. */
export function reachable(position: AttackerPosition, path: Path): SourceExposure {
  return { position, result: "reachable", sources: ["0.0.0.0/0"], paths: [path], missing: [] };
}

/** From the internet through load balancer and NSG to the web pods. */
export const internetPath: Path = {
  port: 3000,
  protocol: "TCP",
  hops: [
    hop("internet", loadBalancer, {
      kind: "load-balancer",
      transform: "none",
      guards: [{ resource: loadBalancer, rule: "web-443", pointer: "/loadBalancingRules/0" }],
    }),
    hop(loadBalancer, kubernetesId("service", "web"), {
      kind: "service",
      transform: "dnat",
      guards: [{ resource: networkSecurityGroup, rule: "AllowHttps", priority: 200, pointer: "/securityRules/1" }],
    }),
    hop(kubernetesId("service", "web"), kubernetesId("pod", "web-1"), {
      kind: "pod",
      transform: "none",
      flow: {
        sourceAddress: "203.0.113.9",
        destinationAddress: "10.40.1.10",
        destinationPort: 3000,
        protocol: "TCP",
      },
      guards: [{ resource: kubernetesId("pod", "web-1"), rule: "no policy selects the pod" }],
    }),
  ],
};

/** A hop with the flow that enters by the public address, unless the rest says otherwise. */
export function hop(from: Hop["from"], to: ResourceId, rest: Partial<Hop> & Pick<Hop, "kind">): Hop {
  return {
    from,
    to,
    flow: { sourceAddress: "203.0.113.9", destinationAddress: "20.61.14.87", destinationPort: 443, protocol: "TCP" },
    transform: "none",
    guards: [],
    authentication: "none",
    waf: "off",
    ...rest,
  };
}

/** From a pod of the cluster to the orders pods, let through by a network policy. */
export const clusterPath: Path = {
  port: 7001,
  protocol: "TCP",
  hops: [
    hop("same-cluster", kubernetesId("pod", "orders-1"), {
      kind: "pod",
      flow: {
        sourceAddress: "10.40.1.10",
        destinationAddress: "10.40.1.20",
        destinationPort: 7001,
        protocol: "TCP",
      },
      guards: [
        { resource: kubernetesId("networkPolicy", "orders-from-shop"), rule: "ingress rule 0", pointer: "/ingress/0" },
      ],
    }),
  ],
};

/** From a host of the virtual network, let through by Azure's default rule. */
export const networkPath: Path = {
  port: 7001,
  protocol: "TCP",
  hops: [
    hop("same-vnet", kubernetesId("pod", "orders-1"), {
      kind: "pod",
      flow: {
        sourceAddress: "10.40.2.4",
        destinationAddress: "10.40.1.20",
        destinationPort: 7001,
        protocol: "TCP",
      },
      guards: [{ resource: networkSecurityGroup, rule: "AllowVnetInBound", priority: 65000 }],
    }),
  ],
};

/** From the internet to the site, which asks for a sign-in. */
export const sitePath: Path = {
  port: 443,
  protocol: "TCP",
  hops: [
    hop("internet", siteId, {
      kind: "site-frontend",
      authentication: "required",
      waf: "prevention",
      transform: "proxy",
      guards: [{ resource: siteId, rule: "Allow all", priority: 2147483647, pointer: "/web/ipSecurityRestrictions/0" }],
    }),
  ],
};

/** The two exposures (TCP, UDP) of a workload of the cluster: `answers` where a position is open, a cut elsewhere. */
export function exposuresOf(name: string, answers: readonly SourceExposure[] = []): readonly Exposure[] {
  const workload = kubernetesId("deployment", name);
  const sources = (open: readonly SourceExposure[]): readonly SourceExposure[] =>
    positions.map((position) => open.find((answer) => answer.position === position) ?? unreachable(position));
  const assumptions = ["Only TCP and UDP are carried to the workload."];
  return [
    { workload, protocol: "TCP", ports: everyPort, sources: sources(answers), assumptions },
    { workload, protocol: "UDP", ports: everyPort, sources: sources([]), assumptions },
  ];
}

/** Exposures of the whole estate: web open to the internet, orders to the inside, ledger to nobody, the site to accounts. */
export function createExposures(): readonly Exposure[] {
  const web80 = [
    { from: 80, to: 80 },
    { from: 443, to: 443 },
  ];
  return [
    ...exposuresOf("web", [
      reachable("internet", internetPath),
      reachable("internet-allowlisted", { ...internetPath, hops: retarget(internetPath, "internet-allowlisted") }),
    ]),
    ...exposuresOf("orders", [
      denied("internet"),
      reachable("same-vnet", networkPath),
      reachable("same-cluster", clusterPath),
    ]),
    ...exposuresOf("ledger", [denied("same-vnet")]),
    {
      workload: siteId,
      protocol: "TCP",
      ports: web80,
      sources: [reachable("internet", sitePath), ...positions.slice(1).map(unreachable)],
      assumptions: [],
    },
  ];
}

function retarget({ hops }: Path, position: AttackerPosition): Path["hops"] {
  const [first, ...rest] = hops;
  return [{ ...first, from: position }, ...rest];
}
