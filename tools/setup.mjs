// Gets a fresh clone ready, then runs the asked task under the pinned Node. Plain JavaScript without dependencies,
// because it runs before anything is installed and under whatever Node >= 20 the machine has.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, "node_modules", ".sightline-lock");

function major(version) {
  return Number(version.replace(/^v/, "").split(".")[0]);
}

function fail(message) {
  process.stderr.write(`sightline: ${message}\n`);
  process.exit(3);
}

function lockHash() {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

function install() {
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lockHash()) return;
  const started = Date.now();
  process.stderr.write("setup: installing dependencies (npm ci --ignore-scripts) … ");
  const done = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (done.status !== 0) {
    process.stderr.write("failed\n");
    fail(
      `npm ci failed (status ${done.status ?? done.signal ?? done.error?.message}). Is an npm registry reachable?\n${done.stderr ?? ""}`,
    );
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, lockHash());
  process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

/** The pinned binary by absolute path: a shell that has already hashed `node` would go on with the system's. */
function pinnedNode() {
  const platform = process.platform === "linux" ? `node-linux-${process.arch}` : undefined;
  const pinned = platform && join(root, "node_modules", platform, "bin", "node");
  if (pinned && existsSync(pinned)) return pinned;
  if (major(process.version) >= 24) return process.execPath;
  return fail(
    `Node ${process.version} is too old and no pinned Node exists for ${process.platform}-${process.arch}; install Node 24 or newer.`,
  );
}

if (major(process.version) < 20) fail(`Node ${process.version} is too old to set up; use Node 20 or newer.`);
const [task, ...rest] = process.argv.slice(2);
if (task === undefined) fail("usage: node tools/setup.mjs <task> [arguments]");
install();
const node = pinnedNode();
const commandLine = { cli: rest, demo: ["demo", ...rest] }[task];
const entry = commandLine === undefined ? join(root, "tools/run.ts") : join(root, "apps/cli/src/main.ts");
const args = commandLine ?? [task, ...rest];
const child = spawn(node, ["--disable-warning=ExperimentalWarning", entry, ...args], {
  stdio: "inherit",
  env: {
    ...process.env,
    PATH: `${dirname(node)}:${join(root, "node_modules", ".bin")}:${process.env.PATH ?? ""}`,
  },
});
// A terminal sends Ctrl-C to both; whoever kills only this process means the task.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => fail(`cannot start ${node}: ${error.message}`));
child.on("exit", (status, signal) => process.exit(status ?? (signal === "SIGINT" ? 130 : 143)));
