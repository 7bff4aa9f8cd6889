import { describeScheme } from "../testing/scheme-contract.ts";
import { composer } from "./composer.ts";

describeScheme(composer, {
  ladder: ["1.0-dev", "1.0-alpha1", "1.0-beta2", "1.0-RC1", "1.0", "1.0.0", "1.0.1", "1.0pl1"],
  equal: [],
  refused: [],
  irregular: ["1.0-BETA1"],
});
