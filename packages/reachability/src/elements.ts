/** The network elements, in the order their links are written. A new element is added here. */
import type { NetworkElement } from "./element.ts";
import { clusterNode } from "./elements/cluster-node.ts";
import { ingress } from "./elements/ingress.ts";
import { kubernetesService } from "./elements/kubernetes-service.ts";
import { loadBalancer } from "./elements/load-balancer.ts";
import { networkInterface } from "./elements/network-interface.ts";
import { pod } from "./elements/pod.ts";
import { publicIPAddress } from "./elements/public-ip-address.ts";
import { site } from "./elements/site.ts";
import { unmodelled } from "./elements/unmodelled.ts";
import { virtualNetwork } from "./elements/virtual-network.ts";

/** Every element. */
export const networkElements: readonly NetworkElement[] = [
  networkInterface,
  publicIPAddress,
  loadBalancer,
  virtualNetwork,
  unmodelled,
  pod,
  kubernetesService,
  clusterNode,
  ingress,
  site,
];
