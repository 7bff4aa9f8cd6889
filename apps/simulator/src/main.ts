/**
 * Starts the simulator and prints one JSON line on stdout when it is ready. Ends on SIGTERM, SIGINT, or when its parent
 * closes stdin (with `--until-stdin-ends`), so that no child outlives a test.
 */
import { parseArgs } from "node:util";
import { SimulatorError } from "./simulator-error.ts";
import { startRegistry } from "./start-registry.ts";

const usage = `usage: node apps/simulator/src/main.ts --registry-only [--port N] [--recipes DIR]
`;

function parsePort(text: string | undefined): number {
  const port = Number(text ?? "0");
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TypeError(`--port must be 0 to 65535, not ${text ?? ""}`);
  }
  return port;
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      "registry-only": { type: "boolean", default: false },
      port: { type: "string" },
      recipes: { type: "string" },
      "until-stdin-ends": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help || !values["registry-only"]) {
    process.stdout.write(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const { close, ...ready } = await startRegistry({
    port: parsePort(values.port),
    ...(values.recipes === undefined ? {} : { recipes: values.recipes }),
  });
  process.stdout.write(`${JSON.stringify({ ready: true, kind: "registry", ...ready })}\n`);
  const stop = (): void => {
    void close().then(() => process.exit(0));
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  if (values["until-stdin-ends"]) {
    process.stdin.once("end", stop).resume();
  }
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
