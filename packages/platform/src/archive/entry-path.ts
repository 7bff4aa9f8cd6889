/** Names inside an archive, made comparable. */

const outsideArchive = /(?:^|\/)\.\.(?:\/|$)/;
const needsWork = /^\/|\/$|\/\/|(?:^|\/)\.(?:\/|$)/;

/**
 * The name without leading `/` or `./`, doubled or trailing slashes and `.` segments; the empty text for the root.
 * `undefined` when it has a `..` segment or a NUL: no two runtimes agree on where such an entry lands. An absolute
 * name is taken from the archive's root, as every runtime does.
 */
export function toEntryPath(name: string): string | undefined {
  if (name.includes("\0") || outsideArchive.test(name)) {
    return undefined;
  }
  if (!needsWork.test(name)) {
    return name;
  }
  return name
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".")
    .join("/");
}
