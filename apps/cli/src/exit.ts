/** Exit statuses of the command line. */

/** 0 done; 1 done, but a gate is violated or a check failed; 2 wrong usage; 3 could not be done. */
export const exitStatus = { done: 0, violated: 1, usage: 2, failed: 3 } as const;

/** One of {@link exitStatus}. */
export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];
