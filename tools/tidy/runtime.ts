/** The Node everything runs on. */
const nodeMajorMin = 24;

/** What is wrong with this version of Node, `24.21.0`, or `undefined` when it will do. */
export function nodeProblem(version: string): string | undefined {
  const major = Number(version.split(".")[0]);
  return major >= nodeMajorMin
    ? undefined
    : `Node ${version} is too old, ${nodeMajorMin} is needed: start with npm run check, or put node_modules/.bin first in PATH`;
}
