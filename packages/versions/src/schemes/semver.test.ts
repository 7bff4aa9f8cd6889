import { describeScheme } from "../testing/scheme-contract.ts";
import { bitnami, cargo, hex, npm, pub, semver } from "./semver.ts";

// semver.org §11.
describeScheme(semver, {
  ladder: [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
  ],
  equal: [["1.2", "1.2.0"]],
  refused: [],
  irregular: ["1.2.3.4"],
});

describeScheme(npm, {
  ladder: ["2.0.0-rc.1", "2.0.0", "v2.0.1", "2.1.0-0", "2.1.0b1", "2.1.0"],
  equal: [["=v1.2.3+build", "1.2.3"]],
  refused: ["latest", "workspace:*"],
  irregular: ["1.0.0.beta.3", "1.2.3.4"],
});

describeScheme(cargo, {
  ladder: ["0.0.0-0", "0.0.0", "0.1.0"],
  equal: [],
  refused: [],
  irregular: [],
});

describeScheme(hex, {
  ladder: ["1.0.0-dev", "1.0.0-rc.0", "1.0.0"],
  equal: [],
  refused: [],
  irregular: [],
});

describeScheme(pub, {
  ladder: ["1.0.0-dev", "1.0.0", "1.0.0+1", "1.0.0+2", "1.0.1"],
  equal: [],
  refused: [],
  irregular: [],
});

describeScheme(bitnami, {
  ladder: ["1.0.0-rc.1", "1.0.0-7", "1.0.1-0"],
  equal: [["2.3.1-5", "2.3.1-1"]],
  refused: [],
  irregular: [],
});
