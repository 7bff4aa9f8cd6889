/** `lab nsg` and `lab netpol`: the reachability engine on cases from elsewhere. */
import { checkNetpolFile, checkNsgLines } from "@sightline/reachability";
import type { Command } from "commander";
import { type ExitStatus, exitStatus } from "../exit.ts";
import { readText } from "../input.ts";
import type { Session } from "../session.ts";

/** Adds `lab nsg` and `lab netpol`. */
export function addNetworkCommands(lab: Command, session: Session, finish: (status: ExitStatus) => void): void {
  const add = (
    name: string,
    file: string,
    about: string,
    check: (text: string) => { readonly wrong: number },
  ): void => {
    lab
      .command(name)
      .argument("<file>", file)
      .description(about)
      .action(async (path: string) => {
        const outcome = check(await readText(path));
        session.terminal.stdout.write(`${JSON.stringify(outcome, undefined, 2)}\n`);
        finish(outcome.wrong > 0 ? exitStatus.violated : exitStatus.done);
      });
  };
  add("nsg", "JSON lines {env, subnetNsg, nicNsg, flow, expected}", "NSG decisions", checkNsgLines);
  add("netpol", "policy cases with probes, or the edge form", "NetworkPolicy decisions", checkNetpolFile);
}
