/** Where the command writes: results to stdout, prose and progress to stderr. */
import type { Surface } from "@sightline/report";

/** A stream the command may write to. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Both streams, and whether colour is wanted. */
export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Source: no-color.org, force-color.org. */
  readonly colour: boolean;
}

/** The surface results are formatted for: cut to the terminal's width, whole when piped. */
export function toSurface(terminal: Terminal): Surface {
  const columns = terminal.stdout.isTTY === true ? terminal.stdout.columns : undefined;
  return { colour: terminal.colour, ...(columns === undefined ? {} : { columns }) };
}

/** A line of progress: rewritten in place on a terminal, one plain line for each step elsewhere. */
export interface Progress {
  /** Shows the state of the work now. */
  update(text: string): void;
  /** A step that is over and stays readable. */
  done(text: string): void;
}

/** Progress on stderr. On a terminal `update` replaces the line; elsewhere it is silent, so that logs hold steps only. */
export function openProgress(terminal: Terminal): Progress {
  const live = terminal.stderr.isTTY === true;
  const clear = live ? "\r\u001b[2K" : "";
  return {
    update: (text) => {
      if (live) {
        terminal.stderr.write(`${clear}${text.slice(0, (terminal.stderr.columns ?? 80) - 1)}`);
      }
    },
    done: (text) => {
      terminal.stderr.write(`${clear}${text}\n`);
    },
  };
}
