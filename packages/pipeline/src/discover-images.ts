/** Which images registries hold: every tag of every repository, each distinct digest once. */
import { DomainError, type ImageReference, type Problem } from "@sightline/model";
import type { RegistryClient } from "@sightline/registry";

/** A tagged image. */
export interface TaggedImage {
  readonly reference: ImageReference & { readonly tag: string };
}

/** What was found, and which registries or repositories could not be listed. */
export interface Discovery {
  readonly images: readonly TaggedImage[];
  readonly problems: readonly Problem[];
}

/**
 * Lists the registries. A registry or repository that cannot be listed is a problem that names it; an empty list
 * without a problem means that there is nothing.
 */
export async function discoverImages(
  registry: RegistryClient,
  loginServers: readonly string[],
  signal?: AbortSignal,
): Promise<Discovery> {
  const stopping = signal === undefined ? {} : { signal };
  const images: TaggedImage[] = [];
  const problems: Problem[] = [];
  for (const host of loginServers) {
    const repositories = await attempt(() => registry.listRepositories(host, stopping), problems);
    for (const repository of repositories) {
      const tags = await attempt(() => registry.listTags({ registry: host, repository }, stopping), problems);
      images.push(...tags.map((tag) => ({ reference: { registry: host, repository, tag } })));
    }
  }
  return { images, problems };
}

async function attempt(
  list: () => Promise<{ readonly value: readonly string[]; readonly problems: readonly Problem[] }>,
  problems: Problem[],
): Promise<readonly string[]> {
  try {
    const listed = await list();
    problems.push(...listed.problems);
    return listed.value;
  } catch (error) {
    if (error instanceof DomainError) {
      problems.push(error.toProblem());
      return [];
    }
    throw error;
  }
}
