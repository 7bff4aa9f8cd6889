/** Credentials from Docker's `config.json`. Source: docker/cli, config/configfile. Credential helpers are programs; they are not run. */
import { readBoundedFile, Secret } from "@sightline/platform";
import { z } from "zod";
import { toRegistryError } from "../registry-error.ts";
import type { RegistryCredential, TokenSource } from "./token-source.ts";

const schema = z.object({
  auths: z
    .record(
      z.string(),
      z
        .object({
          auth: z.string().optional(),
          username: z.string().optional(),
          password: z.string().optional(),
          identitytoken: z.string().optional(),
        })
        .partial(),
    )
    .default({}),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).default({}),
});

type DockerConfig = z.infer<typeof schema>;

const fileBytesMax = 1024 * 1024;

/** The user name under which ACR takes a refresh token as password. Source: Azure/acr, docs/AAD-OAuth.md. */
const refreshTokenUser = "00000000-0000-0000-0000-000000000000";

/**
 * A token source over a `config.json`, read once. Registries it does not name are anonymous. Throws FileError for the
 * file, `registry.credential-unsupported` for a file that is none; credentialFor throws
 * `registry.credential-unsupported` where a helper program keeps the credentials.
 */
export async function readDockerConfig(path: string): Promise<TokenSource> {
  const config = parse(await readBoundedFile(path, fileBytesMax), path);
  return { credentialFor: async (registry) => await Promise.resolve(toCredential(config, registry)) };
}

function parse(bytes: Buffer, path: string): DockerConfig {
  try {
    return schema.parse(JSON.parse(bytes.toString("utf8")));
  } catch {
    // Neither the parser's nor the schema's words: the text holds passwords.
    throw toRegistryError({
      code: "registry.credential-unsupported",
      subject: path,
      reason: "it is not a Docker config.json",
    });
  }
}

function toCredential(config: DockerConfig, registry: string): RegistryCredential {
  const keys = toKeys(registry);
  const entry = keys.map((key) => config.auths[key]).find((found) => found !== undefined);
  const helper = keys.map((key) => config.credHelpers[key]).find((found) => found !== undefined);
  const basic = entry === undefined ? undefined : toBasic(entry);
  if (basic !== undefined) {
    return basic;
  }
  // With a store, `docker login` leaves an empty entry behind: the credentials exist, but not here.
  if (helper !== undefined || (entry !== undefined && config.credsStore !== undefined)) {
    const reason = `its credentials are kept by the helper ${helper ?? config.credsStore ?? ""}, which is not run`;
    throw toRegistryError({ code: "registry.credential-unsupported", subject: registry, reason });
  }
  return { kind: "anonymous" };
}

function toKeys(registry: string): readonly string[] {
  const own = [registry, `https://${registry}`, `https://${registry}/`, `https://${registry}/v2/`];
  return registry === "docker.io" ? ["https://index.docker.io/v1/", "index.docker.io", ...own] : own;
}

function toBasic(entry: DockerConfig["auths"][string]): RegistryCredential | undefined {
  if (entry.identitytoken !== undefined && entry.identitytoken !== "") {
    return { kind: "basic", username: refreshTokenUser, password: new Secret(entry.identitytoken) };
  }
  const decoded = entry.auth === undefined ? "" : Buffer.from(entry.auth, "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  const username = colon > 0 ? decoded.slice(0, colon) : (entry.username ?? "");
  // Docker pads the decoded text with NULs in old files.
  const password = colon > 0 ? decoded.slice(colon + 1).replace(/\0+$/, "") : (entry.password ?? "");
  return username === "" || password === "" ? undefined : { kind: "basic", username, password: new Secret(password) };
}
