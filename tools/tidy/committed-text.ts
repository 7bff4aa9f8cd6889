/** Rules about every committed text: nothing of the machine it was written on, nothing of where its packages came from. */
import { homedir } from "node:os";
import type { Breach, Rule } from "./rule.ts";
import type { TextFile, Tree } from "./tree.ts";

/** Rooms that describe what lies inside images and hosts, where such paths and hosts are facts of the field. */
const imageRooms = /^(?:packages\/(?:inventory|registry|matching|versions|vulndb|report)|apps\/simulator)\//;
const machinePaths = /(?<![\w.$}-])\/(?:work|root|home\/[a-z][\w-]*|Users\/[A-Za-z][\w-]*)\/[\w.-]/;
const registryHosts =
  /\b(?:registry\.npmjs\.org|registry\.yarnpkg\.com|registry\.npmmirror\.com|npm\.pkg\.github\.com|files\.pythonhosted\.org)\b/;

function* findLines(file: TextFile, isBad: (line: string) => boolean, message: string): Iterable<Breach> {
  for (const [index, line] of file.text.split("\n").entries()) {
    if (isBad(line)) {
      yield { path: file.path, line: index + 1, message };
    }
  }
}

/** The host npm installs from on this machine, when it is not the public one: it must not be told to anyone. */
function readPrivateHost(registry: string | undefined): string | undefined {
  const host = registry === undefined ? undefined : URL.parse(registry)?.host;
  return host === undefined || registryHosts.test(host) ? undefined : host;
}

function* checkHosts(tree: Tree, privateHost: string | undefined): Iterable<Breach> {
  for (const file of tree.texts) {
    const aboutImages = imageRooms.test(file.path);
    const isBad = (line: string): boolean =>
      (privateHost !== undefined && line.includes(privateHost)) || (!aboutImages && registryHosts.test(line));
    yield* findLines(file, isBad, "names the host of a package registry: each machine has its own");
    if (file.path.endsWith("package-lock.json")) {
      yield* findLines(
        file,
        (line) => /"resolved": "https?:/.test(line),
        "a download address: set omit-lockfile-registry-resolved",
      );
    }
    if (file.path.endsWith(".npmrc")) {
      yield* findLines(
        file,
        (line) => /^\s*(?:@[^:]+:)?registry\s*=/.test(line),
        "the registry is each machine's own setting",
      );
    }
  }
}

function* checkPaths(tree: Tree): Iterable<Breach> {
  const own = [tree.root, homedir()].filter((path) => path.split("/").length > 2);
  for (const file of tree.texts) {
    const aboutImages = imageRooms.test(file.path);
    const isBad = (line: string): boolean =>
      own.some((path) => line.includes(`${path}/`)) || (!aboutImages && machinePaths.test(line));
    yield* findLines(file, isBad, "an absolute path of one machine: make it relative to the repository");
  }
}

/** The rules about committed text. `registry` is the address npm installs from here, as npm tells its children. */
export function createTextRules(registry: string | undefined): readonly Rule[] {
  const privateHost = readPrivateHost(registry);
  return [
    {
      id: "registry-host",
      promise: "No committed text tells where packages are installed from.",
      check: (tree) => checkHosts(tree, privateHost),
    },
    { id: "machine-path", promise: "No committed text holds a path of one machine.", check: checkPaths },
  ];
}
