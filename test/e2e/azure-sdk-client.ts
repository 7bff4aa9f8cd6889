/**
 * What Microsoft's own packages make of an Azure: signs in every way they know, lists a registry and pulls from it.
 * Run as a process of its own, because proxy and certificates count from the start only. Prints one JSON line.
 * Environment: TENANT_ID, CLIENT_ID, CLIENT_SECRET, CERTIFICATE_FILE, FEDERATED_TOKEN, REGISTRY, REPOSITORY, DIGEST.
 */
import { ContainerRegistryClient, ContainerRegistryContentClient } from "@azure/container-registry";
import { ClientAssertionCredential, ClientCertificateCredential, ClientSecretCredential } from "@azure/identity";

function read(name: string): string {
  return process.env[name] ?? "";
}

async function toOutcome(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return "ok";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const scope = "https://management.azure.com/.default";
const [tenant, client] = [read("TENANT_ID"), read("CLIENT_ID")];
const secret = new ClientSecretCredential(tenant, client, read("CLIENT_SECRET"));
const wrong = new ClientSecretCredential(tenant, client, "wrong");
const certificate = new ClientCertificateCredential(tenant, client, { certificatePath: read("CERTIFICATE_FILE") });
const federated = new ClientAssertionCredential(tenant, client, () => Promise.resolve(read("FEDERATED_TOKEN")));

const registry = new ContainerRegistryClient(`https://${read("REGISTRY")}`, secret);
const content = new ContainerRegistryContentClient(`https://${read("REGISTRY")}`, read("REPOSITORY"), secret);

async function listRegistry(): Promise<{ repositories: string[]; tags: string[]; manifests: string[] }> {
  const repositories: string[] = [];
  for await (const name of registry.listRepositoryNames()) {
    repositories.push(name);
  }
  const repository = registry.getRepository(read("REPOSITORY"));
  const manifests: string[] = [];
  const tags: string[] = [];
  for await (const manifest of repository.listManifestProperties()) {
    manifests.push(manifest.digest);
    tags.push(...manifest.tags);
  }
  return { repositories, tags, manifests };
}

async function pull(): Promise<{ digest: string; layerBytes: number }> {
  const { digest, manifest } = await content.getManifest(read("DIGEST"));
  const layers = "layers" in manifest && Array.isArray(manifest.layers) ? manifest.layers : [];
  const [layer] = layers as { digest: string }[]; // the package types manifests loosely
  const blob = await content.downloadBlob(layer?.digest ?? "");
  let layerBytes = 0;
  for await (const chunk of blob.content) {
    layerBytes += chunk.length;
  }
  return { digest, layerBytes };
}

const result = {
  secret: await toOutcome(() => secret.getToken(scope)),
  certificate: await toOutcome(() => certificate.getToken(scope)),
  federated: await toOutcome(() => federated.getToken(scope)),
  wrong: await toOutcome(() => wrong.getToken(scope)),
  registry: await listRegistry(),
  pull: await pull(),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
