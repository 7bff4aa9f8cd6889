/** What a registry asks for in `WWW-Authenticate`. Sources: RFC 9110 §11.6.1; distribution, "Token Authentication". */

/** How to authenticate. */
export type Challenge =
  | { readonly scheme: "bearer"; readonly realm: string; readonly service?: string; readonly scope?: string }
  | { readonly scheme: "basic" };

const headerMax = 8192;
const schemeForm = /^\s*([A-Za-z][A-Za-z0-9-]*)(?:\s+|$)/;
const parameterForm = /^\s*([A-Za-z][A-Za-z0-9_-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,|$)/;

/** The challenge we can answer, bearer before basic; `undefined` when there is none. */
export function parseChallenge(header: string | null): Challenge | undefined {
  const challenges = splitChallenges((header ?? "").slice(0, headerMax));
  const bearer = challenges.find(({ scheme }) => scheme === "bearer");
  const realm = bearer?.parameters.get("realm");
  if (bearer !== undefined && realm !== undefined) {
    const service = bearer.parameters.get("service");
    const scope = bearer.parameters.get("scope");
    return {
      scheme: "bearer",
      realm,
      ...(service === undefined ? {} : { service }),
      ...(scope === undefined || scope === "" ? {} : { scope }),
    };
  }
  return challenges.some(({ scheme }) => scheme === "basic") ? { scheme: "basic" } : undefined;
}

interface RawChallenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

function splitChallenges(header: string): readonly RawChallenge[] {
  const challenges: RawChallenge[] = [];
  let rest = header;
  for (;;) {
    const scheme = schemeForm.exec(rest);
    if (scheme === null) {
      return challenges;
    }
    rest = rest.slice(scheme[0].length);
    const parameters = new Map<string, string>();
    for (;;) {
      const parameter = parameterForm.exec(rest);
      if (parameter === null) {
        break;
      }
      const [whole, name = "", quoted, bare] = parameter;
      parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "");
      rest = rest.slice(whole.length);
    }
    challenges.push({ scheme: (scheme[1] ?? "").toLowerCase(), parameters });
    rest = rest.replace(/^[\s,]+/, "");
  }
}
