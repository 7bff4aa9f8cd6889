import { describeScheme } from "../testing/scheme-contract.ts";
import { go } from "./go.ts";

describeScheme(go, {
  ladder: [
    "v0.0.0-20180116102854-5a71ef0e047d",
    "v0.0.0-20190116102854-5a71ef0e047d",
    "v0.0.1",
    "v1.2.4-0.20240101000000-abcdefabcdef",
    "v1.2.4",
    "v1.3.0+incompatible",
    "go1.21rc2",
    "go1.21.0",
    "v2.0.0",
  ],
  equal: [
    ["go1.22.3 X:boringcrypto", "v1.22.3"],
    ["v1.0.0+incompatible", "v1.0.0"],
  ],
  refused: ["(devel)"],
  irregular: [],
});
