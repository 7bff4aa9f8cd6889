/**
 * Starts the simulator and prints one JSON line on stdout when it is ready. Ends on SIGTERM, SIGINT, or when its parent
 * closes stdin (with `--until-stdin-ends`), so that no child outlives a test.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { scenarioFolder } from "./scenario/read-scenario.ts";
import { SimulatorError } from "./simulator-error.ts";
import { startAzure } from "./start-azure.ts";
import { startRegistry } from "./start-registry.ts";

const usage = `usage: node apps/simulator/src/main.ts [--scenario NAME|FILE] [--port N] [--control-port N] [--output DIR]
       node apps/simulator/src/main.ts --registry-only [--port N]

  --scenario NAME|FILE   a scenario of the simulator, or a file of one's own (default: contoso)
  --registry-only        only the container registry, over plain HTTP with one user
  --port N               port of the proxy, or of the registry (default: a free one)
  --control-port N       port for the journal and for changes at run time (default: a free one)
  --output DIR           where to write the certificates of this run (default: a temporary folder)
  --recipes DIR          image recipes to serve instead of the simulator's own
  --until-stdin-ends     stop when standard input ends
`;

interface Ready {
  readonly close: () => Promise<void>;
}

function parsePort(text: string | undefined): number {
  const port = Number(text ?? "0");
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TypeError(`a port must be 0 to 65535, not ${text ?? ""}`);
  }
  return port;
}

function toScenarioFile(name: string): string {
  return name.includes("/") || name.endsWith(".yaml") ? name : join(scenarioFolder, `${name}.yaml`);
}

/** Prints the ready line and stops when told to. */
function announce(kind: string, running: Ready, untilStdinEnds: boolean): void {
  process.stdout.write(`${JSON.stringify({ ready: true, kind, ...running })}\n`);
  const stop = (): void => {
    void running.close().then(() => process.exit(0));
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  if (untilStdinEnds) {
    process.stdin.once("end", stop).resume();
  }
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      scenario: { type: "string", default: "contoso" },
      "registry-only": { type: "boolean", default: false },
      port: { type: "string" },
      "control-port": { type: "string" },
      output: { type: "string" },
      recipes: { type: "string" },
      "until-stdin-ends": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const shared = {
    port: parsePort(values.port),
    ...(values.recipes === undefined ? {} : { recipes: values.recipes }),
  };
  if (values["registry-only"]) {
    announce("registry", await startRegistry(shared), values["until-stdin-ends"]);
    return;
  }
  const running = await startAzure({
    ...shared,
    scenario: toScenarioFile(values.scenario),
    controlPort: parsePort(values["control-port"]),
    ...(values.output === undefined ? {} : { outputFolder: values.output }),
  });
  announce("azure", running, values["until-stdin-ends"]);
}

try {
  await run();
} catch (error) {
  const isUsage = error instanceof TypeError;
  const next = error instanceof SimulatorError ? `\n${error.next}` : "";
  const code = error instanceof SimulatorError ? `${error.code}: ` : "";
  process.stderr.write(`simulator: ${code}${error instanceof Error ? error.message : String(error)}${next}\n`);
  process.stderr.write(isUsage ? usage : "");
  process.exitCode = isUsage ? 2 : 3;
}
