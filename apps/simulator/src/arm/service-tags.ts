/** The service tag list of a region. Source: learn.microsoft.com/rest/api/virtualnetwork/service-tags/list. */
import { type Answer, toJsonAnswer } from "../http/exchange.ts";
import type { JsonObject } from "../json.ts";
import type { ArmRequest } from "./arm-request.ts";

/** A few tags every region has; a scenario can add its own. Prefixes are of Azure's published ones, much shortened. */
const builtInTags: readonly { readonly name: string; readonly addressPrefixes: readonly string[] }[] = [
  { name: "ActionGroup", addressPrefixes: ["13.66.60.119/32", "20.38.149.132/30"] },
  { name: "AzureCloud", addressPrefixes: ["20.33.0.0/16", "40.74.0.0/15", "52.224.0.0/11"] },
  { name: "AzureCloud.westeurope", addressPrefixes: ["20.50.0.0/18", "40.74.0.0/18", "52.232.0.0/17"] },
  { name: "AzureFrontDoor.Backend", addressPrefixes: ["147.243.0.0/16", "4.213.81.64/29"] },
  { name: "AzureFrontDoor.Frontend", addressPrefixes: ["13.107.208.0/24", "150.171.22.0/23"] },
  { name: "GatewayManager", addressPrefixes: ["13.91.249.235/32", "20.36.105.32/29"] },
  { name: "Storage.WestEurope", addressPrefixes: ["20.38.108.0/23", "52.239.140.0/22"] },
];

/** `GET …/Microsoft.Network/locations/{location}/serviceTags`. */
export function listServiceTags(request: ArmRequest, subscriptionId: string, location: string): Answer {
  const tags = [...builtInTags, ...request.world.scenario.serviceTags];
  const id = `/subscriptions/${subscriptionId}/providers/Microsoft.Network/serviceTags/${location}`;
  const values = tags.map(({ name, addressPrefixes }): JsonObject => {
    const region = name.split(".")[1]?.toLowerCase() ?? "";
    const isRegion = region === location.toLowerCase();
    return {
      name,
      id: name,
      serviceTagChangeNumber: "113",
      properties: {
        changeNumber: "113",
        region: isRegion ? region : "",
        systemService: name.split(".")[0] ?? "",
        addressPrefixes: [...addressPrefixes],
        state: "GA",
      },
    };
  });
  return toJsonAnswer(200, {
    name: "Public",
    id,
    type: "Microsoft.Network/serviceTags",
    changeNumber: "113",
    cloud: "Public",
    values,
  });
}
