/** The floor of a scan: one layer through bare node:zlib with both SHA-256, nothing else. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { serveThreadTasks } from "@sightline/platform";

const chunkBytes = 256 * 1024;

serveThreadTasks(async (task) => {
  const path = String(task);
  const stored = createHash("sha256");
  const unpacked = createHash("sha256");
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  let bytes = 0;
  gunzip.on("data", (chunk: Buffer) => {
    unpacked.update(chunk);
    bytes += chunk.length;
  });
  const done = new Promise<void>((resolve, reject) => {
    gunzip.on("end", resolve);
    gunzip.on("error", reject);
  });
  const source = createReadStream(path, { highWaterMark: chunkBytes });
  source.on("data", (chunk) => stored.update(chunk));
  source.pipe(gunzip);
  await done;
  return { stored: stored.digest("hex"), unpacked: unpacked.digest("hex"), bytes };
});
