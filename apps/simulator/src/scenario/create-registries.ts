/** Fills the registries of a scenario with the images their lists name. */
import { randomBytes } from "node:crypto";
import { type BuiltImage, publishImage } from "../image/build-image.ts";
import { readText } from "../json.ts";
import { type ContentStore, createContentStore } from "../oci/content-store.ts";
import { type ReferenceContext, unfoldText } from "./references.ts";
import type { Scenario } from "./schema.ts";
import type { ArmResource, Registry } from "./world.ts";

/** Registries by login server. */
export function createRegistries(
  scenario: Scenario,
  input: {
    readonly context: ReferenceContext;
    readonly resources: ReadonlyMap<string, ArmResource>;
    readonly images: readonly BuiltImage[];
    readonly now: () => Date;
  },
): Map<string, Registry> {
  const registries = new Map<string, Registry>();
  for (const given of scenario.registries) {
    const resource = input.resources.get(unfoldText(given.resource, input.context).toLowerCase());
    const loginServer = readText(resource, "properties.loginServer").toLowerCase();
    if (resource === undefined || loginServer === "") {
      input.context.problems.push(`registries: ${given.resource} is no resource with properties.loginServer`);
      continue;
    }
    const store = createContentStore(input.now);
    for (const { recipe, repository } of given.images) {
      const image = input.images.find((candidate) => candidate.repository === recipe);
      if (image === undefined) {
        input.context.problems.push(`registries: there is no recipe for ${recipe}`);
      } else {
        publishImage(store, image, repository);
      }
    }
    const adminPassword = randomBytes(24).toString("hex");
    registries.set(loginServer, { resourceId: resource.id, loginServer, store, adminPassword });
  }
  return registries;
}

/** Host, repository, and tag or digest of an image reference. */
export function parseImageReference(text: string): { host: string; repository: string; reference: string } {
  const [, host = "", rest = ""] = /^([^/]+)\/(.+)$/.exec(text) ?? [];
  const [name = "", digest] = rest.split("@");
  const [, repository = name, tag = "latest"] = /^(.+):([^/:]+)$/.exec(name) ?? [];
  return { host: host.toLowerCase(), repository, reference: digest ?? tag };
}

/** Digest of an image reference in the registries of the world. */
export function findDigest(registries: ReadonlyMap<string, Registry>, text: string): string | undefined {
  const { host, repository, reference } = parseImageReference(text);
  const store: ContentStore | undefined = registries.get(host)?.store;
  const content = store?.repositories.get(repository);
  return reference.includes(":") ? reference : content?.tags.get(reference)?.digest;
}
