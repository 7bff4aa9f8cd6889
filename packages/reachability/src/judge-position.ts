/** The answer for one attacker position, out of what gets through on every way in. */
import type { AttackerPosition, Cut, MissingInput, Path, SourceExposure } from "@sightline/model";
import type { FindAbsent } from "./absent-entries.ts";
import { type Explainer, entryOf } from "./explain.ts";
import { uniqueInputs, unsupportedInput } from "./missing-input.ts";
import { describeSources } from "./model/filter.ts";
import { type AddressAlgebra, type AddressSet, isEmpty, isWide } from "./packet-set/address-set.ts";
import { doubtsOf, type Passage } from "./propagate.ts";
import { chooseDisjoint, toPath, uniteSources } from "./trace.ts";

/** What all positions of one port range are judged by. */
export interface JudgementMatter {
  readonly addresses: AddressAlgebra;
  readonly explainer: Explainer;
  readonly passages: readonly Passage[];
  /** Why a negative answer cannot be given. */
  readonly gaps: readonly MissingInput[];
  /** Why no answer can be given: something that may allow or deny on its own. */
  readonly doubts: readonly MissingInput[];
  readonly coverage: readonly string[];
  /** Public addresses that tenants of Azure can have. */
  readonly tenants: { readonly known: AddressSet; readonly complete: boolean };
  /** Does the workload run in a cluster? Otherwise nobody is in the same one. */
  readonly inCluster: boolean;
  /** Entries that do not exist, by position. */
  readonly absent: FindAbsent;
}

/** Positions that are judged, in the order they are listed. */
export const judgedPositions = [
  "internet",
  "internet-allowlisted",
  "corp",
  "peer-tenant",
  "same-vnet",
  "same-cluster",
] as const satisfies readonly AttackerPosition[];

interface Finding {
  /** Passages that surely let the position's holder through. */
  readonly open: readonly Passage[];
  /** Why there may be more, beside the passages' own doubts. */
  readonly missing: readonly MissingInput[];
  /** Passages that may let the holder through. */
  readonly doubtful: readonly Passage[];
  /** Passages looked at. */
  readonly looked: readonly Passage[];
}

function ofOrigin(matter: JudgementMatter, position: AttackerPosition): readonly Passage[] {
  return matter.passages.filter(({ chain }) => chain.origin.positions.includes(position));
}

const admitsSome = ({ passes }: Passage): boolean => !isEmpty(passes);
const mayAdmitSome = ({ may }: Passage): boolean => !isEmpty(may);

/** Anyone on the internet: wide sets only. A narrow one is an allow list, which has a position of its own. */
function findInternet(matter: JudgementMatter): Finding {
  const looked = ofOrigin(matter, "internet");
  const isPublic = ({ chain }: Passage): boolean => chain.origin.kind === "public";
  const mayUnion = looked
    .filter(isPublic)
    .reduce((set, { may }) => matter.addresses.union(set, may), matter.addresses.none);
  const manyLists = isWide(mayUnion);
  return {
    open: looked.filter((passage) => isPublic(passage) && isWide(passage.passes)),
    doubtful: looked.filter((passage) =>
      isPublic(passage) ? isWide(passage.may) || (manyLists && mayAdmitSome(passage)) : mayAdmitSome(passage),
    ),
    missing: manyLists
      ? [
          unsupportedInput(
            "whether several allow lists together are the internet",
            "allow lists",
            "Review the allow lists.",
          ),
        ]
      : [],
    looked,
  };
}

function findAllowlisted(matter: JudgementMatter): Finding {
  const looked = ofOrigin(matter, "internet-allowlisted");
  return { open: looked.filter(admitsSome), doubtful: looked.filter(mayAdmitSome), missing: [], looked };
}

/** Someone with resources in another tenant: addresses of Azure's service tags, all of them unless they are known. */
function findPeerTenant(matter: JudgementMatter): Finding {
  const { addresses, tenants } = matter;
  const looked = ofOrigin(matter, "peer-tenant");
  const within = (set: AddressSet): boolean => addresses.intersect(set, tenants.known) !== addresses.none;
  const isProxy = ({ chain }: Passage): boolean => chain.origin.kind === "unmodelled";
  const unknownTags: MissingInput = {
    what: "the addresses of the service tag AzureCloud",
    why: "absent",
    subject: "AzureCloud",
    remedy: "Collect the service tags, then judge again.",
  };
  const maybe = looked.filter((passage) =>
    isProxy(passage) || !tenants.complete ? mayAdmitSome(passage) : within(passage.may),
  );
  return {
    open: looked.filter((passage) => !isProxy(passage) && within(passage.passes)),
    doubtful: maybe,
    missing: tenants.complete || !maybe.some((passage) => !isProxy(passage)) ? [] : [unknownTags],
    looked,
  };
}

/**
 * Inside positions. Whoever is inside also reaches what an allow list or something not modelled lets through, if it sends
 * from the right address; and a pod can send as its node.
 */
function findInside(matter: JudgementMatter, position: AttackerPosition): Finding {
  if (position === "same-cluster" && !matter.inCluster) {
    const { missing, doubtful } = findInternet(matter);
    return { open: [], missing, doubtful, looked: [] };
  }
  const looked = ofOrigin(matter, position);
  const around = matter.passages.filter(({ chain }) => {
    const { kind } = chain.origin;
    return kind === "public" || kind === "unmodelled" || (position === "same-cluster" && kind === "network");
  });
  const detour = around.filter((passage) => !looked.includes(passage) && mayAdmitSome(passage));
  const missing = unsupportedInput(
    `whether ${position} can send from an address that another way in admits`,
    detour[0]?.chain.steps.at(-1)?.station.resource ?? position,
    "Check the outbound addresses of the network.",
  );
  return {
    open: looked.filter(admitsSome),
    doubtful: [...looked.filter(mayAdmitSome), ...detour],
    missing: detour.length > 0 ? [missing] : [],
    looked,
  };
}

function findFor(matter: JudgementMatter, position: AttackerPosition): Finding {
  switch (position) {
    case "internet":
      return findInternet(matter);
    case "internet-allowlisted":
      return findAllowlisted(matter);
    case "peer-tenant":
      return findPeerTenant(matter);
    default:
      return findInside(matter, position);
  }
}

function toCut(matter: JudgementMatter, position: AttackerPosition, finding: Finding): Cut {
  const shut = finding.looked.filter((passage) => !finding.doubtful.includes(passage));
  const entries = shut.map(matter.explainer.explainShut);
  const present = new Set(finding.looked.map((passage) => entryOf(passage).entry));
  return {
    entries: matter.explainer.uniqueEntries([...matter.absent(position, present), ...entries]),
    coverage: matter.coverage,
  };
}

function toReachable(
  matter: JudgementMatter,
  position: AttackerPosition,
  open: readonly Passage[],
): SourceExposure | undefined {
  const chosen = chooseDisjoint(open).map((passage) => toPath(passage, position));
  const [first, ...others] = chosen.filter((path): path is Path => path !== undefined);
  if (first === undefined) {
    return undefined;
  }
  const sources = describeSources(uniteSources(open, matter.addresses), matter.addresses);
  return { position, result: "reachable", sources, paths: [first, ...others], missing: [] };
}

function judgePosition(
  matter: JudgementMatter,
  position: AttackerPosition,
  internet: readonly Passage[],
): SourceExposure {
  const finding = findFor(matter, position);
  const open = finding.open.length > 0 ? finding.open : internet;
  const reachable = matter.doubts.length === 0 ? toReachable(matter, position, open) : undefined;
  if (reachable !== undefined) {
    return reachable;
  }
  const [first, ...others] = uniqueInputs([
    ...matter.gaps,
    ...matter.doubts,
    ...finding.missing,
    ...finding.doubtful.flatMap(doubtsOf),
    ...(finding.doubtful.length > 0 ? unnamedDoubt(finding) : []),
  ]);
  const cut = toCut(matter, position, finding);
  return first === undefined
    ? { position, result: "unreachable", cut }
    : { position, result: "undetermined", missing: [first, ...others], cut };
}

/** A passage in doubt must name a reason; should none of its filters have one, the answer is still not negative. */
function unnamedDoubt(finding: Finding): readonly MissingInput[] {
  const unnamed = finding.doubtful.find((passage) => doubtsOf(passage).length === 0);
  const target = unnamed?.chain.steps.at(-1)?.station.resource;
  return target === undefined || finding.missing.length > 0
    ? []
    : [unsupportedInput("what a way in lets through", target, "Report this estate to Sightline.")];
}

/** The answers for all positions. Whoever holds a position also has the internet. */
export function judgePositions(matter: JudgementMatter): readonly SourceExposure[] {
  const internet = findInternet(matter).open;
  return judgedPositions.map((position) => judgePosition(matter, position, internet));
}
