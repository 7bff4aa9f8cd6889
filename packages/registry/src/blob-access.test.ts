import { createHash } from "node:crypto";
import type { LayerRef } from "@sightline/model";
import { describe, expect, it } from "vitest";
import { layerOf, readBlob, useBench } from "./bench.fixture.ts";
import { type BlobAccess, openBlob } from "./blob-access.ts";
import { computeDigest } from "./content.ts";
import { createImage, type SeenRequest, toTar } from "./image.fixture.ts";

const bench = useBench();

describe("a layer", () => {
  /** Incompressible, so that it is larger than what one write carries. */
  const noise = Buffer.concat(
    Array.from({ length: 6000 }, (_unused, index) => createHash("sha256").update(String(index)).digest()),
  );
  const image = createImage({ layers: [toTar({ noise })] });
  const bytes = image.layers[0] ?? Buffer.alloc(0);
  const blobPath = `/v2/shop/api/blobs/${computeDigest(bytes)}`;

  async function openLayer(): Promise<{ blobs: BlobAccess; layer: LayerRef }> {
    bench.current.registry.put(image, "1");
    const opened = await bench.current.open("shop/api:1");
    return { blobs: opened.blobs, layer: layerOf(opened) };
  }

  it("may lie on another host, which sees no credential", async () => {
    const seen: SeenRequest[] = [];
    const storage = await bench.current.serve((request, response) => {
      seen.push(request);
      response.end(bytes);
    });
    bench.current.registry.interventions.push(({ path }, response) => {
      if (path !== blobPath) {
        return false;
      }
      response.writeHead(307, { location: `http://${storage}/container/blob?sig=SAS` }).end();
      return true;
    });
    const { blobs, layer } = await openLayer();
    expect(
      await readBlob(bench.current.http, { ...blobs, authorization: "Bearer secret" } as BlobAccess, layer),
    ).toEqual(bytes);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.path).toBe("/container/blob?sig=SAS");
    expect(JSON.stringify(seen[0]?.headers)).not.toContain("secret");
    expect(bench.current.registry.seen.find(({ path }) => path === blobPath)?.headers.authorization).toBe(
      "Bearer secret",
    );
  });

  it("whose transfer breaks off is taken up where it stopped", async () => {
    const ranges: (string | undefined)[] = [];
    bench.current.registry.interventions.push(({ path, headers }, response) => {
      if (path !== blobPath) {
        return false;
      }
      ranges.push(headers.range);
      const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
      const range = { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
      response.writeHead(start === 0 ? 200 : 206, {
        "content-length": bytes.length - start,
        ...(start === 0 ? {} : range),
      });
      if (ranges.length < 3) {
        response.write(bytes.subarray(start, start + 50_000), () => setImmediate(() => response.destroy()));
      } else {
        response.end(bytes.subarray(start));
      }
      return true;
    });
    const { blobs, layer } = await openLayer();
    expect(await readBlob(bench.current.http, blobs, layer)).toEqual(bytes);
    expect(ranges).toHaveLength(3);
    expect(ranges[0]).toBeUndefined();
    expect(ranges[1]).toMatch(/^bytes=\d+-$/);
  });

  it.each(["ends early without a word", "breaks off and cannot be taken up"])("that %s is truncated", async (how) => {
    bench.current.registry.interventions.push(({ path }, response) => {
      if (path !== blobPath) {
        return false;
      }
      if (how.startsWith("ends")) {
        response.end(bytes.subarray(0, 1000));
      } else {
        response.writeHead(200, { "content-length": bytes.length });
        response.write(bytes.subarray(0, 1000), () => setImmediate(() => response.destroy()));
      }
      return true;
    });
    const { blobs, layer } = await openLayer();
    await expect(readBlob(bench.current.http, blobs, layer)).rejects.toMatchObject({
      code: "registry.layer-truncated",
    });
  });

  it("that was deleted meanwhile is not found", async () => {
    const { blobs, layer } = await openLayer();
    const gone = { ...layer, digest: computeDigest(Buffer.from("gone")) };
    await expect(readBlob(bench.current.http, blobs, gone)).rejects.toMatchObject({ code: "registry.not-found" });
  });

  it("that stalls lets go when nobody wants it any more", async () => {
    bench.current.registry.interventions.push(({ path }, response) => {
      if (path === blobPath) {
        response.writeHead(200, { "content-length": bytes.length });
        response.write(bytes.subarray(0, 1000));
      }
      return path === blobPath;
    });
    const { blobs, layer } = await openLayer();
    const controller = new AbortController();
    const stream = await openBlob(blobs, layer, { http: bench.current.http, signal: controller.signal });
    const reading = stream.toArray();
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: "http.cancelled" });
    const unread = await openBlob(blobs, layer, { http: bench.current.http });
    unread.destroy();
    expect(unread.destroyed).toBe(true);
  });
});
