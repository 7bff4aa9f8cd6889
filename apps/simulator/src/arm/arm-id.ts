/** ARM ids, made and taken apart. Source: learn.microsoft.com/azure/azure-resource-manager, "Resource ID format". */

/** The id of a resource. AKS, alone among them, answers with a lower-case `resourcegroups` in its clusters' ids. */
export function toArmId(
  scope: { readonly subscriptionId: string; readonly group: string },
  type: string,
  name: string,
): string {
  const [provider = "", ...kinds] = type.split("/");
  const names = name.split("/");
  const tail = kinds.map((kind, index) => `${kind}/${names[index] ?? ""}`).join("/");
  const groups =
    type.toLowerCase() === "microsoft.containerservice/managedclusters" ? "resourcegroups" : "resourceGroups";
  return `/subscriptions/${scope.subscriptionId}/${groups}/${scope.group}/providers/${provider}/${tail}`;
}

/** Parts of an id, as written; absent parts are empty. `type` holds the provider and every kind. */
export interface ArmIdParts {
  readonly subscriptionId: string;
  readonly group: string;
  readonly type: string;
  /** The resource's own name, the last one. */
  readonly name: string;
}

/** Takes an id of a subscription, group, resource or collection apart. */
export function parseArmId(id: string): ArmIdParts {
  const [, subscriptionId = "", , group = ""] = /^\/subscriptions\/([^/]+)(\/resourceGroups\/([^/]+))?/i.exec(id) ?? [];
  const at = id.toLowerCase().lastIndexOf("/providers/");
  const [provider = "", ...rest] = at < 0 ? [] : id.slice(at + "/providers/".length).split("/");
  const kinds = rest.filter((_, index) => index % 2 === 0);
  return {
    subscriptionId: subscriptionId.toLowerCase(),
    group,
    type: provider === "" ? "" : [provider, ...kinds].join("/"),
    name: rest.length % 2 === 0 ? (rest.at(-1) ?? "") : "",
  };
}
