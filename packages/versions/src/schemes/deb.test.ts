import { describeScheme } from "../testing/scheme-contract.ts";
import { deb } from "./deb.ts";

// Debian Policy 5.6.12: ~~ < ~~a < ~ < end < a; then revisions and epochs.
describeScheme(deb, {
  ladder: ["1.0~~", "1.0~~a", "1.0~", "1.0", "1.0-1", "1.0-1+b1", "1.0a", "1.0+dfsg-1", "1.0.1", "1.10", "1:0.1"],
  equal: [
    ["0:1.0", "1.0-0"],
    ["1.001", "1.1"],
  ],
  refused: ["a:1.0", "99999999999:1.0", "1.0-", "1 2"],
  irregular: ["1.0_2"],
});
