/** Image names as people and runtimes write them, far enough to tell whether two name the same repository. */

/** A name taken apart. Source of the defaults: github.com/distribution/reference, "Grammar" and "familiar names". */
export interface ImageName {
  /** `registry/repository`, lower case. */
  readonly repository: string;
  readonly tag?: string;
}

/** Reads `host/repo:tag@digest`; names without a host are Docker Hub's. */
export function parseImageName(text: string): ImageName | undefined {
  const bare = text.replace(/^(?:docker-pullable|docker):\/\//, "").replace(/^DOCKER\|/i, "");
  const [named = ""] = bare.split("@");
  const slash = named.lastIndexOf("/");
  const colon = named.indexOf(":", slash + 1);
  const path = colon === -1 ? named : named.slice(0, colon);
  if (path === "" || /\s/.test(path)) {
    return undefined;
  }
  const tag = colon === -1 ? undefined : named.slice(colon + 1);
  const repository = withRegistry(path).toLowerCase();
  return tag === undefined || tag === "" ? { repository } : { repository, tag };
}

function withRegistry(path: string): string {
  const [first = ""] = path.split("/");
  if (!path.includes("/")) {
    return `docker.io/library/${path}`;
  }
  return /[.:]/.test(first) || first === "localhost" ? path : `docker.io/${path}`;
}
