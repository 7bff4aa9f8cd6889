/** A pool of worker threads for CPU work, so that the main thread stays free to answer. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { DomainError } from "@sightline/model";
import { platformErrorCodes } from "./error-codes.data.ts";
import { answerSchema, fromFailure, type Order } from "./thread-messages.ts";

/** Codes of {@link ThreadError}. */
export type ThreadErrorCode = Extract<keyof typeof platformErrorCodes, `thread.${string}`>;

/** A task that got no answer from its thread. What the task itself threw comes through as it was. */
export class ThreadError extends DomainError<ThreadErrorCode> {}

/** How a pool is made. */
export interface ThreadPoolOptions {
  /** The worker's file; it ends with a call of `serveThreadTasks`. */
  readonly workerUrl: URL;
  /** Threads at most; default the machine's cores, at most 4. Started when first needed. */
  readonly size?: number;
  /** Handed to each thread at its start, as plain data. */
  readonly workerData?: unknown;
  /** Heap of one thread in MiB. A thread that needs more ends with `thread.crashed`, the process goes on. */
  readonly heapMaxMb?: number;
  /** How long a cancelled task may go on before its thread is ended. Default 5 s. */
  readonly cancelGraceMs?: number;
}

/** A pool; one task per thread at a time, waiting tasks first come, first served. */
export interface ThreadPool {
  readonly size: number;
  /**
   * Runs a task (plain data) in a thread. Rejects with what the handler threw (DomainErrors keep code, subject,
   * message, next step and details) or with a {@link ThreadError}: `thread.cancelled`, `thread.crashed`, `thread.closed`.
   */
  run(task: unknown, options?: { readonly signal?: AbortSignal }): Promise<unknown>;
  /** Ends all threads. Tasks not done yet reject with `thread.closed`. */
  close(): Promise<void>;
}

type Outcome = { readonly value: unknown } | { readonly error: Error };

interface Job {
  readonly id: number;
  readonly task: unknown;
  readonly settle: (outcome: Outcome) => void;
}

interface Seat {
  worker: Worker | undefined;
  job: Job | undefined;
}

interface Pool {
  readonly options: ThreadPoolOptions;
  readonly seats: readonly Seat[];
  readonly waiting: Job[];
  closed: boolean;
}

function toThreadError(code: ThreadErrorCode, message: string, cause?: unknown): ThreadError {
  return new ThreadError(
    { code, subject: "worker thread", message, next: platformErrorCodes[code].next },
    cause === undefined ? {} : { cause },
  );
}

/** Makes a pool. Threads that idle do not keep the process alive. */
export function createThreadPool(options: ThreadPoolOptions): ThreadPool {
  const size = options.size ?? Math.min(availableParallelism(), 4);
  const pool: Pool = {
    options,
    seats: Array.from({ length: size }, () => ({ worker: undefined, job: undefined })),
    waiting: [],
    closed: false,
  };
  let nextId = 0;
  return {
    size,
    run: (task, { signal } = {}) => {
      nextId += 1;
      return runJob(pool, { id: nextId, task }, signal);
    },
    close: () => closePool(pool),
  };
}

function runJob(pool: Pool, order: Pick<Job, "id" | "task">, signal: AbortSignal | undefined): Promise<unknown> {
  if (pool.closed || signal?.aborted === true) {
    return Promise.reject(
      toThreadError(pool.closed ? "thread.closed" : "thread.cancelled", "The task was not started."),
    );
  }
  return new Promise((resolve, reject) => {
    const giveUp = (): void => cancelJob(pool, job);
    const job: Job = {
      ...order,
      settle: (outcome) => {
        signal?.removeEventListener("abort", giveUp);
        if ("error" in outcome) {
          reject(outcome.error);
        } else {
          resolve(outcome.value);
        }
      },
    };
    signal?.addEventListener("abort", giveUp, { once: true });
    pool.waiting.push(job);
    assignNext(pool);
  });
}

function assignNext(pool: Pool): void {
  const seat = pool.seats.find((candidate) => candidate.job === undefined);
  const job = seat === undefined || pool.closed ? undefined : pool.waiting.shift();
  if (seat === undefined || job === undefined) {
    return;
  }
  seat.job = job;
  const worker = seat.worker ?? startWorker(pool, seat);
  worker.ref();
  try {
    worker.postMessage({ kind: "run", id: job.id, task: job.task } satisfies Order);
  } catch (error) {
    release(pool, seat, { error: toThreadError("thread.task-invalid", "The task cannot be sent to a thread.", error) });
  }
}

function release(pool: Pool, seat: Seat, outcome: Outcome): void {
  const { job } = seat;
  seat.job = undefined;
  seat.worker?.unref();
  job?.settle(outcome);
  assignNext(pool);
}

function startWorker(pool: Pool, seat: Seat): Worker {
  const { workerUrl, workerData, heapMaxMb } = pool.options;
  const worker = new Worker(workerUrl, {
    workerData,
    ...(heapMaxMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMaxMb } }),
  });
  let fault: unknown;
  worker.on("message", (message: unknown) => {
    const answer = answerSchema.parse(message);
    if (answer.id === seat.job?.id) {
      release(pool, seat, answer.kind === "done" ? { value: answer.value } : { error: fromFailure(answer.failure) });
    }
  });
  worker.on("error", (error) => {
    fault = error;
  });
  worker.on("exit", (status) => {
    if (seat.worker === worker) {
      seat.worker = undefined;
      const text = fault instanceof Error ? fault.message : `exit status ${status}`;
      const code = pool.closed ? "thread.closed" : "thread.crashed";
      release(pool, seat, { error: toThreadError(code, `The worker thread ended before its task: ${text}.`, fault) });
    }
  });
  seat.worker = worker;
  return worker;
}

function cancelJob(pool: Pool, job: Job): void {
  job.settle({ error: toThreadError("thread.cancelled", "The task was cancelled.") });
  const index = pool.waiting.indexOf(job);
  if (index >= 0) {
    pool.waiting.splice(index, 1);
    return;
  }
  const worker = pool.seats.find((seat) => seat.job === job)?.worker;
  worker?.postMessage({ kind: "cancel", id: job.id } satisfies Order);
  // A task that computes without ever looking at its signal would keep the thread for good.
  const timer = setTimeout(() => {
    if (pool.seats.some((seat) => seat.job === job)) {
      void worker?.terminate();
    }
  }, pool.options.cancelGraceMs ?? 5000);
  timer.unref();
}

async function closePool(pool: Pool): Promise<void> {
  pool.closed = true;
  for (const job of pool.waiting.splice(0)) {
    job.settle({ error: toThreadError("thread.closed", "The pool was closed before the task started.") });
  }
  await Promise.all(pool.seats.flatMap(({ worker }) => (worker === undefined ? [] : [worker.terminate()])));
}
