import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseImageLocation } from "./image-location.ts";
import { formatImageReference } from "./image-reference.ts";

const digest = `sha256:${"ab".repeat(32)}`;

describe("the name of an image", () => {
  it.each([
    ["alpine", "docker.io/library/alpine:latest"],
    ["alpine:3.20", "docker.io/library/alpine:3.20"],
    ["grafana/grafana", "docker.io/grafana/grafana:latest"],
    ["docker.io/alpine", "docker.io/library/alpine:latest"],
    ["index.docker.io/library/alpine", "docker.io/library/alpine:latest"],
    ["shop.azurecr.io/web/api:v1.2", "shop.azurecr.io/web/api:v1.2"],
    ["Shop.azurecr.io/web", "shop.azurecr.io/web:latest"],
    ["https://shop.azurecr.io/web:1", "shop.azurecr.io/web:1"],
    ["docker://shop.azurecr.io/web:1", "shop.azurecr.io/web:1"],
    ["localhost/web", "localhost/web:latest"],
    ["localhost:5000/web", "localhost:5000/web:latest"],
    ["[::1]:5000/web:2", "[::1]:5000/web:2"],
    [`shop.azurecr.io/web@${digest}`, `shop.azurecr.io/web@${digest}`],
    [`shop.azurecr.io/web:1@${digest}`, `shop.azurecr.io/web:1@${digest}`],
    [" alpine ", "docker.io/library/alpine:latest"],
    ["a/b/c__d/e-f.g", "docker.io/a/b/c__d/e-f.g:latest"],
  ])("%s is %s", (text, expected) => {
    const location = parseImageLocation(text);
    expect(location).toMatchObject({ ok: true, value: { kind: "registry" } });
    if (location.ok && location.value.kind === "registry") {
      expect(formatImageReference(location.value.reference)).toBe(expected);
    }
  });

  it.each([
    "",
    "shop.azurecr.io/UPPER/case",
    `${"a".repeat(100_000)}!`,
    "shop.azurecr.io/",
    "shop.azurecr.io//web",
    "shop.azurecr.io/web:",
    "shop.azurecr.io/web:a b",
    `shop.azurecr.io/web:${"x".repeat(129)}`,
    "shop.azurecr.io/web@sha256:abc",
    "shop.azurecr.io/web@sha512:abc",
    `shop.azurecr.io/web@${digest}@${digest}`,
    "http://shop.azurecr.io/web",
    "ftp://shop.azurecr.io/web",
    "user:hunter2@shop.azurecr.io/web",
    "https://user:hunter2@shop.azurecr.io/web",
    "shop.azurecr.io:99999999/web",
    "-shop.azurecr.io/web",
    "shop.azurecr.io/../etc",
    "shop.azurecr.io/web?x=1",
    "shop.azurecr.io/web#x",
    `shop.azurecr.io/${"a/".repeat(200)}a`,
    "oci:",
    "rootfs:",
    "docker-archive:",
    "oci:a\0b",
  ])("cannot be %j", (text) => {
    expect(parseImageLocation(text)).toMatchObject({ ok: false, problem: { code: "registry.reference-invalid" } });
  });

  it("does not come back with a password in a problem", () => {
    const location = parseImageLocation("https://user:hunter2@shop.azurecr.io/web");
    expect(JSON.stringify(location)).not.toContain("hunter2");
  });

  it("reads back as itself", () => {
    const name = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,8}){0,2}$/);
    const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), tag, (parts, label) => {
        const text = `registry.example:5000/${parts.join("/")}:${label}`;
        const location = parseImageLocation(text);
        return (
          location.ok && location.value.kind === "registry" && formatImageReference(location.value.reference) === text
        );
      }),
    );
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        parseImageLocation(Buffer.from(bytes).toString("latin1"));
      }),
    );
  });
});

describe("a place on disk", () => {
  it.each([
    ["oci:layout", { kind: "oci-layout", folder: "layout" }],
    ["oci:/a/b:v1", { kind: "oci-layout", folder: "/a/b", tag: "v1" }],
    ["oci:./a:b/c", { kind: "oci-layout", folder: "./a:b/c" }],
    ["oci:./a:b/c:v1", { kind: "oci-layout", folder: "./a:b/c", tag: "v1" }],
    ["docker-archive:/tmp/x.tar", { kind: "docker-archive", file: "/tmp/x.tar" }],
    ["docker-archive:a:b.tar", { kind: "docker-archive", file: "a:b.tar" }],
    ["rootfs:/", { kind: "rootfs", folder: "/" }],
  ])("%s is %o", (text, value) => {
    expect(parseImageLocation(text)).toEqual({ ok: true, value });
  });
});
