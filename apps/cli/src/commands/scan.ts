/** `scan` and `sbom`: an image's findings, or its inventory alone. */
import { randomUUID } from "node:crypto";
import { match } from "@sightline/matching";
import type { Finding, ImageInventory, MatchReport, Platform, SeverityLabel } from "@sightline/model";
import { type ScanOutcome, scanImage } from "@sightline/pipeline";
import { parseImageLocation, RegistryError } from "@sightline/registry";
import { openDatabase } from "@sightline/vulndb";
import type { Command } from "commander";
import { identityChoices, readIdentity } from "../azure-identity.ts";
import { toCliError } from "../cli-error.ts";
import { databaseFolder } from "../database-folder.ts";
import { type ExitStatus, exitStatus } from "../exit.ts";
import type { AddCommand } from "../program.ts";
import { formatNames, writeReport } from "../report-output.ts";
import { withScanner } from "../scanner.ts";
import type { Session } from "../session.ts";
import { openProgress } from "../terminal.ts";

interface ScanFlags {
  readonly platform?: string;
  readonly format: string;
  readonly cache: boolean;
  readonly db?: string;
  readonly failOn?: string;
  readonly tenant?: string;
  readonly identity: string;
}

const imageHelp = "host/repository:tag or @sha256:…, oci:<dir>[:tag], docker-archive:<file>, rootfs:<dir>";

function addImageOptions(command: Command): Command {
  return command
    .argument("<image>", imageHelp)
    .option("--platform <os/arch>", "platform to take from a multi-platform image")
    .option("--no-cache", "read every layer, also those read before")
    .option("--tenant <guid>", "read Azure registries with this tenant's identity instead of docker's credentials")
    .option("--identity <kind>", `with --tenant: ${identityChoices.join(", ")}`, "environment")
    .option("--format <format>", formatNames.join(", "), "table");
}

/** Adds `scan`. */
export const addScanCommand: AddCommand = (program, session, finish) => {
  addImageOptions(program.command("scan"))
    .description("find an image's vulnerabilities, each with its package, layer and fix")
    .option("--db <dir>", "folder of the advisory database")
    .option("--fail-on <severity>", "exit 1 when a finding of this severity or worse, or one not decided, is there")
    .action(async (image: string, flags: ScanFlags) => {
      const gate = parseGate(flags.failOn);
      // Opened first: without advisories there is no point in moving an image's bytes.
      const database = openDatabase(databaseFolder(session, flags.db));
      try {
        const { inventory } = await readImage(session, image, flags);
        const matches = match({ inventory, database });
        writeReport(session, flags.format, { inventory, matches, serialNumber: randomUUID() });
        finish(toStatus(inventory, matches, gate));
      } finally {
        database.close();
      }
    });
};

/** Adds `sbom`. */
export const addSbomCommand: AddCommand = (program, session, finish) => {
  addImageOptions(program.command("sbom"))
    .description("list what an image contains")
    .action(async (image: string, flags: ScanFlags) => {
      const { inventory } = await readImage(session, image, flags);
      writeReport(session, flags.format, { inventory, serialNumber: randomUUID() });
      finish(exitStatus.done);
    });
};

async function readImage(session: Session, image: string, flags: ScanFlags): Promise<ScanOutcome> {
  const location = parseImageLocation(image);
  if (!location.ok) {
    const { code: _code, ...problem } = location.problem;
    throw new RegistryError({ ...problem, code: "registry.reference-invalid" });
  }
  const progress = openProgress(session.terminal);
  const started = session.clock.elapsedMs();
  const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
  const entra =
    flags.tenant === undefined
      ? {}
      : { entra: { tenantId: flags.tenant, identity: await readIdentity(flags.identity, session.identity) } };
  const outcome = await withScanner(session, { useCache: flags.cache, progress, ...entra }, (ports) =>
    scanImage(
      { location: location.value, signal: session.signal, ...(platform === undefined ? {} : { platform }) },
      ports,
    ),
  );
  const seconds = ((session.clock.elapsedMs() - started) / 1000).toFixed(1);
  const { inventory, layerBytesRead, layersFromCache } = outcome;
  progress.done(
    `read ${inventory.layers.length - layersFromCache} layers (${layerBytesRead} bytes), knew ${layersFromCache}, in ${seconds} s`,
  );
  return outcome;
}

function parsePlatform(text: string): Platform {
  const [os = "", architecture = "", variant] = text.split("/");
  if (os === "" || architecture === "") {
    throw toCliError("cli.option-invalid", `--platform ${text}`, "A platform is written os/arch, as linux/arm64.");
  }
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

const gates: readonly SeverityLabel[] = ["low", "medium", "high", "critical"];

function parseGate(text: string | undefined): SeverityLabel | undefined {
  const gate = gates.find((each) => each === text?.toLowerCase());
  if (text !== undefined && gate === undefined) {
    throw toCliError("cli.option-invalid", `--fail-on ${text}`, `--fail-on takes ${gates.join(", ")}.`);
  }
  return gate;
}

/** What cannot be decided counts as violating: a gate that passes on unknowns would be wrong in the dangerous direction. */
function toStatus(inventory: ImageInventory, matches: MatchReport, gate: SeverityLabel | undefined): ExitStatus {
  if (gate === undefined) {
    return exitStatus.done;
  }
  const violates = (finding: Finding): boolean =>
    finding.status === "unknown" ||
    finding.severity === "unknown" ||
    gates.indexOf(finding.severity) >= gates.indexOf(gate);
  return !inventory.complete || matches.findings.some(violates) ? exitStatus.violated : exitStatus.done;
}
