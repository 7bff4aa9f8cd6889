/** A registry that only serves one image out of files, in a process of its own so that it shares no event loop with what is measured. */
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

const folder = process.argv[2] ?? ".";
const manifest = readFileSync(join(folder, "manifest.json"));

const server = createServer((request, response) => {
  const path = (request.url ?? "").split("?")[0] ?? "";
  const digest = /\/blobs\/sha256:([0-9a-f]{64})$/.exec(path)?.[1];
  if (/\/manifests\//.test(path)) {
    response.setHeader("content-type", "application/vnd.oci.image.manifest.v1+json");
    response.end(request.method === "HEAD" ? undefined : manifest);
  } else if (digest !== undefined) {
    const file = join(folder, digest);
    response.setHeader("content-length", statSync(file).size);
    createReadStream(file, { highWaterMark: 1024 * 1024 }).pipe(response);
  } else {
    response.end("{}");
  }
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.stdin.once("end", () => process.exit(0)).resume();
