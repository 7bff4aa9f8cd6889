import { describe, expect, it } from "vitest";
import { deliveryModes } from "../rule.ts";
import { lookUpOverride, lookUpRole, roleEntries } from "./knowledge.ts";
import { deliveryOverrides } from "./overrides.data.ts";
import { isExecutableRole, packageRoles, toComparableName } from "./role.ts";

describe("the table of package roles", () => {
  it("gives every entry a source, a note that continues a sentence, known roles and something to match", () => {
    for (const entry of roleEntries) {
      expect(entry.source).toMatch(/^https:\/\/[^\s]+$/);
      expect(entry.note).toMatch(/^(?:is|holds|ships|[a-z]+s|may)\b/);
      expect(entry.note.endsWith(".")).toBe(false);
      expect(packageRoles).toContain(entry.role);
      expect((entry.names ?? []).length + (entry.sources ?? []).length).toBeGreaterThan(0);
      expect(entry.delivery.every((mode) => deliveryModes.includes(mode))).toBe(true);
      expect(new Set(entry.delivery).size).toBe(entry.delivery.length);
      expect(entry.terminatesTls === undefined || entry.role === "network-server").toBe(true);
    }
  });

  it("says nothing twice", () => {
    for (const list of ["names", "sources"] as const) {
      const names = roleEntries.flatMap((entry) =>
        entry.types.flatMap((type) => (entry[list] ?? []).map((name) => `${type}/${toComparableName(type, name)}`)),
      );
      const twice = names.filter((name, index) => names.indexOf(name) !== index);
      expect(twice).toEqual([]);
    }
  });

  it("has no delivery exactly where nothing runs", () => {
    for (const entry of roleEntries) {
      expect(isExecutableRole(entry)).toBe(entry.delivery.length > 0);
    }
  });

  it("uses at most one star in a name, with enough beside it to mean something", () => {
    for (const name of roleEntries.flatMap((entry) => [...(entry.names ?? []), ...(entry.sources ?? [])])) {
      expect(name.split("*").length).toBeLessThanOrEqual(2);
      expect(/^[^*]+\*?$|^\*?[^*]+$|^[^*]{3,}\*[^*]{3,}$/.test(name)).toBe(true);
      expect(name.includes("*") ? name.length : 4).toBeGreaterThanOrEqual(4);
    }
  });

  it("knows at least 400 package names", () => {
    expect(roleEntries.flatMap((entry) => [...(entry.names ?? []), ...(entry.sources ?? [])]).length).toBeGreaterThan(
      1000,
    );
  });
});

describe("the table of single flaws", () => {
  it("gives every entry a source, a note and at least one way, and names no flaw twice", () => {
    const ids = deliveryOverrides.flatMap((entry) => entry.ids);
    expect(new Set(ids).size).toBe(ids.length);
    for (const entry of deliveryOverrides) {
      expect(entry.source).toMatch(/^https:\/\//);
      expect(entry.note).toMatch(/^(?:is|opens)\b/);
      expect(entry.delivery.length).toBeGreaterThan(0);
      expect(entry.ids.every((id) => /^CVE-\d{4}-\d{4,}$/.test(id))).toBe(true);
    }
  });

  it("finds a flaw by any of its ids", () => {
    expect(lookUpOverride(["GHSA-jfh8-c2jp-5v3q", "CVE-2021-44228"])?.delivery).toEqual(["inbound", "data"]);
    expect(lookUpOverride(["CVE-1999-0001"])).toBeUndefined();
  });
});

/** Binary packages of Debian 12's essential and required set with their source packages, from its package index. */
const debianEssential = {
  adduser: "adduser",
  apt: "apt",
  "base-files": "base-files",
  "base-passwd": "base-passwd",
  bash: "bash",
  bsdutils: "util-linux",
  coreutils: "coreutils",
  dash: "dash",
  debconf: "debconf",
  "debian-archive-keyring": "debian-archive-keyring",
  debianutils: "debianutils",
  diffutils: "diffutils",
  dpkg: "dpkg",
  e2fsprogs: "e2fsprogs",
  findutils: "findutils",
  "gcc-12-base": "gcc-12",
  gpgv: "gnupg2",
  grep: "grep",
  gzip: "gzip",
  hostname: "hostname",
  "init-system-helpers": "init-system-helpers",
  libacl1: "acl",
  "libapt-pkg6.0": "apt",
  libattr1: "attr",
  "libaudit-common": "audit",
  libaudit1: "audit",
  libblkid1: "util-linux",
  "libbz2-1.0": "bzip2",
  "libc-bin": "glibc",
  libc6: "glibc",
  "libcap-ng0": "libcap-ng",
  libcap2: "libcap2",
  "libcom-err2": "e2fsprogs",
  libcrypt1: "libxcrypt",
  "libdb5.3": "db5.3",
  libdebconfclient0: "cdebconf",
  libext2fs2: "e2fsprogs",
  libffi8: "libffi",
  "libgcc-s1": "gcc-12",
  libgcrypt20: "libgcrypt20",
  libgmp10: "gmp",
  libgnutls30: "gnutls28",
  "libgpg-error0": "libgpg-error",
  libhogweed6: "nettle",
  "libidn2-0": "libidn2",
  liblz4: "lz4",
  liblzma5: "xz-utils",
  libmd0: "libmd",
  libmount1: "util-linux",
  libnettle8: "nettle",
  "libp11-kit0": "p11-kit",
  "libpam-modules": "pam",
  "libpam-runtime": "pam",
  libpam0g: "pam",
  "libpcre2-8-0": "pcre2",
  libseccomp2: "libseccomp",
  libselinux1: "libselinux",
  libsemanage2: "libsemanage",
  libsepol2: "libsepol",
  libsmartcols1: "util-linux",
  libss2: "e2fsprogs",
  "libstdc++6": "gcc-12",
  libsystemd0: "systemd",
  "libtasn1-6": "libtasn1-6",
  libtinfo6: "ncurses",
  libudev1: "systemd",
  libunistring2: "libunistring",
  libuuid1: "util-linux",
  libxxhash0: "xxhash",
  libzstd1: "libzstd",
  login: "shadow",
  logsave: "e2fsprogs",
  mawk: "mawk",
  mount: "util-linux",
  "ncurses-base": "ncurses",
  "ncurses-bin": "ncurses",
  passwd: "shadow",
  "perl-base": "perl",
  sed: "sed",
  "sysvinit-utils": "sysvinit",
  tar: "tar",
  tzdata: "tzdata",
  "usr-is-merged": "usrmerge",
  "util-linux": "util-linux",
  "util-linux-extra": "util-linux",
  zlib1g: "zlib",
};

const commonImagePackages: Readonly<Record<string, readonly string[]>> = {
  deb: [
    "curl",
    "libcurl4",
    "git",
    "openssh-server",
    "openssh-client",
    "openssl",
    "libssl3",
    "libexpat1",
    "libxml2",
    "nginx",
  ],
  apk: [
    "busybox",
    "musl",
    "musl-utils",
    "openssl",
    "libssl3",
    "libcrypto3",
    "zlib",
    "apk-tools",
    "ssl_client",
    "expat",
  ],
  rpm: [
    "glibc",
    "openssl-libs",
    "curl-minimal",
    "expat",
    "zlib",
    "bash",
    "systemd-libs",
    "krb5-libs",
    "httpd",
    "python3-libs",
  ],
  npm: [
    "lodash",
    "minimist",
    "axios",
    "express",
    "qs",
    "body-parser",
    "ws",
    "node-fetch",
    "follow-redirects",
    "jsonwebtoken",
    "moment",
    "semver",
    "tar",
  ],
  pypi: [
    "Django",
    "Flask",
    "Jinja2",
    "Werkzeug",
    "requests",
    "urllib3",
    "certifi",
    "PyYAML",
    "Pillow",
    "cryptography",
    "setuptools",
    "pip",
  ],
  maven: [
    "org.apache.logging.log4j:log4j-core",
    "org.springframework:spring-webmvc",
    "com.fasterxml.jackson.core:jackson-databind",
  ],
};

describe("lookUpRole", () => {
  it("knows every package of Debian 12's essential and required set", () => {
    const unknown = Object.entries(debianEssential).filter(
      ([name, sourceName]) => lookUpRole({ type: "deb", name, sourceName }) === undefined,
    );
    expect(unknown.map(([name]) => name)).toEqual([]);
  });

  it("knows the packages most images carry", () => {
    for (const [type, names] of Object.entries(commonImagePackages)) {
      expect(names.filter((name) => lookUpRole({ type, name }) === undefined)).toEqual([]);
    }
  });

  it("prefers an exact name to a pattern, a pattern to the source package, and guesses nothing", () => {
    const roleOf = (name: string, sourceName?: string): string | undefined =>
      lookUpRole({ type: "deb", name, sourceName })?.role;
    expect(roleOf("libssl-dev", "openssl")).toBe("headers");
    expect(roleOf("openssh-client", "openssh")).toBe("client-library");
    expect(roleOf("openssh-server", "openssh")).toBe("network-server");
    expect(roleOf("linux-libc-dev", "linux")).toBe("headers");
    expect(roleOf("linux-perf", "linux")).toBeUndefined();
    expect(roleOf("python3.11-minimal", "python3.11")).toBe("interpreter");
    expect(roleOf("never-heard-of")).toBeUndefined();
    expect(lookUpRole({ type: "npm", name: "openssl" })).toBeUndefined();
  });

  it("compares Python names as PEP 503 does", () => {
    expect(lookUpRole({ type: "pypi", name: "Jinja2" })).toBe(lookUpRole({ type: "pypi", name: "jinja2" }));
    expect(lookUpRole({ type: "pypi", name: "ruamel.yaml" })?.role).toBe("parser-library");
  });
});
