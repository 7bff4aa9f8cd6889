/** The worker of threads.test.ts: does what its task says. */
import { DomainError } from "@sightline/model";
import { serveThreadTasks } from "../thread-tasks.ts";

serveThreadTasks(async (task, { signal }) => {
  const [what, value] = task as [string, unknown];
  switch (what) {
    case "echo":
      return value;
    case "fail":
      throw new DomainError(
        { code: "test.failed", subject: "layer 1", message: "It failed.", next: "Try again." },
        { details: { layer: 1 }, cause: new Error("inner") },
      );
    case "throw":
      throw new TypeError("a bug");
    case "exit":
      return process.exit(3);
    case "uncaught":
      setImmediate(() => {
        throw new Error("outside the task");
      });
      return new Promise(() => undefined);
    case "unclonable":
      return () => undefined;
    case "wait":
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("gave up")), { once: true });
      });
    case "spin":
      for (;;) {
        Math.sqrt(2);
      }
    default: {
      const grown: unknown[] = [];
      for (;;) {
        grown.push(Array.from({ length: 100_000 }, (_unused, at) => ({ at })));
      }
    }
  }
});
