/** `demo`: the whole trip on a simulated estate, through the same rooms and protocols as on a real one. */

import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { azureClouds, testConnection } from "@sightline/azure";
import type { EstateSnapshot, ImageInventory } from "@sightline/model";
import { collectConnection, discoverImages, judgeEstate, type ScanPorts, scanImage } from "@sightline/pipeline";
import { Secret } from "@sightline/platform";
import { importAdvisories, openDatabase } from "@sightline/vulndb";
import { toCliError } from "../cli-error.ts";
import { type SimulatedAzure, startSimulatedAzure } from "../demo/simulated-azure.ts";
import { tellVerdicts } from "../demo/tell.ts";
import { type ExitStatus, exitStatus } from "../exit.ts";
import type { AddCommand } from "../program.ts";
import { openHttpClient, readHttpSettings, withScanner } from "../scanner.ts";
import type { Session } from "../session.ts";
import { openProgress, type Progress, toSurface } from "../terminal.ts";
import { writeGaps } from "./azure.ts";

interface DemoFlags {
  readonly once?: boolean;
  readonly scenario: string;
}

/** Advisories about the demo's packages, in OSV form. */
const demoAdvisories = fileURLToPath(new URL("../../../simulator/demo-advisories", import.meta.url));

/** Subscriptions of the first scenario that the demo leaves out: `finance` has no Reader, which `azure test` shows. */
const leftOut: ReadonlySet<string> = new Set(["finance"]);

/** Adds `demo`. */
export const addDemoCommand: AddCommand = (program, session, finish) => {
  program
    .command("demo")
    .description("connect, scan, collect and judge a simulated Azure estate")
    .option("--once", "end when the verdicts are printed")
    .option("--scenario <name|file>", "scenario to play", "contoso")
    .action(async (flags: DemoFlags) => finish(await runDemo(session, flags)));
};

async function runDemo(session: Session, flags: DemoFlags): Promise<ExitStatus> {
  const folder = await mkdtemp(join(tmpdir(), "sightline-demo-"));
  const progress = openProgress(session.terminal);
  progress.update("starting the simulated Azure");
  try {
    const azure = await startSimulatedAzure(flags.scenario, folder);
    try {
      await tour(toDemoSession(session, azure, folder), azure, progress);
      if (flags.once !== true) {
        await serveUntilStopped(session, azure, folder);
      }
      return exitStatus.done;
    } finally {
      await azure.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The session with the settings a customer of this cloud would have: its proxy, its authorities, a folder of its own. */
function toDemoSession(session: Session, azure: SimulatedAzure, folder: string): Session {
  return {
    ...session,
    config: {
      ...session.config,
      dataFolder: join(folder, "data"),
      caFile: azure.caFile,
      proxy: { url: new Secret(azure.proxy), noProxy: "" },
    },
  };
}

/** Connect, collect, scan, judge, tell. */
async function tour(session: Session, azure: SimulatedAzure, progress: Progress): Promise<void> {
  const { clock, signal, terminal } = session;
  const started = clock.elapsedMs();
  const step = (text: string): void =>
    progress.done(`${((clock.elapsedMs() - started) / 1000).toFixed(1).padStart(5)} s  ${text}`);
  step(`simulated Azure is up: ${azure.subscriptions.length} subscriptions in tenant ${azure.tenantId}`);
  const db = join(session.config.dataFolder, "advisories");
  const imported = await importAdvisories({ from: demoAdvisories, feeds: [demoAdvisories], to: db, clock, signal });
  step(`${imported.status.advisories} advisories imported`);
  const snapshot = await connectAndCollect(session, azure, step);
  const inventories = await scanAll(session, azure, { snapshot, progress, step });
  const database = openDatabase(db);
  try {
    const judged = judgeEstate({ snapshot, inventories, database, now: new Date(clock.nowMs()) });
    step(`${judged.findings.length} findings judged in ${snapshot.workloads.length} workloads`);
    for (const line of tellVerdicts(judged.verdicts, toSurface(terminal))) {
      terminal.stdout.write(line);
    }
    terminal.stdout.write("\nThe page that shows this is not part of this version yet; the command line is.\n");
  } finally {
    database.close();
  }
}

async function connectAndCollect(
  session: Session,
  azure: SimulatedAzure,
  step: (text: string) => void,
): Promise<EstateSnapshot> {
  const { clock, signal } = session;
  const http = openHttpClient(session, await readHttpSettings(session));
  const connection = {
    tenantId: azure.tenantId,
    subscriptionIds: azure.subscriptions.filter((each) => !leftOut.has(each.name)).map((each) => each.id),
    identity: { kind: "client-secret" as const, clientId: azure.clientId, secret: azure.clientSecret },
    cloud: azureClouds.public,
    http,
    clock,
    signal,
  };
  try {
    const checks = await Array.fromAsync(testConnection(connection));
    const failed = checks.filter((check) => check.state === "failed");
    if (failed.length > 0) {
      throw toCliError("cli.demo-failed", azure.tenantId, `The connection test failed: ${JSON.stringify(failed[0])}`);
    }
    step(`connection tested: ${checks.length} checks passed`);
    const snapshot = await collectConnection(connection);
    step(`estate collected: ${snapshot.resources.length} resources, ${snapshot.workloads.length} workloads`);
    writeGaps(session, snapshot);
    return snapshot;
  } finally {
    await http.close();
  }
}

async function scanAll(
  session: Session,
  azure: SimulatedAzure,
  work: { readonly snapshot: EstateSnapshot; readonly progress: Progress; readonly step: (text: string) => void },
): Promise<readonly ImageInventory[]> {
  const { snapshot, progress, step } = work;
  const loginServers = snapshot.resources.flatMap((each) => (each.kind === "registry" ? [each.loginServer] : []));
  const identity = { kind: "client-secret" as const, clientId: azure.clientId, secret: azure.clientSecret };
  const entra = { tenantId: azure.tenantId, identity };
  return withScanner(session, { useCache: true, progress, entra }, async (ports) => {
    const { images, problems } = await discoverImages(ports.registry, loginServers, session.signal);
    step(`${images.length} tags in ${loginServers.length} registries`);
    for (const problem of problems) {
      session.terminal.stderr.write(
        `         ${problem.code}  ${problem.subject}: ${problem.message} ${problem.next}\n`,
      );
    }
    const { inventories, bytes } = await scanDistinct(ports, images, session.signal);
    step(`${inventories.length} distinct images scanned, ${bytes} layer bytes read`);
    return inventories;
  });
}

/** Every tag is resolved; a digest seen before is not read again, and a layer seen before is not either. */
async function scanDistinct(
  ports: ScanPorts,
  images: Awaited<ReturnType<typeof discoverImages>>["images"],
  signal: AbortSignal,
): Promise<{ readonly inventories: readonly ImageInventory[]; readonly bytes: number }> {
  const byDigest = new Map<string, ImageInventory>();
  let bytes = 0;
  for (const { reference } of images) {
    const outcome = await scanImage({ location: { kind: "registry", reference }, signal }, ports);
    bytes += outcome.layerBytesRead;
    byDigest.set(outcome.inventory.image.digest ?? outcome.inventory.image.name, outcome.inventory);
  }
  return { inventories: [...byDigest.values()], bytes };
}

/** Keeps the simulated cloud up, and says how to go on by hand. The secret goes into a file, not onto the screen. */
async function serveUntilStopped(session: Session, azure: SimulatedAzure, folder: string): Promise<void> {
  const file = join(folder, "environment.sh");
  const variables = [
    `export HTTPS_PROXY=${azure.proxy} SIGHTLINE_CA_FILE=${azure.caFile}`,
    `export AZURE_CLIENT_ID=${azure.clientId} AZURE_CLIENT_SECRET=${azure.clientSecret.reveal()}`,
    "",
  ];
  await writeFile(file, variables.join("\n"), { mode: 0o600 });
  const subscriptions = azure.subscriptions.map((each) => each.id).join(" ");
  session.terminal.stderr.write(
    [
      "",
      "The simulated Azure stays up until Ctrl-C. In another terminal:",
      `  . ${file}`,
      `  ./sightline azure test --tenant ${azure.tenantId} --subscription ${subscriptions}`,
      "",
    ].join("\n"),
  );
  if (!session.signal.aborted) {
    await once(session.signal, "abort");
  }
}
