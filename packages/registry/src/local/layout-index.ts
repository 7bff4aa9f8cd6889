/** `index.json` of an OCI image layout, on disk or inside a saved archive. Source: OCI image-spec 1.1 image-layout.md. */
import { type Descriptor, parseManifest } from "../manifest.ts";
import { type RegistryErrorCode, toRegistryError } from "../registry-error.ts";

/** Which of several images is meant, and where. */
export interface LayoutChoice {
  readonly bytes: Buffer;
  readonly subject: string;
  readonly tag?: string;
  readonly code: RegistryErrorCode;
  readonly layersMax: number;
}

/** The index itself when its entries are one image for several platforms, otherwise the entry that is meant. */
export type LayoutRoot = { readonly kind: "index" } | { readonly kind: "entry"; readonly descriptor: Descriptor };

/** Annotations that hold an image's name. Sources: OCI annotations.md; containerd's image export. */
const nameAnnotations = ["org.opencontainers.image.ref.name", "io.containerd.image.name"];

/** The image that is meant. Throws with the given code when it is not there, or when it is not clear which. */
export function chooseFromLayout(choice: LayoutChoice): LayoutRoot {
  const { subject, tag, code } = choice;
  const document = parseManifest(choice.bytes, { subject, layersMax: choice.layersMax });
  if (document.kind !== "index") {
    throw toRegistryError({ code, subject, reason: "its index.json is no index" });
  }
  const images = document.manifests.filter(({ annotations }) => annotations["vnd.docker.reference.type"] === undefined);
  const meant = tag === undefined ? images : images.filter((descriptor) => isNamed(descriptor, tag));
  const distinct = [...new Map(meant.map((descriptor) => [descriptor.digest, descriptor])).values()];
  const [only, ...others] = distinct;
  if (only !== undefined && others.length === 0) {
    return { kind: "entry", descriptor: only };
  }
  if (tag === undefined && distinct.length > 1 && distinct.every(isPlatformOnly)) {
    return { kind: "index" };
  }
  const names = [...new Set(images.flatMap(toNames))].slice(0, 50).join(", ");
  const reason = `${only === undefined ? "it holds no such image" : "it holds several images"}; named in it: ${names === "" ? "none" : names}`;
  throw toRegistryError({ code, subject, reason });
}

/** The names an entry goes by. */
export function toNames({ annotations }: Descriptor): readonly string[] {
  return nameAnnotations.flatMap((key) => annotations[key] ?? []);
}

/** A name is a tag alone or ends in one. */
function isNamed(descriptor: Descriptor, tag: string): boolean {
  return toNames(descriptor).some((name) => name === tag || name.endsWith(`:${tag}`));
}

function isPlatformOnly(descriptor: Descriptor): boolean {
  return descriptor.platform !== undefined && toNames(descriptor).length === 0;
}
