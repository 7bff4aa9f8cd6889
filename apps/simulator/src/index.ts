/** The simulator's door: what tests and the command line start. */
export { simulatorErrorCodes } from "./error-codes.data.ts";
export { scenarioFolder } from "./scenario/read-scenario.ts";
export { SimulatorError } from "./simulator-error.ts";
export { type AzureOptions, type RunningAzure, startAzure } from "./start-azure.ts";
export { type RegistryOptions, type RunningRegistry, startRegistry } from "./start-registry.ts";
