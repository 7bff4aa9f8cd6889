import { describeScheme } from "../testing/scheme-contract.ts";
import { cran } from "./cran.ts";

describeScheme(cran, {
  ladder: ["0.9", "0.75", "0.75.0", "0.76-1", "0.76-2"],
  equal: [],
  refused: ["1.0a"],
  irregular: [],
});
