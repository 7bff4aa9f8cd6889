import { DomainError } from "@sightline/model";
import { afterEach, describe, expect, it } from "vitest";
import { createThreadPool, type ThreadPool, type ThreadPoolOptions } from "./threads.ts";

const pools: ThreadPool[] = [];

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

function open(more: Partial<ThreadPoolOptions> = {}): ThreadPool {
  const pool = createThreadPool({ workerUrl: new URL("./testdata/task-worker.ts", import.meta.url), size: 1, ...more });
  pools.push(pool);
  return pool;
}

describe("a pool of threads", () => {
  it("runs tasks and gives back their results, more of them than it has threads", async () => {
    const pool = open({ size: 2 });
    const results = await Promise.all([1, 2, 3, 4, 5].map((value) => pool.run(["echo", { value }])));
    expect(results).toEqual([1, 2, 3, 4, 5].map((value) => ({ value })));
  });

  it("carries a failure over with its code, subject, message, next step and details", async () => {
    const failure: unknown = await open()
      .run(["fail"])
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DomainError);
    expect(failure).toMatchObject({
      code: "test.failed",
      subject: "layer 1",
      message: "It failed.",
      next: "Try again.",
      details: { layer: 1 },
    });
  });

  it("carries a fault of ours over as the error it was", async () => {
    const failure: unknown = await open()
      .run(["throw"])
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "TypeError", message: "a bug" });
    expect(failure).toHaveProperty("stack", expect.stringContaining("task-worker.ts"));
  });

  it.each(["exit", "uncaught"])("names a thread that ended by %s, and goes on with a new one", async (how) => {
    const pool = open();
    const [crashed, next] = await Promise.allSettled([pool.run([how]), pool.run(["echo", 1])]);
    expect(crashed).toMatchObject({ status: "rejected", reason: { code: "thread.crashed" } });
    expect(next).toEqual({ status: "fulfilled", value: 1 });
  });

  it("survives a thread that runs out of memory", async () => {
    const pool = open({ heapMaxMb: 32 });
    await expect(pool.run(["grow"])).rejects.toMatchObject({ code: "thread.crashed" });
    expect(await pool.run(["echo", 2])).toBe(2);
  });

  it("names a task and a result that cannot be sent between threads", async () => {
    const pool = open();
    await expect(pool.run(() => undefined)).rejects.toMatchObject({ code: "thread.task-invalid" });
    await expect(pool.run(["unclonable"])).rejects.toMatchObject({ name: "DataCloneError" });
    expect(await pool.run(["echo", 3])).toBe(3);
  });

  it("lets a running task give up, and frees its thread", async () => {
    const pool = open();
    const controller = new AbortController();
    const waiting = pool.run(["wait"], { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: "thread.cancelled" });
    expect(await pool.run(["echo", 4])).toBe(4);
  });

  it("ends a thread whose task does not listen", async () => {
    const pool = open({ cancelGraceMs: 50 });
    const controller = new AbortController();
    const spinning = pool.run(["spin"], { signal: controller.signal });
    controller.abort();
    await expect(spinning).rejects.toMatchObject({ code: "thread.cancelled" });
    expect(await pool.run(["echo", 5])).toBe(5);
  });

  it("does not start a task that was given up while it waited", async () => {
    const pool = open();
    const controller = new AbortController();
    const first = new AbortController();
    const running = pool.run(["wait"], { signal: first.signal });
    const queued = pool.run(["exit"], { signal: controller.signal });
    controller.abort();
    await expect(queued).rejects.toMatchObject({ code: "thread.cancelled" });
    first.abort();
    await expect(running).rejects.toMatchObject({ code: "thread.cancelled" });
    expect(await pool.run(["echo", 6])).toBe(6);
  });

  it("rejects what is running, waiting or asked for once it is closed", async () => {
    const pool = open();
    const tasks = [pool.run(["wait"]), pool.run(["echo", 7])];
    const outcomes = Promise.allSettled(tasks);
    await pool.close();
    const closed = { status: "rejected", reason: { code: "thread.closed" } };
    expect(await outcomes).toMatchObject([closed, closed]);
    await expect(pool.run(["echo", 8])).rejects.toMatchObject({ code: "thread.closed" });
  });
});
