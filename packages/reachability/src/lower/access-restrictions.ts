/**
 * App Service access restrictions as a rule list. Source: learn.microsoft.com/azure/app-service/app-service-ip-restrictions:
 * ascending priority, no rule means allowed, one or more rules and no default action means the rest is denied, an explicit
 * default action wins. Rules with a subnet match traffic of that subnet only; traffic over private endpoints is not judged.
 */
import type { IpSecurityRestriction, MissingInput, Site } from "@sightline/model";
import { unknownValueInput, unsupportedInput } from "../missing-input.ts";
import type { AddressSet } from "../packet-set/address-set.ts";
import { type Doubtful, exactly, type Rule, type RuleEffect, type RuleList } from "../rule-list/rule.ts";
import { resolvePrefixes, type TagScope } from "./address-prefix.ts";
import type { LoweringContext } from "./estate-index.ts";

/** The list of the site, or that of its scm site. */
export interface RestrictionList {
  readonly restrictions: readonly IpSecurityRestriction[];
  readonly defaultAction: string;
  /** Field of `web` the rules stand in. */
  readonly field: "ipSecurityRestrictions" | "scmIpSecurityRestrictions";
}

function effectOf(action: string, field: string, site: Site): readonly [RuleEffect, readonly MissingInput[]] {
  switch (action.toLowerCase()) {
    case "allow":
      return ["allow", []];
    case "deny":
      return ["deny", []];
    default:
      return ["unknown", [unknownValueInput(field, action, site.id)]];
  }
}

interface Matched extends Doubtful<AddressSet> {
  readonly missing: readonly MissingInput[];
}

function matchSources(rule: IpSecurityRestriction, site: Site, context: LoweringContext): Matched {
  const { addresses } = context;
  if (rule.vnetSubnetResourceId !== undefined) {
    return { ...exactly(addresses.none), missing: [] };
  }
  const tag = rule.tag.toLowerCase();
  if (tag !== "" && tag !== "default" && tag !== "servicetag") {
    const missing = unknownValueInput(`tag of access restriction ${rule.name}`, rule.tag, site.id);
    return { sure: addresses.none, may: addresses.all, missing: [missing] };
  }
  const scope: TagScope = {
    virtualNetwork: exactly(addresses.none),
    internet: exactly(addresses.internet),
    missing: [],
  };
  const texts = (rule.ipAddress ?? "").split(",").map((text) => text.trim());
  const everyone = texts.some((text) => text.toLowerCase() === "any");
  return everyone ? { ...exactly(addresses.all), missing: [] } : resolvePrefixes(texts, scope, site.id, context);
}

/** A rule that looks at headers too matches only some requests of its sources. */
function withHeaders(matched: Matched, rule: IpSecurityRestriction, site: Site, context: LoweringContext): Matched {
  const names = Object.entries(rule.headers).flatMap(([name, values]) => (values.length > 0 ? [name] : []));
  if (names.length === 0) {
    return matched;
  }
  const what = `requests with the headers ${names.join(", ")} that access restriction ${rule.name} asks for`;
  const missing = unsupportedInput(what, site.id, "Check who can send these headers from the rule's addresses.");
  return { sure: context.addresses.none, may: matched.may, missing: [...matched.missing, missing] };
}

function toRule(
  { rule, index }: { readonly rule: IpSecurityRestriction; readonly index: number },
  list: RestrictionList,
  site: Site,
  context: LoweringContext,
): Rule {
  const [effect, missing] = effectOf(rule.action, `action of access restriction ${rule.name}`, site);
  const sources = withHeaders(matchSources(rule, site, context), rule, site, context);
  return {
    ...everyFlow(context),
    name: rule.name,
    priority: rule.priority,
    pointer: `/web/${list.field}/${index}`,
    effect,
    sources,
    missing: [...missing, ...sources.missing],
  };
}

function everyFlow(context: LoweringContext): Pick<Rule, "protocols" | "sourcePorts" | "destinations" | "ports"> {
  return {
    protocols: exactly(new Set(["TCP" as const])),
    sourcePorts: exactly(context.ports.all),
    destinations: exactly(context.addresses.all),
    ports: exactly(context.ports.all),
  };
}

function toDefaultRule(list: RestrictionList, site: Site, context: LoweringContext): Rule {
  const implicit = list.restrictions.length === 0 ? "Allow" : "Deny";
  const action = list.defaultAction === "" ? implicit : list.defaultAction;
  const field = `${list.field}DefaultAction`;
  const [effect, missing] = effectOf(action, field, site);
  return {
    ...everyFlow(context),
    name: list.defaultAction === "" ? `implicit default action ${implicit}` : `default action ${action}`,
    pointer: `/web/${field}`,
    effect,
    sources: exactly(context.addresses.all),
    missing,
  };
}

/** The restrictions in the order they are tried; equal priorities keep the order of the answer. */
export function lowerRestrictions(list: RestrictionList, site: Site, context: LoweringContext): RuleList {
  const rules = list.restrictions
    .map((rule, index) => ({ rule, index }))
    .sort((left, right) => left.rule.priority - right.rule.priority || left.index - right.index)
    .map((placed) => toRule(placed, list, site, context));
  const tags = list.restrictions.filter(({ tag }) => tag.toLowerCase() === "servicetag");
  const scope: TagScope = {
    virtualNetwork: exactly(context.addresses.none),
    internet: exactly(context.addresses.internet),
    missing: [],
  };
  return {
    resource: site.id,
    rules: [...rules, toDefaultRule(list, site, context)],
    expansions: new Map(
      tags.flatMap(({ ipAddress }) =>
        ipAddress === undefined
          ? []
          : [[ipAddress, resolvePrefixes([ipAddress], scope, site.id, context).sure] as const],
      ),
    ),
  };
}
