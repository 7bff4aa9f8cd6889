import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningRegistry, startRegistry } from "../start-registry.ts";
import { parseRange } from "./pull.ts";
import { isGranted, parseScope, parseScopes } from "./scope.ts";

let registry: RunningRegistry;
let authorization: string;
beforeAll(async () => {
  registry = await startRegistry();
  authorization = `Basic ${Buffer.from(`${registry.username}:${registry.password}`).toString("base64")}`;
});
afterAll(() => registry.close());

function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: Buffer | string } = {},
) {
  const { body, method = "GET", headers } = options;
  return fetch(`${registry.url}${path}`, {
    method,
    headers: { authorization, ...headers },
    ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
  });
}

async function readErrorCode(response: Response): Promise<unknown> {
  const body = (await response.json()) as { errors: { code: string }[] };
  return body.errors[0]?.code;
}

function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

async function pushBlob(repository: string, content: string): Promise<string> {
  const digest = digestOf(content);
  const response = await ask(`/v2/${repository}/blobs/uploads/?digest=${digest}`, { method: "POST", body: content });
  expect(response.status).toBe(201);
  return digest;
}

const manifestType = "application/vnd.oci.image.manifest.v1+json";

function toManifest(config: string, more: object = {}): string {
  const descriptor = { mediaType: "application/vnd.oci.image.config.v1+json", digest: config, size: 2 };
  return JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config: descriptor, layers: [], ...more });
}

function putManifest(repository: string, reference: string, body: string) {
  return ask(`/v2/${repository}/manifests/${reference}`, {
    method: "PUT",
    body,
    headers: { "content-type": manifestType },
  });
}

describe("admission", () => {
  it("challenges without credentials, naming realm, service and scope", async () => {
    const response = await fetch(`${registry.url}/v2/shop/web/tags/list`);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer realm="http://${registry.host}/oauth2/token",service="simulator",scope="repository:shop/web:pull"`,
    );
  });

  it("gives a token for what was asked and accepts it for nothing else", async () => {
    const response = await ask("/oauth2/token?service=simulator&scope=repository:shop/web:pull");
    const { token } = (await response.json()) as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    expect((await ask("/v2/shop/web/tags/list", { headers })).status).toBe(200);
    expect((await ask("/v2/shop/orders/tags/list", { headers })).status).toBe(401);
    expect((await ask("/v2/shop/web/blobs/uploads/", { headers, method: "POST" })).status).toBe(401);
  });

  it("refuses a wrong password at both doors", async () => {
    const wrong = { authorization: `Basic ${Buffer.from("scanner:no").toString("base64")}` };
    expect((await ask("/oauth2/token", { headers: wrong })).status).toBe(401);
    expect((await ask("/v2/", { headers: wrong })).status).toBe(401);
  });
});

describe("pulling", () => {
  it("gives manifests by tag and digest with the same bytes, which hash to their digest", async () => {
    const image = registry.images.find(({ repository }) => repository === "shop/orders");
    const byTag = await ask("/v2/shop/orders/manifests/2.0.0");
    const bytes = Buffer.from(await byTag.arrayBuffer());
    expect(byTag.headers.get("content-type")).toBe("application/vnd.oci.image.index.v1+json");
    expect(byTag.headers.get("docker-content-digest")).toBe(image?.digest);
    expect(digestOf(bytes)).toBe(image?.digest);
    const byDigest = await ask(`/v2/shop/orders/manifests/${image?.digest ?? ""}`);
    expect(Buffer.from(await byDigest.arrayBuffer())).toEqual(bytes);
    const head = await ask("/v2/shop/orders/manifests/2.0.0", { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(bytes.length)]);
  });

  it("gives blobs whole and in parts", async () => {
    const digest = await pushBlob("parts/blob", "0123456789");
    const path = `/v2/parts/blob/blobs/${digest}`;
    expect(await (await ask(path)).text()).toBe("0123456789");
    const part = await ask(path, { headers: { range: "bytes=3-5" } });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([206, "bytes 3-5/10", "345"]);
    expect((await ask(path, { headers: { range: "bytes=10-" } })).status).toBe(416);
  });

  it("does not show a blob of another repository", async () => {
    const digest = await pushBlob("mine/blob", "private");
    expect((await ask(`/v2/other/blob/blobs/${digest}`)).status).toBe(404);
  });

  it.each([
    ["/v2/none/here/manifests/1", 404, "NAME_UNKNOWN"],
    ["/v2/shop/web/manifests/none", 404, "MANIFEST_UNKNOWN"],
    [`/v2/shop/web/blobs/${digestOf("none")}`, 404, "BLOB_UNKNOWN"],
    ["/v2/shop/web/blobs/sha256:short", 400, "DIGEST_INVALID"],
    ["/v2/Shop/Web/tags/list", 400, "NAME_INVALID"],
  ])("answers %s with %i %s", async (path, status, code) => {
    const response = await ask(path);
    expect([response.status, await readErrorCode(response)]).toEqual([status, code]);
  });

  it("reads every form of range", () => {
    expect(parseRange("bytes=0-0", 10)).toEqual({ first: 0, last: 0 });
    expect(parseRange("bytes=5-", 10)).toEqual({ first: 5, last: 9 });
    expect(parseRange("bytes=-3", 10)).toEqual({ first: 7, last: 9 });
    expect(parseRange("bytes=0-99", 10)).toEqual({ first: 0, last: 9 });
    expect(parseRange("bytes=10-", 10)).toBe("unsatisfiable");
    expect(parseRange("lines=1-2", 10)).toBeUndefined();
    expect(parseRange(undefined, 10)).toBeUndefined();
  });
});

describe("pushing", () => {
  it("takes a blob in chunks, tells how far it is, and checks the digest at the end", async () => {
    const start = await ask("/v2/push/chunks/blobs/uploads/", { method: "POST" });
    const location = start.headers.get("location") ?? "";
    const patch = (body: string, range: string) =>
      ask(location, { method: "PATCH", body, headers: { "content-range": range } });
    expect((await patch("hello ", "0-5")).status).toBe(202);
    expect((await patch("x", "9-9")).status).toBe(416);
    const status = await ask(location);
    expect([status.status, status.headers.get("range")]).toEqual([204, "0-5"]);
    const digest = digestOf("hello world");
    expect((await ask(`${location}?digest=${digest}`, { method: "PUT", body: "world" })).status).toBe(201);
    expect(await (await ask(`/v2/push/chunks/blobs/${digest}`)).text()).toBe("hello world");
  });

  it("refuses content that is not what its digest says", async () => {
    const response = await ask(`/v2/push/bad/blobs/uploads/?digest=${digestOf("a")}`, { method: "POST", body: "b" });
    expect([response.status, await readErrorCode(response)]).toEqual([400, "DIGEST_INVALID"]);
    await pushBlob("push/bad", "{}");
    const manifest = await putManifest("push/bad", digestOf("other"), toManifest(digestOf("{}")));
    expect(await readErrorCode(manifest)).toBe("DIGEST_INVALID");
  });

  it("mounts a blob from another repository only when it is there", async () => {
    const digest = await pushBlob("mount/from", "shared");
    const mounted = await ask(`/v2/mount/to/blobs/uploads/?mount=${digest}&from=mount/from`, { method: "POST" });
    expect(mounted.status).toBe(201);
    expect((await ask(`/v2/mount/to/blobs/${digest}`, { method: "HEAD" })).status).toBe(200);
    const absent = await ask(`/v2/mount/to/blobs/uploads/?mount=${digest}&from=mount/none`, { method: "POST" });
    expect(absent.status).toBe(202);
  });

  it("refuses a manifest whose parts are missing, that is no manifest, or too large", async () => {
    const missing = await putManifest("push/manifest", "1", toManifest(digestOf("not there")));
    expect(await readErrorCode(missing)).toBe("MANIFEST_BLOB_UNKNOWN");
    expect(await readErrorCode(await putManifest("push/manifest", "1", "no json"))).toBe("MANIFEST_INVALID");
    expect((await putManifest("push/manifest", "1", " ".repeat(4 * 2 ** 20 + 1))).status).toBe(413);
  });

  it("moves a tag and removes manifests with their tags", async () => {
    const config = await pushBlob("push/tags", "{}");
    const first = await putManifest("push/tags", "v1", toManifest(config));
    const second = await putManifest("push/tags", "v1", toManifest(config, { annotations: { n: "2" } }));
    const [one, two] = [first, second].map((response) => response.headers.get("docker-content-digest") ?? "");
    expect((await ask("/v2/push/tags/manifests/v1", { method: "HEAD" })).headers.get("docker-content-digest")).toBe(
      two,
    );
    expect((await ask(`/v2/push/tags/manifests/${one}`, { method: "HEAD" })).status).toBe(200);
    expect((await ask(`/v2/push/tags/manifests/${two}`, { method: "DELETE" })).status).toBe(202);
    expect((await ask("/v2/push/tags/manifests/v1")).status).toBe(404);
  });
});

describe("listing", () => {
  it("pages tags and the catalog in order with a relative link", async () => {
    const config = await pushBlob("list/tags", "{}");
    for (const tag of ["c", "a", "b"]) {
      await putManifest("list/tags", tag, toManifest(config));
    }
    const first = await ask("/v2/list/tags/tags/list?n=2");
    expect(await first.json()).toEqual({ name: "list/tags", tags: ["a", "b"] });
    expect(first.headers.get("link")).toBe(`</v2/list/tags/tags/list?last=b&n=2>; rel="next"`);
    const second = await ask("/v2/list/tags/tags/list?n=2&last=b");
    expect(await second.json()).toEqual({ name: "list/tags", tags: ["c"] });
    expect(second.headers.get("link")).toBeNull();
    const { repositories } = (await (await ask("/v2/_catalog")).json()) as { repositories: string[] };
    expect(repositories).toEqual([...repositories].sort());
    expect(repositories).toContain("shop/web");
  });

  it("finds what refers to a manifest, by artifact type too", async () => {
    const config = await pushBlob("list/refs", "{}");
    const subject = toManifest(config);
    await putManifest("list/refs", "image", subject);
    const descriptor = { mediaType: manifestType, digest: digestOf(subject), size: subject.length };
    for (const artifactType of ["application/sbom", "application/signature"]) {
      const put = await putManifest(
        "list/refs",
        artifactType.slice(12),
        toManifest(config, { artifactType, subject: descriptor }),
      );
      expect(put.headers.get("oci-subject")).toBe(descriptor.digest);
    }
    const all = (await (await ask(`/v2/list/refs/referrers/${descriptor.digest}`)).json()) as { manifests: unknown[] };
    expect(all.manifests).toHaveLength(2);
    const some = await ask(`/v2/list/refs/referrers/${descriptor.digest}?artifactType=application/sbom`);
    expect(some.headers.get("oci-filters-applied")).toBe("artifactType");
    expect(((await some.json()) as { manifests: unknown[] }).manifests).toHaveLength(1);
    const none = (await (await ask(`/v2/list/refs/referrers/${digestOf("x")}`)).json()) as { manifests: unknown[] };
    expect(none.manifests).toEqual([]);
  });
});

describe("scopes", () => {
  it("are read with names that hold colons and lists apart by spaces", () => {
    expect(parseScope("repository:host:5000/a/b:pull,push")).toEqual({
      type: "repository",
      name: "host:5000/a/b",
      actions: ["pull", "push"],
    });
    expect(parseScope("nonsense")).toBeUndefined();
    expect(parseScopes(["repository:a:pull repository:b:pull", "x"])).toHaveLength(2);
  });

  it("cover a need only with every action on the same name", () => {
    const granted = [{ type: "repository", name: "a", actions: ["pull"] }];
    expect(isGranted(granted, { type: "repository", name: "a", actions: ["pull"] })).toBe(true);
    expect(isGranted(granted, { type: "repository", name: "a", actions: ["pull", "push"] })).toBe(false);
    expect(isGranted(granted, { type: "repository", name: "b", actions: ["pull"] })).toBe(false);
  });
});
