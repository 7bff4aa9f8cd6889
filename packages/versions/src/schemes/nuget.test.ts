import { describeScheme } from "../testing/scheme-contract.ts";
import { nuget } from "./nuget.ts";

describeScheme(nuget, {
  ladder: ["1.0.0-alpha", "1.0.0-Alpha.1", "1.0.0-BETA", "1.0", "1.0.0.1", "1.0.10"],
  equal: [["1.0.0-BETA+a", "1.0-beta"]],
  refused: ["1.2.3.4.5"],
  irregular: [],
});
