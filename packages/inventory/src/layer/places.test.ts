import { describe, expect, it } from "vitest";
import { isDirectoryPlace, isTellingSymlink, resolveTarget, toRemoval } from "./places.ts";

describe("whiteouts", () => {
  it("name a path or empty a directory; other reserved names do nothing", () => {
    expect(toRemoval("a/.wh.b")).toEqual({ kind: "whiteout", path: "a/b" });
    expect(toRemoval(".wh.b")).toEqual({ kind: "whiteout", path: "b" });
    expect(toRemoval("a/.wh..wh..opq")).toEqual({ kind: "opaque", directory: "a" });
    expect(toRemoval(".wh..wh..opq")).toEqual({ kind: "opaque", directory: "" });
    for (const name of [".wh.", ".wh..wh.plnk", ".wh..wh.aufs", ".wh..wh..wh..opq"]) {
      expect(toRemoval(`a/${name}`)).toEqual({ kind: "reserved" });
    }
    expect([toRemoval("a/wh.b"), toRemoval("a.wh.b"), toRemoval(".wh.a/b")]).toEqual([undefined, undefined, undefined]);
  });
});

describe("places", () => {
  it("where lower layers may keep directories of packages are known", () => {
    const places = [
      "app",
      "opt/app",
      "var/lib/dpkg/info",
      "var/lib/dpkg",
      "usr/lib/apk",
      "srv/a/b/node_modules",
      "srv/a/b/node_modules/x",
      "srv/a/b/node_modules/@s/x",
      "usr/lib/python3/dist-packages",
      "usr/lib/python3/dist-packages/six-1.0.dist-info",
      "usr/lib/python3/dist-packages/six-1.0.egg-info",
    ];
    expect(places.filter((path) => !isDirectoryPlace(path))).toEqual([]);
    expect(["usr/share/doc/a", "srv/a/b/node_modules/x/index.js", "usr/lib/x.so"].filter(isDirectoryPlace)).toEqual([]);
  });

  it("of symlinks matter unless the name is a file's", () => {
    expect(["usr/lib/libz.so.1", "usr/share/man/man1/a.1"].filter(isTellingSymlink)).toEqual([]);
    const telling = ["etc/os-release", "opt/a/b/current", "x/y/node_modules/highlight.js"];
    expect(telling.filter((path) => !isTellingSymlink(path))).toEqual([]);
  });

  it("a symlink leads to stay inside the image", () => {
    expect(resolveTarget("etc/os-release", "../usr/lib/os-release")).toBe("usr/lib/os-release");
    expect(resolveTarget("etc/os-release", "/usr/lib/os-release")).toBe("usr/lib/os-release");
    expect(resolveTarget("etc/x", "../../../../a")).toBe("a");
    expect(resolveTarget("x", "y/./z/")).toBe("y/z");
    expect(resolveTarget("x", "/")).toBe("");
  });
});
