/** The inside of a worker thread: takes tasks from the pool one at a time and answers each. */
import { isMainThread, parentPort } from "node:worker_threads";
import { type Answer, orderSchema, toFailure } from "./thread-messages.ts";

/** Does one task. Rejections reach the caller of the pool's `run`; the signal aborts when the caller gives up. */
export type ThreadTaskHandler = (task: unknown, context: { readonly signal: AbortSignal }) => Promise<unknown>;

/**
 * Makes this worker thread serve tasks of the pool that started it. Call it once, at the end of the worker's file.
 * The handler checks its task with a schema: it comes as plain data.
 */
export function serveThreadTasks(handler: ThreadTaskHandler): void {
  const port = parentPort;
  if (isMainThread || port === null) {
    throw new TypeError("serveThreadTasks is for the file of a worker thread");
  }
  const running = new Map<number, AbortController>();
  const answer = (message: Answer): void => {
    port.postMessage(message);
  };
  const run = async (id: number, task: unknown): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      answer({ kind: "done", id, value: await handler(task, { signal: controller.signal }) });
    } catch (error) {
      // Also a result that cannot be sent between threads ends here.
      answer({ kind: "failed", id, failure: toFailure(error) });
    } finally {
      running.delete(id);
    }
  };
  port.on("message", (message: unknown) => {
    const order = orderSchema.parse(message);
    if (order.kind === "cancel") {
      running.get(order.id)?.abort();
    } else {
      void run(order.id, order.task);
    }
  });
}
