/** One tiny real image, made in memory: a Debian root file system with one old package. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

/** A blob and what it is called. */
export interface Blob {
  readonly digest: string;
  readonly bytes: Buffer;
}

/** An image's parts, ready to be served or spoilt. */
export interface SmallImage {
  readonly manifest: Blob;
  readonly config: Blob;
  readonly layer: Blob;
}

function toBlob(bytes: Buffer): Blob {
  return { digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`, bytes };
}

/** One ustar entry. Source: POSIX.1-2017 pax, "ustar Interchange Format". */
function tarEntry(path: string, content: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\0", 257);
  header.write("00", 263);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

const files: readonly (readonly [string, string])[] = [
  ["etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'],
  [
    "var/lib/dpkg/status",
    "Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nSource: zlib\nVersion: 1:1.2.13.dfsg-1\n\n",
  ],
];

/** What the manifest may say differently from the truth. */
export interface Spoilt {
  readonly layerMediaType?: string;
  readonly noLayers?: boolean;
}

/** Builds the image, spoilt as asked. */
export function buildSmallImage(spoilt: Spoilt = {}): SmallImage {
  const tar = Buffer.concat([...files.map(([path, content]) => tarEntry(path, content)), Buffer.alloc(1024)]);
  const layer = toBlob(gzipSync(tar));
  const diffIds = spoilt.noLayers === true ? [] : [toBlob(tar).digest];
  const config = toBlob(
    Buffer.from(
      JSON.stringify({
        architecture: "amd64",
        os: "linux",
        config: { User: "1000", Healthcheck: { Test: ["CMD", "true"] } },
        rootfs: { type: "layers", diff_ids: diffIds },
        history: diffIds.map(() => ({ created_by: "COPY rootfs /" })),
      }),
    ),
  );
  const layers = diffIds.map(() => ({
    mediaType: spoilt.layerMediaType ?? "application/vnd.oci.image.layer.v1.tar+gzip",
    digest: layer.digest,
    size: layer.bytes.length,
  }));
  const manifest = toBlob(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        config: {
          mediaType: "application/vnd.oci.image.config.v1+json",
          digest: config.digest,
          size: config.bytes.length,
        },
        layers,
      }),
    ),
  );
  return { manifest, config, layer };
}
