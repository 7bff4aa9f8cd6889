/** The simulator's door: what tests and the command line start. */
export { simulatorErrorCodes } from "./error-codes.data.ts";
export { SimulatorError } from "./simulator-error.ts";
export { type RegistryOptions, type RunningRegistry, startRegistry } from "./start-registry.ts";
