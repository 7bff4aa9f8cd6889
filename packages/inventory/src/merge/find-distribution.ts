/** The distribution of a merged image. */
import type { Distribution } from "@sightline/model";
import { toDistribution, toDistributionFromLine } from "../system/distribution.ts";
import type { SystemFact } from "../system/system-files.ts";
import type { LayerView } from "./layer-view.ts";

/** In the order os-release(5) gives; the link that `etc/os-release` usually is, is followed. */
const releasePaths = ["etc/os-release", "usr/lib/os-release"];

function systemFactAt(view: LayerView, path: string): SystemFact | undefined {
  return view.filesAt(path).find(({ facts }) => facts.system !== undefined)?.facts.system;
}

function lineAt(view: LayerView, path: string): string {
  const fact = systemFactAt(view, path);
  return fact?.kind === "release-line" ? fact.text : "";
}

/** What the image says it is; unknown, with the reason, when it says nothing. */
export function findDistribution(view: LayerView): Distribution {
  const debianVersion = lineAt(view, "etc/debian_version");
  for (const path of releasePaths) {
    const fact = systemFactAt(view, path);
    if (fact?.kind === "os-release") {
      const { release } = fact;
      // Debian's testing has no VERSION_ID; its codename may be in debian_version only.
      const isNameless = release.id === "debian" && release.versionId === "" && release.codename === "";
      const codename = isNameless ? (debianVersion.split("/")[0] ?? "") : release.codename;
      return toDistribution({ ...release, codename });
    }
  }
  const alpineRelease = lineAt(view, "etc/alpine-release");
  if (alpineRelease !== "") {
    return toDistributionFromLine("alpine", alpineRelease);
  }
  if (debianVersion !== "") {
    return toDistributionFromLine("debian", debianVersion);
  }
  return { kind: "unknown", reason: "the image has no os-release file" };
}
