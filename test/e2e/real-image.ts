/**
 * A real Debian 12 image with mechanical truth: mmdebstrap makes the root, dpkg installs and removes, npm installs old
 * packages, and umoci (an independent implementation) turns each change into a layer. After every step the package
 * managers themselves say what is there.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the package managers list after one layer was made. */
export interface Stage {
  /** `name version architecture`, sorted. */
  readonly dpkg: readonly string[];
  /** `name version path-in-image`, sorted. */
  readonly npm: readonly string[];
}

/** The image in its forms, and the truth layer by layer. */
export interface RealImage {
  readonly layout: string;
  readonly tag: string;
  readonly rootfs: string;
  readonly stages: readonly Stage[];
}

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

/** Installed means `ii`: dpkg also remembers removed packages whose configuration is left. */
function listDpkg(rootfs: string): string[] {
  const format = "${db:Status-Abbrev}|${Package} ${Version} ${Architecture}\n";
  return run("dpkg-query", ["--admindir", join(rootfs, "var/lib/dpkg"), "-W", "-f", format], "/")
    .split("\n")
    .filter((line) => line.startsWith("ii "))
    .map((line) => line.slice(line.indexOf("|") + 1))
    .sort();
}

interface NpmNode {
  readonly name?: string;
  readonly version?: string;
  readonly path?: string;
  readonly missing?: boolean;
  readonly dependencies?: Readonly<Record<string, NpmNode>>;
}

/** `npm ls --all` names a package once for every dependant: the installed set is its distinct folders. */
function listNpm(rootfs: string): string[] {
  const app = join(rootfs, "app");
  const tree = JSON.parse(run("npm", ["ls", "--all", "--json", "--long"], app)) as NpmNode;
  const found = new Set<string>();
  const walk = (node: NpmNode): void => {
    for (const [key, child] of Object.entries(node.dependencies ?? {})) {
      if (child.version !== undefined && child.path !== undefined && child.missing !== true) {
        found.add(`${child.name ?? key} ${child.version} ${child.path.slice(rootfs.length)}`);
      }
      walk(child);
    }
  };
  walk(tree);
  return [...found].sort();
}

const oldPackages = [
  "lodash@4.17.4",
  "minimist@1.2.0",
  "axios@0.21.0",
  "express@4.16.0",
  "jsonwebtoken@8.5.1",
  "@hapi/hoek@8.5.0",
  "marked@0.3.6",
];

/** Builds the image under `folder`; takes about half a minute and needs root, mmdebstrap, umoci, dpkg and npm. */
export function buildRealImage(folder: string): RealImage {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const rootfs = join(folder, "bundle", "rootfs");
  const stages: Stage[] = [];
  const image = ["--image", "layout:real"];
  const seal = (npm: readonly string[]): void => {
    run("umoci", ["repack", "--refresh-bundle", ...image, "bundle"], folder);
    stages.push({ dpkg: listDpkg(rootfs), npm });
  };
  run("mmdebstrap", ["--variant=essential", "--quiet", "bookworm", "rootfs.tar"], folder);
  run("umoci", ["init", "--layout", "layout"], folder);
  run("umoci", ["new", ...image], folder);
  run("umoci", ["unpack", ...image, "bundle"], folder);
  run("tar", ["-C", rootfs, "-xf", "rootfs.tar"], folder);
  rmSync(join(folder, "rootfs.tar"));
  seal([]);

  const debs = join(folder, "debs");
  mkdirSync(debs);
  run("apt-get", ["download", "-o", "APT::Sandbox::User=root", "libonig5", "libjq1", "jq"], debs);
  run("dpkg", [`--root=${rootfs}`, "-i", ...readdirSync(debs).map((name) => join(debs, name))], folder);
  seal([]);

  const app = join(rootfs, "app");
  mkdirSync(app);
  writeFileSync(join(app, "package.json"), '{"name":"app","version":"1.0.0","private":true}\n');
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  run("npm", ["install", ...quiet, ...oldPackages], app);
  seal(listNpm(rootfs));

  run("dpkg", [`--root=${rootfs}`, "--remove", "jq"], folder);
  run("npm", ["uninstall", ...quiet, "marked"], app);
  seal(listNpm(rootfs));

  run("umoci", ["config", ...image, "--config.user", "root", "--config.exposedports", "8080/tcp"], folder);
  return { layout: join(folder, "layout"), tag: "real", rootfs, stages };
}
