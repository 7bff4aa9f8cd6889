/** Entries as ustar bytes, for tests that need real archives. */

function writeHeader(name: string, sizeBytes: number, typeFlag: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write("0000644\0" + "0000000\0" + "0000000\0", 100);
  header.write(`${sizeBytes.toString(8).padStart(11, "0")}\0${"0".repeat(11)}\0`, 124);
  header.write(typeFlag, 156);
  header.write("ustar\0" + "00", 257);
  return setChecksum(header);
}

/** Makes the block's checksum right. */
export function setChecksum(header: Buffer): Buffer {
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

/** Files and links (`linkname` of type `1` or `2`) in order. */
export function toTar(files: readonly (readonly [name: string, body: string, link?: "1" | "2"])[]): Buffer {
  const blocks = files.flatMap(([name, body, link]) => {
    if (link !== undefined) {
      const header = writeHeader(name, 0, link);
      header.write(body, 157, 100);
      return [setChecksum(header)];
    }
    const bytes = Buffer.from(body);
    return [writeHeader(name, bytes.length, "0"), bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
