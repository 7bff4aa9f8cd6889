/** The plug-in points: where their members lie and which file lists them. A row whose folder does not exist yet is idle. */
export interface PlugInPoint {
  readonly name: string;
  readonly folder: string;
  /** What a member is: a folder in it, or a file directly in it. */
  readonly member: "folder" | "file";
  readonly list: string;
  /** Whether each member needs a test of its own; otherwise a test of the room that reaches it will do. */
  readonly ownTest: boolean;
}

export const plugInPoints: readonly PlugInPoint[] = [
  {
    name: "cataloger",
    folder: "packages/inventory/src/catalogers",
    member: "folder",
    list: "packages/inventory/src/catalogers.ts",
    ownTest: true,
  },
  {
    name: "version scheme",
    folder: "packages/versions/src/schemes",
    member: "file",
    list: "packages/versions/src/schemes.ts",
    ownTest: true,
  },
  {
    name: "advisory source",
    folder: "packages/vulndb/src/sources",
    member: "folder",
    list: "packages/vulndb/src/sources.ts",
    ownTest: false,
  },
  {
    name: "network element",
    folder: "packages/reachability/src/elements",
    member: "file",
    list: "packages/reachability/src/elements.ts",
    ownTest: false,
  },
  {
    name: "verdict rule",
    folder: "packages/verdict/src/rules",
    member: "file",
    list: "packages/verdict/src/rules.ts",
    ownTest: false,
  },
  {
    name: "report format",
    folder: "packages/report/src/formats",
    member: "file",
    list: "packages/report/src/formats.ts",
    ownTest: false,
  },
];
