/** Distribution packages in which nothing runs. Sources: the distributions' policies and package descriptions. */
import type { RoleEntry } from "./role.ts";

const distributions = ["deb", "apk", "rpm"];
const alpine = (name: string): string => `https://pkgs.alpinelinux.org/package/v3.20/main/x86_64/${name}`;

/** Kernel, headers, documentation, data: what holds no code that a container could run. */
export const inertPackages: readonly RoleEntry[] = [
  {
    types: ["deb"],
    names: ["linux-libc-dev", "linux-headers-*", "linux-kbuild-*"],
    role: "headers",
    delivery: [],
    note: "ships headers, not kernel code; the node kernel is assessed separately",
    source: "https://packages.debian.org/bookworm/linux-libc-dev",
  },
  {
    types: ["apk", "rpm"],
    names: ["linux-headers", "kernel-headers", "kernel-devel"],
    role: "headers",
    delivery: [],
    note: "ships headers, not kernel code; the node kernel is assessed separately",
    source: alpine("linux-headers"),
  },
  {
    types: ["deb"],
    names: ["linux-image-*", "linux-modules-*"],
    role: "kernel-adjacent",
    delivery: [],
    note: "holds a kernel, and a container runs the kernel of its node, never one from its image",
    source: "https://packages.debian.org/bookworm/linux-image-amd64",
  },
  {
    types: ["apk", "rpm"],
    names: ["linux-lts", "linux-virt", "kernel", "kernel-core", "kernel-modules", "kernel-modules-core"],
    role: "kernel-adjacent",
    delivery: [],
    note: "holds a kernel, and a container runs the kernel of its node, never one from its image",
    source: alpine("linux-lts"),
  },
  {
    types: ["deb"],
    names: ["lib*-dev", "libc6-dev", "zlib1g-dev"],
    role: "headers",
    delivery: [],
    note: "ships headers and archives to link against; the library that runs is a component of its own",
    source: "https://www.debian.org/doc/debian-policy/ch-sharedlibs.html#development-files",
  },
  {
    types: ["apk"],
    names: ["lib*-dev", "musl-dev", "zlib-dev", "openssl-dev", "curl-dev", "expat-dev", "sqlite-dev", "ncurses-dev"],
    role: "headers",
    delivery: [],
    note: "ships headers and archives to link against; the library that runs is a component of its own",
    source: "https://wiki.alpinelinux.org/wiki/APKBUILD_Reference",
  },
  {
    types: ["rpm"],
    names: ["lib*-devel", "glibc-devel", "zlib-devel", "openssl-devel", "expat-devel", "krb5-devel", "ncurses-devel"],
    role: "headers",
    delivery: [],
    note: "ships headers and files to link against; the library that runs is a component of its own",
    source: "https://docs.fedoraproject.org/en-US/packaging-guidelines/#_devel_packages",
  },
  {
    types: distributions,
    names: ["*-doc", "*-docs", "git-man", "*-man-pages", "manpages"],
    role: "documentation",
    delivery: [],
    note: "holds documentation, no code that runs",
    source: "https://www.debian.org/doc/debian-policy/ch-docs.html#additional-documentation",
  },
  {
    types: ["deb"],
    names: ["gcc-*-base"],
    role: "documentation",
    delivery: [],
    note: "holds the documentation folders of the GCC packages, no code",
    source: "https://packages.debian.org/bookworm/gcc-12-base",
  },
  {
    types: distributions,
    names: ["tzdata", "tzdata-legacy", "ncurses-base", "ncurses-terminfo-base", "media-types", "mime-support"],
    role: "data",
    delivery: [],
    note: "holds data tables, no code",
    source: "https://packages.debian.org/bookworm/tzdata",
  },
  {
    types: distributions,
    names: ["libc-l10n", "locales", "locales-all", "fonts-*", "font-*", "iso-codes", "glibc-langpack-*"],
    role: "data",
    delivery: [],
    note: "holds language or font data, no code",
    source: "https://packages.debian.org/bookworm/locales",
  },
];
