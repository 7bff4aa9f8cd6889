/**
 * Names of images in registries. Source: distribution/reference (the grammar and the docker.io defaults every container
 * tool shares); OCI distribution-spec 1.1, "Pulling manifests" for names and tags.
 */
import { type ImageReference, type Result, toDigest } from "@sightline/model";
import { toRegistryProblem } from "./registry-error.ts";

const domain =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]{1,5})?$/;
const pathComponent = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagForm = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const nameLengthMax = 255;
/** Host, repository, tag and digest at their longest. */
const textLengthMax = 1000;

/** Whether the text may be a tag. */
export function isTag(text: string): boolean {
  return tagForm.test(text);
}

/**
 * `[host[:port]/]path[:tag][@sha256:…]`. Without a host it is docker.io's, and a single name there is `library/name`;
 * without tag and digest it is `latest`. `https://` and `docker://` in front are dropped.
 */
export function parseImageReference(text: string): Result<ImageReference> {
  const parts = splitReference(text.replace(/^(?:https|docker):\/\//, ""));
  const fault = "fault" in parts ? parts.fault : findFault(parts);
  if ("fault" in parts || fault !== undefined) {
    const reason = fault ?? "it is no image reference";
    return {
      ok: false,
      problem: toRegistryProblem({ code: "registry.reference-invalid", subject: shorten(text), reason }),
    };
  }
  const { registry, repository, digest } = parts;
  const tag = parts.tag ?? (digest === undefined ? "latest" : undefined);
  return {
    ok: true,
    value: {
      registry,
      repository,
      ...(tag === undefined ? {} : { tag }),
      ...(digest === undefined ? {} : { digest }),
    },
  };
}

function splitReference(text: string): ImageReference | { readonly fault: string } {
  if (text.length > textLengthMax) {
    return { fault: `it is longer than ${textLengthMax} characters` };
  }
  if (/^[a-z]{1,20}:\/\//i.test(text)) {
    return { fault: "only https:// may stand in front of an image's name" };
  }
  const [name = "", digestText, ...more] = text.split("@");
  const digest = digestText === undefined ? undefined : toDigest(digestText);
  if (more.length > 0 || (digestText !== undefined && digest === undefined)) {
    return { fault: "what follows @ is no digest of the form sha256:… with 64 lower-case hexadecimal digits" };
  }
  const { path, tag } = splitTag(name);
  return {
    ...splitRegistry(path),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

function findFault({ registry, repository, tag }: ImageReference): string | undefined {
  if (tag !== undefined && !isTag(tag)) {
    return "the tag holds a character that tags do not have, or is longer than 128";
  }
  if (!domain.test(registry)) {
    return "the registry's host name is not one";
  }
  const isPath = repository.length <= nameLengthMax && repository.split("/").every((part) => pathComponent.test(part));
  return isPath ? undefined : "the repository must be lower-case letters and digits, parted by / . _ or -";
}

/** The reference as text, digest included when it has one. */
export function formatImageReference(reference: ImageReference): string {
  const tag = reference.tag === undefined ? "" : `:${reference.tag}`;
  const digest = reference.digest === undefined ? "" : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}

/** A colon after the last slash starts a tag; one before it belongs to a port. */
function splitTag(name: string): { readonly path: string; readonly tag?: string } {
  const colon = name.lastIndexOf(":");
  return colon > name.lastIndexOf("/") ? { path: name.slice(0, colon), tag: name.slice(colon + 1) } : { path: name };
}

function splitRegistry(path: string): { readonly registry: string; readonly repository: string } {
  const slash = path.indexOf("/");
  const first = slash < 0 ? "" : path.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  if (isHost) {
    const registry = first.toLowerCase();
    const repository = path.slice(slash + 1);
    return registry === "docker.io" || registry === "index.docker.io"
      ? toDockerHub(repository)
      : { registry, repository };
  }
  return toDockerHub(path);
}

function toDockerHub(path: string): { readonly registry: string; readonly repository: string } {
  return { registry: "docker.io", repository: path.includes("/") ? path : `library/${path}` };
}

/** User info is cut out: somebody may have pasted an address with a password. */
function shorten(text: string): string {
  const safe = text.replace(/\/\/[^/@\s]*@/, "//");
  return safe.length > 200 ? `${safe.slice(0, 200)}…` : safe;
}
