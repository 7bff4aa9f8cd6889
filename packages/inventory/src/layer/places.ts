/** Which paths of a layer matter although no cataloger reads them. */
import { posix } from "node:path";

const whiteoutPrefix = ".wh.";
const opaqueMarker = ".wh..wh..opq";

/** What a path says about lower layers. Source: OCI image-spec 1.1, layer.md "Whiteouts". */
export type Removal =
  | { readonly kind: "whiteout"; readonly path: string }
  | { readonly kind: "opaque"; readonly directory: string }
  /** Other names with the reserved prefix (AUFS bookkeeping): no content, no effect. */
  | { readonly kind: "reserved" };

/** The removal a path stands for; `undefined` for ordinary paths. */
export function toRemoval(path: string): Removal | undefined {
  const slash = path.lastIndexOf("/");
  if (!path.startsWith(whiteoutPrefix, slash + 1)) {
    return undefined;
  }
  const name = path.slice(slash + 1);
  const directory = slash === -1 ? "" : path.slice(0, slash);
  if (name === opaqueMarker) {
    return { kind: "opaque", directory };
  }
  const removed = name.slice(whiteoutPrefix.length);
  if (removed === "" || removed.startsWith(".wh.")) {
    return { kind: "reserved" };
  }
  return { kind: "whiteout", path: directory === "" ? removed : `${directory}/${removed}` };
}

/** Directories of package databases and system files, with all their parents. */
const fixedDirectories = new Set(
  [
    "var/lib/dpkg/info",
    "var/lib/dpkg/status.d",
    "usr/lib/dpkg/info",
    "usr/lib/dpkg/status.d",
    "lib/apk/db",
    "usr/lib/apk/db",
    "etc",
  ].flatMap((path) => path.split("/").map((_segment, index, segments) => segments.slice(0, index + 1).join("/"))),
);

const packageDirectory =
  /(?:^|\/)(?:node_modules(?:\/(?:@[^/]+\/)?[^/]+)?|site-packages|dist-packages|egg-info|[^/]*(?:dist|egg)-info|[^/]+\.egg)$/i;

function hasAtMostTwoSegments(path: string): boolean {
  const slash = path.indexOf("/");
  return slash === -1 || !path.includes("/", slash + 1);
}

/** Whether lower layers may well have a directory of packages at this path, so that anything else there hides it. */
export function isDirectoryPlace(path: string): boolean {
  return hasAtMostTwoSegments(path) || fixedDirectories.has(path) || packageDirectory.test(path);
}

const fileExtension =
  /\.(?:so(?:\.\d+)*|a|o|h|gz|xz|py|pyc|js|mjs|cjs|ts|map|html|css|png|svg|pem|crt|conf|service|txt|\d)$/i;

/** Whether a symlink may stand for a directory, or for a file that is wanted; thousands in every image cannot. */
export function isTellingSymlink(path: string): boolean {
  return !fileExtension.test(path) || isDirectoryPlace(path);
}

/** Where a symlink at `path` leads inside the image, before further links: without leading slash, `..` stops at the root. */
export function resolveTarget(path: string, target: string): string {
  const absolute = target.startsWith("/") ? target : posix.join("/", posix.dirname(path), target);
  return posix.normalize(absolute).replace(/^\/+|\/+$/g, "");
}
