import { describeScheme } from "../testing/scheme-contract.ts";
import { apk } from "./apk.ts";

describeScheme(apk, {
  ladder: [
    "1.2_alpha",
    "1.2_alpha1",
    "1.2_beta",
    "1.2_pre3",
    "1.2_rc1",
    "1.2",
    "1.2-r0",
    "1.2-r10",
    "1.2_cvs",
    "1.2_svn",
    "1.2_git20240101",
    "1.2_hg",
    "1.2_p1",
    "1.2_p1-r1",
    "1.2a",
    "1.2.01",
    "1.2.1",
    "1.10",
  ],
  equal: [["1-r1", "1-r01"]],
  refused: [],
  irregular: ["1.0-ruff", "1..2"],
});
