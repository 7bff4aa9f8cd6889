/** All package catalogers, in the order their runs are reported. A new one is a folder under `catalogers/` and a line here. */
import type { CatalogContext, PackageCataloger } from "./cataloger.ts";
import { apkCataloger } from "./catalogers/apk/index.ts";
import { dpkgCataloger } from "./catalogers/dpkg/index.ts";
import { npmCataloger } from "./catalogers/npm/index.ts";
import { pythonCataloger } from "./catalogers/python/index.ts";

/** Every member of the plug-in point. */
export const catalogers: readonly PackageCataloger[] = [apkCataloger, dpkgCataloger, npmCataloger, pythonCataloger];

const languageCatalogers = catalogers.filter((cataloger) => cataloger.kind === "language");

/** What catalogers may ask: `packagesMax` bounds one file. */
export function createCatalogContext(packagesMax: number): CatalogContext {
  return {
    packagesMax,
    isLanguageFile: (path) => languageCatalogers.some((cataloger) => cataloger.wants({ path, sizeBytes: 0, mode: 0 })),
  };
}
