/** Error bodies of Azure Resource Manager, in its own words. Source: learn.microsoft.com/azure/azure-resource-manager. */
import type { Caller, CallerRefusal } from "../entra/caller.ts";
import { type Answer, toJsonAnswer } from "../http/exchange.ts";

export function toArmError(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return toJsonAnswer(status, { error: { code, message } }, headers);
}

const allowedAudiences =
  "'https://management.core.windows.net/','https://management.core.windows.net','https://management.azure.com/','https://management.azure.com'";

/** The 401 for a request without a caller. */
export function toUnauthenticated(refusal: CallerRefusal, now: Date): Answer {
  const challenge = {
    "www-authenticate":
      'Bearer authorization_uri="https://login.microsoftonline.com/common", error="invalid_token", error_description="The access token is missing or invalid"',
  };
  switch (refusal.reason) {
    case "missing":
      return toArmError(
        401,
        "AuthenticationFailed",
        "Authentication failed. The 'Authorization' header is missing.",
        challenge,
      );
    case "audience":
      return toArmError(
        401,
        "InvalidAuthenticationTokenAudience",
        `The access token has been obtained for wrong audience or resource '${refusal.audience}'. It should exactly match with one of the allowed audiences ${allowedAudiences}.`,
        challenge,
      );
    case "expired":
      return toArmError(
        401,
        "ExpiredAuthenticationToken",
        `The access token expiry UTC time '${refusal.expiredAt.toISOString()}' is earlier than current UTC time '${now.toISOString()}'.`,
        challenge,
      );
    case "invalid":
      return toArmError(401, "InvalidAuthenticationToken", "The access token is invalid.", challenge);
    default:
      return refusal satisfies never;
  }
}

/** The 401 for a token of another tenant than the subscription's. */
export function toWrongTenant(tokenTenant: string, subscriptionTenant: string): Answer {
  const issuer = `https://sts.windows.net/${tokenTenant}/`;
  const expected = `https://sts.windows.net/${subscriptionTenant}/`;
  const challenge = {
    "www-authenticate": `Bearer authorization_uri="https://login.microsoftonline.com/${subscriptionTenant}", error="invalid_token", error_description="The access token is from the wrong issuer. It must match the tenant associated with this subscription."`,
  };
  return toArmError(
    401,
    "InvalidAuthenticationTokenTenant",
    `The access token is from the wrong issuer '${issuer}'. It must match the tenant '${expected}' associated with this subscription. Please use the authority (URL) 'https://login.microsoftonline.com/${subscriptionTenant}' to get the token.`,
    challenge,
  );
}

/** The 403 for an action no role grants. */
export function toForbidden(caller: Caller, action: string, scope: string): Answer {
  return toArmError(
    403,
    "AuthorizationFailed",
    `The client '${caller.appId}' with object id '${caller.objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}

export function toSubscriptionNotFound(subscriptionId: string): Answer {
  return toArmError(404, "SubscriptionNotFound", `The subscription '${subscriptionId}' could not be found.`);
}

export function toGroupNotFound(group: string): Answer {
  return toArmError(404, "ResourceGroupNotFound", `Resource group '${group}' could not be found.`);
}

/** `resource` is the type and names as ARM writes them: `Microsoft.Web/sites/shop`. */
export function toResourceNotFound(resource: string, group: string): Answer {
  return toArmError(
    404,
    "ResourceNotFound",
    `The Resource '${resource}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}
