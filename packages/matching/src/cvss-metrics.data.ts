/**
 * Metrics of each CVSS version in the order of its vector, with their values. Sources: FIRST, CVSS v2 guide §2.4; v3.0 and
 * v3.1 specification table 15; v4.0 specification §7 (table 23).
 */
import type { CvssScore } from "@sightline/model";

/** Version of the CVSS standard. */
export type CvssVersion = CvssScore["version"];

/** Groups are optional as a whole, except `base`. */
export type CvssGroup = "base" | "temporal" | "environmental" | "supplemental";

/** One metric of a vector. */
export interface CvssMetric {
  readonly name: string;
  readonly group: CvssGroup;
  readonly values: readonly string[];
}

/** Grammar of one version's vectors. */
export interface CvssForm {
  readonly prefix: string;
  /** Whether metrics must stand in the order of the table. v3 alone allows any. */
  readonly isOrdered: boolean;
  /** The value that says a metric is not defined. */
  readonly undefinedValue: string;
  readonly metrics: readonly CvssMetric[];
}

/** `AV=N,A,L,P` to a metric; one line per metric keeps the tables below readable beside the specifications. */
function toMetrics(group: CvssGroup, lines: readonly string[]): readonly CvssMetric[] {
  return lines.map((line) => {
    const [name = "", values = ""] = line.split("=");
    return { name, group, values: values.split(",") };
  });
}

const secondMetrics: readonly CvssMetric[] = [
  ...toMetrics("base", ["AV=L,A,N", "AC=H,M,L", "Au=M,S,N", "C=N,P,C", "I=N,P,C", "A=N,P,C"]),
  ...toMetrics("temporal", ["E=U,POC,F,H,ND", "RL=OF,TF,W,U,ND", "RC=UC,UR,C,ND"]),
  ...toMetrics("environmental", ["CDP=N,L,LM,MH,H,ND", "TD=N,L,M,H,ND", "CR=L,M,H,ND", "IR=L,M,H,ND", "AR=L,M,H,ND"]),
];

const thirdMetrics: readonly CvssMetric[] = [
  ...toMetrics("base", ["AV=N,A,L,P", "AC=L,H", "PR=N,L,H", "UI=N,R", "S=U,C", "C=N,L,H", "I=N,L,H", "A=N,L,H"]),
  ...toMetrics("temporal", ["E=X,U,P,F,H", "RL=X,O,T,W,U", "RC=X,U,R,C"]),
  ...toMetrics("environmental", [
    "CR=X,L,M,H",
    "IR=X,L,M,H",
    "AR=X,L,M,H",
    "MAV=X,N,A,L,P",
    "MAC=X,L,H",
    "MPR=X,N,L,H",
    "MUI=X,N,R",
    "MS=X,U,C",
    "MC=X,N,L,H",
    "MI=X,N,L,H",
    "MA=X,N,L,H",
  ]),
];

const fourthMetrics: readonly CvssMetric[] = [
  ...toMetrics("base", [
    "AV=N,A,L,P",
    "AC=L,H",
    "AT=N,P",
    "PR=N,L,H",
    "UI=N,P,A",
    "VC=H,L,N",
    "VI=H,L,N",
    "VA=H,L,N",
    "SC=H,L,N",
    "SI=H,L,N",
    "SA=H,L,N",
  ]),
  ...toMetrics("temporal", ["E=X,A,P,U"]),
  ...toMetrics("environmental", [
    "CR=X,H,M,L",
    "IR=X,H,M,L",
    "AR=X,H,M,L",
    "MAV=X,N,A,L,P",
    "MAC=X,L,H",
    "MAT=X,N,P",
    "MPR=X,N,L,H",
    "MUI=X,N,P,A",
    "MVC=X,H,L,N",
    "MVI=X,H,L,N",
    "MVA=X,H,L,N",
    "MSC=X,H,L,N",
    "MSI=X,S,H,L,N",
    "MSA=X,S,H,L,N",
  ]),
  ...toMetrics("supplemental", [
    "S=X,N,P",
    "AU=X,N,Y",
    "R=X,A,U,I",
    "V=X,D,C",
    "RE=X,L,M,H",
    "U=X,Clear,Green,Amber,Red",
  ]),
];

/** The grammar of each version. v4 calls its temporal group "threat". */
export const cvssForms: Readonly<Record<CvssVersion, CvssForm>> = {
  "2.0": { prefix: "", isOrdered: true, undefinedValue: "ND", metrics: secondMetrics },
  "3.0": { prefix: "CVSS:3.0/", isOrdered: false, undefinedValue: "X", metrics: thirdMetrics },
  "3.1": { prefix: "CVSS:3.1/", isOrdered: false, undefinedValue: "X", metrics: thirdMetrics },
  "4.0": { prefix: "CVSS:4.0/", isOrdered: true, undefinedValue: "X", metrics: fourthMetrics },
};

/** Weights of CVSS v2. Source: FIRST, CVSS v2 guide §3.2. */
export const secondWeights: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  C: { N: 0, P: 0.275, C: 0.66 },
  I: { N: 0, P: 0.275, C: 0.66 },
  A: { N: 0, P: 0.275, C: 0.66 },
  E: { U: 0.85, POC: 0.9, F: 0.95, H: 1, ND: 1 },
  RL: { OF: 0.87, TF: 0.9, W: 0.95, U: 1, ND: 1 },
  RC: { UC: 0.9, UR: 0.95, C: 1, ND: 1 },
  CDP: { N: 0, L: 0.1, LM: 0.3, MH: 0.4, H: 0.5, ND: 0 },
  TD: { N: 0, L: 0.25, M: 0.75, H: 1, ND: 1 },
  CR: { L: 0.5, M: 1, H: 1.51, ND: 1 },
  IR: { L: 0.5, M: 1, H: 1.51, ND: 1 },
  AR: { L: 0.5, M: 1, H: 1.51, ND: 1 },
};
