/** The plug-in points: where their members lie and which file lists them. A row whose folder does not exist yet is idle. */
export interface PlugInPoint {
  readonly name: string;
  /** Every folder in it is a member, and every file directly in it. */
  readonly folder: string;
  readonly list: string;
  /** Whether each member needs a test of its own; otherwise a test of the whole list will do. */
  readonly ownTest: boolean;
}

export const plugInPoints: readonly PlugInPoint[] = [
  {
    name: "cataloger",
    folder: "packages/inventory/src/catalogers",
    list: "packages/inventory/src/catalogers.ts",
    ownTest: true,
  },
  {
    name: "version scheme",
    folder: "packages/versions/src/schemes",
    list: "packages/versions/src/schemes.ts",
    ownTest: true,
  },
  {
    name: "advisory source",
    folder: "packages/vulndb/src/sources",
    list: "packages/vulndb/src/sources.ts",
    ownTest: false,
  },
  {
    name: "network element",
    folder: "packages/reachability/src/elements",
    list: "packages/reachability/src/elements.ts",
    ownTest: false,
  },
  { name: "verdict rule", folder: "packages/verdict/src/rules", list: "packages/verdict/src/rules.ts", ownTest: false },
  {
    name: "report format",
    folder: "packages/report/src/formats",
    list: "packages/report/src/formats.ts",
    ownTest: false,
  },
];
