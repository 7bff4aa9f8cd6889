import { describeScheme } from "../testing/scheme-contract.ts";
import { maven } from "./maven.ts";

// maven.apache.org/pom.html#Version_Order_Specification.
describeScheme(maven, {
  ladder: ["1-alpha-1", "1-beta", "1-m3", "1-rc1", "1-SNAPSHOT", "1", "1-sp", "1-xyz", "1-1", "1.1"],
  equal: [["1.0.0.Final", "1"]],
  refused: [],
  irregular: [],
});
