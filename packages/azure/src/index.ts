/** Everything said to Azure: the only door of the package. */
export { type ArmClient, type ArmItem, createArmClient } from "./arm.ts";
export type { ArmClientOptions, ArmList } from "./arm-call.ts";
export { AzureError, type AzureErrorCode } from "./azure-error.ts";
export { type AzureCloud, azureClouds, isGuid, tokenScopes, toReadGuardHosts } from "./cloud.ts";
export {
  type ConnectionCheck,
  type ConnectionFinding,
  type ConnectionOutcome,
  type ConnectionRung,
  type ConnectionTest,
  connectionRungs,
} from "./connection/check.ts";
export type { ConnectionCode } from "./connection/diagnosis.data.ts";
export { testConnection } from "./connection/ladder.ts";
export { azureErrorCodes } from "./error-codes.data.ts";
export { type AccessToken, type AppIdentity, createTokenGiver, type TokenGiver } from "./identity.ts";
export { createRegistryTokens, type RegistryTokens } from "./registry-tokens.ts";
export { azureRoles } from "./roles.ts";
export { type AzureSubscription, listSubscriptions } from "./subscriptions.ts";
