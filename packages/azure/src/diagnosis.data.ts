/**
 * What Entra's and Resource Manager's codes mean for a connection, and the command that mends it. Sources: MISSION C5;
 * learn.microsoft.com, "Microsoft Entra authentication and authorization error codes". A code not listed here is shown
 * whole, never swallowed.
 */

/** One diagnosis. `{tenant}`, `{app}`, `{subscription}` and `{principal}` in the command are filled in. */
export interface DiagnosisEntry {
  readonly code: string;
  readonly cause: string;
  readonly command: string;
}

const createPrincipal = "az ad sp create --id {app}";
const showApplication = "az ad app show --id {app}";
const resetSecret = "az ad app credential reset --id {app} --append";
const grantReader =
  "az role assignment create --assignee-object-id {principal} --assignee-principal-type ServicePrincipal --role acdd72a7-3385-48ef-bd42-f606fba81ae7 --scope /subscriptions/{subscription}";

/** By AADSTS code. */
export const aadstsDiagnoses: Readonly<Record<string, DiagnosisEntry>> = {
  AADSTS90002: {
    code: "connection.tenant-not-found",
    cause: "Entra ID knows no tenant with this id.",
    command: "az account show --query tenantId --output tsv",
  },
  AADSTS900023: {
    code: "connection.tenant-not-found",
    cause: "This is not a tenant id or a verified domain.",
    command: "az account show --query tenantId --output tsv",
  },
  AADSTS700016: {
    code: "connection.principal-missing",
    cause: "The application has no service principal in this tenant: nobody has consented yet.",
    command: createPrincipal,
  },
  AADSTS7000229: {
    code: "connection.principal-missing",
    cause: "The application has no service principal in this tenant.",
    command: createPrincipal,
  },
  AADSTS7000215: {
    code: "connection.secret-wrong",
    cause: "The client secret is not the application's; often the secret's id was pasted instead of its value.",
    command: resetSecret,
  },
  AADSTS7000222: { code: "connection.secret-expired", cause: "The client secret has expired.", command: resetSecret },
  AADSTS700027: {
    code: "connection.assertion-wrong",
    cause: "The certificate is not registered for the application, or the assertion's signature is wrong.",
    command: showApplication,
  },
  AADSTS700024: {
    code: "connection.assertion-time",
    cause: "The assertion is not valid now: the clocks of this machine and Azure differ.",
    command: "timedatectl status",
  },
  AADSTS1000502: {
    code: "connection.certificate-expired",
    cause: "The certificate is outside its validity.",
    command: showApplication,
  },
  AADSTS70021: {
    code: "connection.federation-mismatch",
    cause: "No federated credential of the application matches the token's issuer and subject.",
    command: "az ad app federated-credential list --id {app}",
  },
  AADSTS700211: {
    code: "connection.federation-mismatch",
    cause: "No federated credential of the application matches the token's issuer.",
    command: "az ad app federated-credential list --id {app}",
  },
  AADSTS700212: {
    code: "connection.federation-mismatch",
    cause: "No federated credential of the application matches the token's audience.",
    command: "az ad app federated-credential list --id {app}",
  },
  AADSTS700213: {
    code: "connection.federation-mismatch",
    cause: "No federated credential of the application matches the token's subject.",
    command: "az ad app federated-credential list --id {app}",
  },
  AADSTS7000112: {
    code: "connection.application-disabled",
    cause: "The application is disabled.",
    command: "az ad sp update --id {app} --set accountEnabled=true",
  },
  AADSTS50105: {
    code: "connection.consent-required",
    cause: "The application is not assigned in this tenant.",
    command: createPrincipal,
  },
  AADSTS65001: {
    code: "connection.consent-required",
    cause: "An administrator of the tenant has not consented to the application.",
    command: createPrincipal,
  },
  AADSTS53003: {
    code: "connection.conditional-access",
    cause: "A Conditional Access policy refuses the token.",
    command: "az ad sp show --id {app} --query id --output tsv",
  },
  AADSTS530034: {
    code: "connection.conditional-access",
    cause: "A Conditional Access policy refuses the token.",
    command: "az ad sp show --id {app} --query id --output tsv",
  },
  AADSTS500011: {
    code: "connection.resource-missing",
    cause: "Azure Resource Manager has no service principal in this tenant.",
    command: "az ad sp create --id 797f4846-ba00-4fd7-ba43-dac1f8f63013",
  },
};

/** By Resource Manager's error code on reading a subscription. */
export const armDiagnoses: Readonly<Record<string, DiagnosisEntry>> = {
  AuthorizationFailed: {
    code: "connection.reader-missing",
    cause: "The application has no role on this subscription that allows reading.",
    command: grantReader,
  },
  SubscriptionNotFound: {
    code: "connection.subscription-not-found",
    cause: "Azure knows no such subscription, or the application may not see it.",
    command: "az account list --query \"[?id=='{subscription}']\" --output table",
  },
  InvalidSubscriptionId: {
    code: "connection.subscription-invalid",
    cause: "This is not a subscription id.",
    command: "az account list --output table",
  },
  InvalidAuthenticationTokenTenant: {
    code: "connection.subscription-in-other-tenant",
    cause: "The subscription belongs to another tenant.",
    command: "az account show --subscription {subscription} --query tenantId --output tsv",
  },
  InvalidAuthenticationToken: {
    code: "connection.token-invalid",
    cause: "Resource Manager refused the token.",
    command: "az account get-access-token --tenant {tenant} --query expiresOn --output tsv",
  },
};
