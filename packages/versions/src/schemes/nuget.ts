/** NuGet. Source: learn.microsoft.com/nuget/concepts/package-versioning; NuGet.Versioning, VersionComparer (default mode). */
import { compareDigits, compareLists, compareReleases, compareText, isDigits } from "../ordering.ts";
import { createScheme, type InvalidVersion, toInvalid, type Version } from "../scheme.ts";

/** One to four numbers and pre-release labels in lower case; build metadata has no part in the order. */
export interface NugetVersion extends Version {
  readonly release: readonly string[];
  readonly labels: readonly string[];
}

const form = /^v?([0-9]+(?:\.[0-9]+){0,3})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]*)?$/;

function parseNuget(text: string): NugetVersion | InvalidVersion {
  const found = form.exec(text);
  if (found === null) {
    return toInvalid(text, "not a version by NuGet");
  }
  const labels = found[2]?.toLowerCase().split(".") ?? [];
  const regular = !labels.includes("");
  return { kind: "version", text, regular, release: (found[1] ?? "").split("."), labels };
}

function compareLabel(left: string | undefined, right: string | undefined): number {
  if (left === undefined || right === undefined) {
    return left === right ? 0 : left === undefined ? -1 : 1;
  }
  const leftIsNumber = isDigits(left);
  const rightIsNumber = isDigits(right);
  if (leftIsNumber !== rightIsNumber) {
    return leftIsNumber ? -1 : 1;
  }
  return leftIsNumber ? compareDigits(left, right) : compareText(left, right);
}

function compareNuget(left: NugetVersion, right: NugetVersion): number {
  const order = compareReleases(left.release, right.release);
  if (order !== 0) {
    return order;
  }
  if (left.labels.length === 0 || right.labels.length === 0) {
    return right.labels.length - left.labels.length;
  }
  return compareLists(left.labels, right.labels, compareLabel);
}

/** Order of NuGet: four numbers, absent ones 0, then labels without regard to case. */
export const nuget = createScheme<NugetVersion>({ id: "nuget", read: parseNuget, compare: compareNuget });
