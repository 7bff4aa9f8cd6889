/** Python packages. Source: PEP 440, "Public version identifiers", "Local version identifiers", appendix B (normal forms). */
import { compareDigits, compareLists, compareReleases, compareText, isDigits } from "../ordering.ts";
import { createScheme, type InvalidVersion, toInvalid, type Version } from "../scheme.ts";

/** Where a version stands among the phases of one release: development, alpha, beta, candidate, the release itself. */
const phases = { development: 0, alpha: 1, beta: 2, candidate: 3, release: 4 } as const;

/** `[epoch!]release[pre][.post][.dev][+local]`, in the shape the order needs. */
export interface Pep440Version extends Version {
  readonly epoch: string;
  readonly release: readonly string[];
  readonly phase: number;
  readonly phaseNumber: string;
  readonly post: string | undefined;
  readonly development: string | undefined;
  readonly local: readonly string[];
}

const epochAndRelease = /^v?(?:([0-9]+)!)?([0-9]+(?:\.[0-9]+)*)/;
const preRelease = /^[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?([0-9]+)?/;
const postRelease = /^(?:-([0-9]+)|[-_.]?(?:post|rev|r)[-_.]?([0-9]+)?)/;
const developmentRelease = /^[-_.]?dev[-_.]?([0-9]+)?/;
const localVersion = /^\+([a-z0-9]+(?:[-_.][a-z0-9]+)*)$/;

function toPhase(letters: string): number {
  switch (letters) {
    case "a":
    case "alpha":
      return phases.alpha;
    case "b":
    case "beta":
      return phases.beta;
    default:
      return phases.candidate;
  }
}

function withoutTrailingZeros(release: readonly string[]): readonly string[] {
  let length = release.length;
  while (length > 1 && /^0+$/.test(release[length - 1] ?? "")) {
    length -= 1;
  }
  return release.slice(0, length);
}

/** One piece after the release: its first and second group, empty where the piece or the group is not there. */
interface Piece {
  readonly isThere: boolean;
  readonly first: string;
  readonly second: string;
}

/** The optional pieces that follow the release, in the only order PEP 440 allows, and what none of them took. */
function readPieces(text: string): { readonly pieces: readonly Piece[]; readonly rest: string } {
  let rest = text;
  const pieces = [preRelease, postRelease, developmentRelease, localVersion].map((form): Piece => {
    const [whole, first = "", second = ""] = form.exec(rest) ?? [];
    rest = rest.slice(whole?.length ?? 0);
    return { isThere: whole !== undefined, first, second };
  });
  return { pieces, rest };
}

/** Number of a piece: `undefined` when the piece is not there, `0` when it is without a number. */
function toNumber(piece: Piece | undefined): string | undefined {
  return piece?.isThere === true ? piece.first || piece.second || "0" : undefined;
}

function toPhaseWithoutPre(post: string | undefined, development: string | undefined): number {
  // A development release of the release itself comes before its alphas; one of a pre- or post-release does not.
  return post === undefined && development !== undefined ? phases.development : phases.release;
}

function parsePep440(original: string): Pep440Version | InvalidVersion {
  const text = original.toLowerCase();
  const [head, epoch = "0", release = ""] = epochAndRelease.exec(text) ?? [];
  const { pieces, rest } = readPieces(text.slice(head?.length ?? 0));
  if (head === undefined || rest !== "") {
    return toInvalid(original, "not a version by PEP 440");
  }
  const [pre, postPiece, developmentPiece, localPiece] = pieces;
  const post = toNumber(postPiece);
  const development = toNumber(developmentPiece);
  return {
    kind: "version",
    text: original,
    regular: true,
    epoch,
    release: withoutTrailingZeros(release.split(".")),
    phase: pre?.isThere === true ? toPhase(pre.first) : toPhaseWithoutPre(post, development),
    phaseNumber: pre?.second ?? "",
    post,
    development,
    local: localPiece?.isThere === true ? localPiece.first.split(/[-_.]/) : [],
  };
}

/** `missing` says where the absence of a part stands: before every number or after. */
function compareOptional(left: string | undefined, right: string | undefined, missing: "first" | "last"): number {
  if (left !== undefined && right !== undefined) {
    return compareDigits(left, right);
  }
  if (left === right) {
    return 0;
  }
  const leftIsFirst = (left === undefined) === (missing === "first");
  return leftIsFirst ? -1 : 1;
}

/** Local labels: words before numbers, the longer list is newer. */
function compareLocal(left: string | undefined, right: string | undefined): number {
  if (left === undefined || right === undefined) {
    return left === right ? 0 : left === undefined ? -1 : 1;
  }
  const leftIsNumber = isDigits(left);
  const rightIsNumber = isDigits(right);
  if (leftIsNumber !== rightIsNumber) {
    return leftIsNumber ? 1 : -1;
  }
  return leftIsNumber ? compareDigits(left, right) : compareText(left, right);
}

function comparePublic(left: Pep440Version, right: Pep440Version): number {
  return (
    compareDigits(left.epoch, right.epoch) ||
    compareReleases(left.release, right.release) ||
    left.phase - right.phase ||
    compareDigits(left.phaseNumber, right.phaseNumber) ||
    compareOptional(left.post, right.post, "first") ||
    compareOptional(left.development, right.development, "last")
  );
}

/** Order of PEP 440; what it rejects (legacy versions of before 2013) is invalid, not guessed at. */
export const pep440 = createScheme<Pep440Version>({
  id: "pep440",
  read: parsePep440,
  compare: (left, right) => comparePublic(left, right) || compareLists(left.local, right.local, compareLocal),
  // PEP 440 "Version matching": a specifier without a local label matches whatever local label the candidate has.
  isRebuildOf: (version, release) =>
    version.local.length > 0 && release.local.length === 0 && comparePublic(version, release) === 0,
});
