/**
 * What Entra's and Resource Manager's codes mean for a connection, and the command that mends it. Source:
 * learn.microsoft.com, "Microsoft Entra authentication and authorization error codes" and "Common Azure Resource Manager
 * errors". A code that is not listed is shown whole, never swallowed.
 */
import type { azureErrorCodes } from "../error-codes.data.ts";

/** Codes of the connection test. */
export type ConnectionCode = Extract<keyof typeof azureErrorCodes, `connection.${string}`>;

/** One diagnosis; the code's table says cause and next step. `{tenant}`, `{app}`, `{subscription}` and `{principal}` in the command are filled in. */
export interface Diagnosis {
  readonly code: ConnectionCode;
  readonly command: string;
}

const showTenant = "az account show --query tenantId --output tsv";
const createPrincipal = "az ad sp create --id {app}";
const resetSecret = "az ad app credential reset --id {app} --append";
const registerCertificate = "az ad app credential reset --id {app} --append --cert @certificate.pem";
const listFederated = "az ad app federated-credential list --id {app}";
const consent = "az ad app permission admin-consent --id {app}";
const listPolicies =
  "az rest --method get --url https://graph.microsoft.com/v1.0/identity/conditionalAccess/policies --query value[].displayName";
const testAgain = "sightline azure test --tenant {tenant} --subscription {subscription}";

/** Grants Reader on the subscription, by object id, so that the command needs no directory look-up. */
export const grantReader =
  "az role assignment create --assignee-object-id {principal} --assignee-principal-type ServicePrincipal --role acdd72a7-3385-48ef-bd42-f606fba81ae7 --scope /subscriptions/{subscription}";

/** By AADSTS number. */
export const aadstsDiagnoses: Readonly<Record<string, Diagnosis>> = {
  AADSTS90002: { code: "connection.tenant-not-found", command: showTenant },
  AADSTS900023: { code: "connection.tenant-not-found", command: showTenant },
  AADSTS90023: { code: "connection.tenant-not-found", command: showTenant },
  AADSTS700016: { code: "connection.principal-missing", command: createPrincipal },
  AADSTS7000229: { code: "connection.principal-missing", command: createPrincipal },
  AADSTS7000215: { code: "connection.secret-wrong", command: resetSecret },
  AADSTS7000222: { code: "connection.secret-expired", command: resetSecret },
  AADSTS700027: { code: "connection.assertion-wrong", command: registerCertificate },
  AADSTS700024: { code: "connection.assertion-time", command: "sudo timedatectl set-ntp true" },
  AADSTS1000502: { code: "connection.certificate-expired", command: registerCertificate },
  AADSTS70021: { code: "connection.federation-mismatch", command: listFederated },
  AADSTS700211: { code: "connection.federation-mismatch", command: listFederated },
  AADSTS700212: { code: "connection.federation-mismatch", command: listFederated },
  AADSTS700213: { code: "connection.federation-mismatch", command: listFederated },
  AADSTS7000112: {
    code: "connection.application-disabled",
    command: "az ad sp update --id {app} --set accountEnabled=true",
  },
  AADSTS50105: {
    code: "connection.consent-required",
    command: "az ad sp update --id {app} --set appRoleAssignmentRequired=false",
  },
  AADSTS65001: { code: "connection.consent-required", command: consent },
  AADSTS650051: { code: "connection.consent-required", command: createPrincipal },
  AADSTS650052: { code: "connection.consent-required", command: consent },
  AADSTS650056: { code: "connection.consent-required", command: consent },
  AADSTS650057: { code: "connection.consent-required", command: consent },
  AADSTS53003: { code: "connection.conditional-access", command: listPolicies },
  AADSTS530034: { code: "connection.conditional-access", command: listPolicies },
  AADSTS53009: { code: "connection.conditional-access", command: listPolicies },
  AADSTS500011: {
    code: "connection.resource-missing",
    command: "az ad sp create --id 797f4846-ba00-4fd7-ba43-dac1f8f63013",
  },
  AADSTS90033: { code: "connection.entra-unavailable", command: testAgain },
  AADSTS90013: { code: "connection.entra-unavailable", command: testAgain },
};

/** By Resource Manager's error code on reading a subscription. */
export const armDiagnoses: Readonly<Record<string, Diagnosis>> = {
  AuthorizationFailed: { code: "connection.reader-missing", command: grantReader },
  SubscriptionNotFound: {
    code: "connection.subscription-not-found",
    command: "az account list --query \"[?id=='{subscription}']\" --output table",
  },
  InvalidSubscriptionId: { code: "connection.subscription-invalid", command: "az account list --output table" },
  InvalidAuthenticationTokenTenant: {
    code: "connection.subscription-in-other-tenant",
    command: "az account list --all --query \"[?id=='{subscription}'].tenantId\" --output tsv",
  },
  InvalidAuthenticationToken: {
    code: "connection.token-invalid",
    command: "az account get-access-token --tenant {tenant} --query expiresOn --output tsv",
  },
  ExpiredAuthenticationToken: { code: "connection.token-invalid", command: "sudo timedatectl set-ntp true" },
};

/** By what a call came to, where Resource Manager's own code says nothing more. */
export const outcomeDiagnoses: Readonly<Record<string, Diagnosis>> = {
  "azure.throttled": { code: "connection.throttled", command: testAgain },
  "azure.server-error": { code: "connection.azure-unavailable", command: testAgain },
};

/** By the state of a subscription, where it is another than `Enabled`. Source: Azure REST API, "Subscriptions - Get", SubscriptionState. */
export const stateDiagnoses: Readonly<Record<string, Diagnosis>> = {
  Warned: {
    code: "connection.subscription-warned",
    command: "az account show --subscription {subscription} --query state",
  },
  PastDue: {
    code: "connection.subscription-warned",
    command: "az account show --subscription {subscription} --query state",
  },
  Disabled: {
    code: "connection.subscription-disabled",
    command:
      "az rest --method post --url /subscriptions/{subscription}/providers/Microsoft.Subscription/enable?api-version=2021-10-01",
  },
  Deleted: { code: "connection.subscription-deleted", command: "az account list --output table" },
};
