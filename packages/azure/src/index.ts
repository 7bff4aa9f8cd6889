/** Everything said to Azure: the only door of the package. */
export { type ArmClient, type ArmItem, type ArmList, createArmClient } from "./arm.ts";
export { AzureError, type AzureErrorCode } from "./azure-error.ts";
export { type AzureCloud, azureClouds, isGuid, tokenScopes } from "./cloud.ts";
export { azureErrorCodes } from "./error-codes.data.ts";
export { type AccessToken, type AppIdentity, createTokenGiver, type TokenGiver } from "./identity.ts";
export {
  type ConnectionCheck,
  type ConnectionOutcome,
  type ConnectionRung,
  type ConnectionTest,
  testConnection,
} from "./ladder.ts";
export { azureRoles } from "./roles.ts";
