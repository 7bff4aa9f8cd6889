/** The image declares a port of remote administration. Source: CIS Docker Benchmark 5.6 (no sshd in containers) and 5.8. */
import type { CheckedImage, ConfigurationCheck } from "./check.ts";
import { findHistoryPlace } from "./check.ts";

/** What listens there by assignment (IANA service names and port numbers). All over TCP. */
const administration: ReadonlyMap<number, string> = new Map([
  [22, "SSH"],
  [23, "Telnet"],
  [512, "rexec"],
  [513, "rlogin"],
  [514, "rsh"],
  [2375, "the Docker API without TLS"],
  [3389, "Remote Desktop"],
  [5900, "VNC"],
  [5985, "WinRM"],
  [5986, "WinRM over TLS"],
  [10250, "the kubelet API"],
]);

interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** `22`, `22/tcp` or `20-25/tcp`; nothing for other protocols and other forms. Source: OCI image-spec 1.1, config.md `ExposedPorts`. */
function parsePorts(text: string): PortRange | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/tcp)?$/i.exec(text);
  return match?.[1] === undefined ? undefined : { first: Number(match[1]), last: Number(match[2] ?? match[1]) };
}

function servicesOf(
  image: CheckedImage,
): readonly { readonly port: number; readonly service: string; readonly spelled: string }[] {
  return image.configuration.exposedPorts.flatMap((spelled) => {
    const range = parsePorts(spelled);
    return [...administration].flatMap(([port, service]) =>
      range !== undefined && range.first <= port && port <= range.last ? [{ port, service, spelled }] : [],
    );
  });
}

/** Finds declared ports by which a container is administered from outside. */
export const remoteAdministrationPortCheck: ConfigurationCheck = {
  id: "image-remote-administration-port",
  check(image) {
    return servicesOf(image).map(({ port, service, spelled }) => ({
      check: remoteAdministrationPortCheck.id,
      title: "A port of remote administration is exposed",
      severity: "medium" as const,
      detail: `The configuration exposes ${JSON.stringify(spelled)}; ${port} is the port of ${service}.`,
      ...findHistoryPlace(image, new RegExp(`(?:^|\\s)EXPOSE\\s.*\\b${spelled.split(/[-/]/, 1)[0] ?? ""}\\b`)),
      remediation: "Remove the port and what listens there; use the platform's own way into containers.",
      references: ["CIS-DB-5.6"],
    }));
  },
};
