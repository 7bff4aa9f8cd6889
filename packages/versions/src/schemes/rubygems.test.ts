import { describeScheme } from "../testing/scheme-contract.ts";
import { rubygems } from "./rubygems.ts";

describeScheme(rubygems, {
  ladder: ["1.0.0.a", "1.0.0.pre", "1.0.0.pre.1", "1.0.0.rc1", "1.0.0", "1.0.1", "1.10"],
  equal: [
    ["1.2.0-x86_64-linux", "1.2"],
    ["1.0.0-beta", "1.0.0.pre.beta"],
  ],
  refused: ["beta"],
  irregular: ["1beta"],
});
