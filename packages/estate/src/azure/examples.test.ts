import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseWire } from "../wire.ts";
import { site } from "./app-service.ts";
import { virtualMachine } from "./compute.ts";
import { containerRegistry } from "./container-registry.ts";
import { managedCluster } from "./container-service.ts";
import { loadBalancer } from "./load-balancing.ts";
import {
  applicationSecurityGroup,
  networkInterface,
  networkSecurityGroup,
  publicIPAddress,
  routeTable,
  virtualNetwork,
} from "./network.ts";

const root = resolve(process.env["SIGHTLINE_CONFORMANCE_DATA"] ?? "../shared/data", "azure-examples");

interface Row {
  readonly folder: string;
  /** The part after `/providers/` of ids of this type, lower case; others in the folder are of another type. */
  readonly id: RegExp;
  readonly schema: z.ZodType;
}

const rows: readonly Row[] = [
  {
    folder: "Microsoft.Network_networkSecurityGroups",
    id: /\/networksecuritygroups\/[^/]+$/,
    schema: networkSecurityGroup,
  },
  {
    folder: "Microsoft.Network_applicationSecurityGroups",
    id: /\/applicationsecuritygroups\/[^/]+$/,
    schema: applicationSecurityGroup,
  },
  { folder: "Microsoft.Network_virtualNetworks", id: /\/virtualnetworks\/[^/]+$/, schema: virtualNetwork },
  { folder: "Microsoft.Network_networkInterfaces", id: /\/networkinterfaces\/[^/]+$/, schema: networkInterface },
  { folder: "Microsoft.Network_publicIPAddresses", id: /\/publicipaddresses\/[^/]+$/, schema: publicIPAddress },
  { folder: "Microsoft.Network_loadBalancers", id: /\/loadbalancers\/[^/]+$/, schema: loadBalancer },
  { folder: "Microsoft.Network_routeTables", id: /\/routetables\/[^/]+$/, schema: routeTable },
  { folder: "Microsoft.Compute_virtualMachines", id: /\/virtualmachines\/[^/]+$/, schema: virtualMachine },
  { folder: "Microsoft.ContainerService_managedClusters", id: /\/managedclusters\/[^/]+$/, schema: managedCluster },
  { folder: "Microsoft.ContainerRegistry_registries", id: /\/registries\/[^/]+$/, schema: containerRegistry },
  { folder: "Microsoft.Web_sites", id: /\/sites\/[^/]+$/, schema: site },
];

const exampleSchema = z.object({
  responses: z.record(z.string(), z.object({ body: z.unknown().optional() }).loose().nullish()),
});
const listSchema = z.object({ value: z.array(z.unknown()) });
const idSchema = z.object({ id: z.string(), properties: z.unknown() });

/** Resources in the 200 answers of a folder's examples, lists opened. */
function readResources(folder: string): { readonly file: string; readonly raw: unknown; readonly id: string }[] {
  return readdirSync(join(root, folder)).flatMap((file) => {
    const parsed = exampleSchema.safeParse(JSON.parse(readFileSync(join(root, folder, file), "utf8")));
    const body = parsed.data?.responses["200"]?.body;
    const list = listSchema.safeParse(body);
    return (list.success ? list.data.value : [body]).flatMap((raw) => {
      const identified = idSchema.safeParse(raw);
      return identified.success ? [{ file, raw, id: identified.data.id }] : [];
    });
  });
}

describe.skipIf(!existsSync(root))("Azure's published example answers", () => {
  it.each(rows.map((row) => [`${row.folder} ${row.id.source}`, row] as const))(
    "%s are read into the model",
    (_, row) => {
      const resources = readResources(row.folder).filter(
        ({ id, raw }) => row.id.test(id.toLowerCase()) && hasProperties(raw),
      );
      expect(resources.length).toBeGreaterThan(0);
      const unread = resources.flatMap(({ file, raw }) => {
        const parsed = parseWire(row.schema, raw);
        return parsed.ok ? [] : [`${file}: ${parsed.problem.message}`];
      });
      expect(unread).toEqual([]);
    },
  );
});

/** Some examples answer a bare `{id}`; Azure's list answers never do. */
function hasProperties(raw: unknown): boolean {
  return typeof raw === "object" && raw !== null && "properties" in raw;
}
