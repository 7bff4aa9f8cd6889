/** System tools that suites need: looked for, installed when CI asks, otherwise the suite skips with one line. */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

function isOnPath(name: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Whether `name` can be run. With `SIGHTLINE_TEST_INSTALL=1` a missing tool is installed from its Debian package, and a
 * tool that cannot be had then is an error: in CI nothing may be skipped silently. Otherwise prints one line that names
 * the tool and the suite, and answers `false`.
 */
export function requireTool(name: string, debianPackage: string, suite: string): boolean {
  if (isOnPath(name)) {
    return true;
  }
  if (process.env["SIGHTLINE_TEST_INSTALL"] !== "1") {
    process.stderr.write(`skipped: ${suite} needs ${name} (Debian package ${debianPackage})\n`);
    return false;
  }
  const install = ["install", "-y", "--no-install-recommends", debianPackage];
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  let done = spawnSync("apt-get", install, { encoding: "utf8", env: environment });
  if (done.status !== 0) {
    spawnSync("apt-get", ["update"], { encoding: "utf8", env: environment });
    done = spawnSync("apt-get", install, { encoding: "utf8", env: environment });
  }
  if (!isOnPath(name)) {
    throw new Error(
      `${suite} needs ${name}, and apt-get install ${debianPackage} did not bring it:\n${done.stderr ?? ""}`,
    );
  }
  return true;
}
