/** Where the advisory database lies. */
import { join } from "node:path";
import type { Session } from "./session.ts";

/** `--db DIR` where given, else `advisories` in the data folder. */
export function databaseFolder(session: Session, given: string | undefined): string {
  return given ?? join(session.config.dataFolder, "advisories");
}
