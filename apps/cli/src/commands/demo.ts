/** `demo`. */
import type { AddCommand } from "../program.ts";

/** Adds `demo`. */
export const addDemoCommand: AddCommand = () => undefined;
