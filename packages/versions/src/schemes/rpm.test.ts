import { describeScheme } from "../testing/scheme-contract.ts";
import { rpm } from "./rpm.ts";

describeScheme(rpm, {
  ladder: ["1.0~rc1-1", "1.0-1", "1.0-1.el8", "1.0^git1-1", "1.0a-1", "1.0.1-1", "1.10-1", "2:0.1-1"],
  equal: [["0:1.0-1", "1.0-1"]],
  refused: [],
  irregular: ["1.1.α"],
});
