/**
 * Who stands behind an OSV record, told by its id, and on what terms the data may be passed on. Sources: OSV schema
 * 1.7 "id, modified fields" (prefixes); google/osv.dev docs/data.md and the publishers' own licence files (licences).
 */
import type { DataOrigin } from "../../source.ts";

/** An origin and the id prefixes that are its own. */
export interface OsvOrigin extends DataOrigin {
  readonly prefixes: readonly string[];
}

const unstated = "not stated";

export const osvOrigins: readonly OsvOrigin[] = [
  {
    id: "github",
    prefixes: ["GHSA-"],
    name: "GitHub Advisory Database",
    licence: "CC-BY-4.0",
    attribution: "GitHub Advisory Database, by GitHub and contributors, CC BY 4.0.",
    url: "https://github.com/github/advisory-database",
  },
  {
    id: "go",
    prefixes: ["GO-"],
    name: "Go Vulnerability Database",
    licence: "CC-BY-4.0",
    attribution: "Go Vulnerability Database, by the Go authors, CC BY 4.0.",
    url: "https://github.com/golang/vulndb",
  },
  {
    id: "pypa",
    prefixes: ["PYSEC-"],
    name: "Python Packaging Advisory Database",
    licence: "CC-BY-4.0",
    attribution: "Python Packaging Advisory Database, by the PyPA, CC BY 4.0.",
    url: "https://github.com/pypa/advisory-database",
  },
  {
    id: "psf",
    prefixes: ["PSF-"],
    name: "Python Software Foundation advisories",
    licence: "CC-BY-4.0",
    attribution: "Python Software Foundation Advisory Database, CC BY 4.0.",
    url: "https://github.com/psf/advisory-database",
  },
  {
    id: "rustsec",
    prefixes: ["RUSTSEC-"],
    name: "RustSec Advisory Database",
    licence: "CC0-1.0",
    attribution: "RustSec Advisory Database, CC0 1.0; advisories imported from GitHub CC BY 4.0.",
    url: "https://github.com/RustSec/advisory-db",
  },
  {
    id: "rubysec",
    prefixes: ["RUBYSEC-", "OSVDB-"],
    name: "Ruby Advisory Database",
    licence: "public domain, with notices",
    attribution: "Ruby Advisory Database, by the rubysec project and the Open Sourced Vulnerability Database.",
    url: "https://github.com/rubysec/ruby-advisory-db",
  },
  {
    id: "friends-of-php",
    prefixes: ["FOP-"],
    name: "FriendsOfPHP security advisories",
    licence: "Unlicense",
    attribution: "FriendsOfPHP/security-advisories.",
    url: "https://github.com/FriendsOfPHP/security-advisories",
  },
  {
    id: "nodejs-security-wg",
    prefixes: ["NSWG-"],
    name: "Node.js security working group",
    licence: "MIT",
    attribution: "Node.js Security Working Group vulnerability database, MIT.",
    url: "https://github.com/nodejs/security-wg",
  },
  {
    id: "retire-js",
    prefixes: ["RETIRE"],
    name: "Retire.js repository",
    licence: "Apache-2.0",
    attribution: "Retire.js, Apache License 2.0.",
    url: "https://github.com/RetireJS/retire.js",
  },
  {
    id: "bitnami",
    prefixes: ["BIT-"],
    name: "Bitnami Vulnerability Database",
    licence: "Apache-2.0",
    attribution: "Bitnami Vulnerability Database, Apache License 2.0.",
    url: "https://github.com/bitnami/vulndb",
  },
  {
    id: "debian",
    prefixes: ["DSA-", "DLA-", "DTSA-", "DEBIAN-CVE-"],
    name: "Debian security tracker",
    licence: unstated,
    attribution: "Debian Security Tracker, by the Debian security team.",
    url: "https://security-tracker.debian.org",
  },
  {
    id: "ubuntu",
    prefixes: ["USN-", "UBUNTU-CVE-", "LSN-"],
    name: "Ubuntu security notices",
    licence: "CC-BY-SA-4.0",
    attribution: "Ubuntu Security Notices, by Canonical, CC BY-SA 4.0; derived data is under the same licence.",
    url: "https://github.com/canonical/ubuntu-security-notices",
  },
  {
    id: "alpine",
    prefixes: ["ALPINE-"],
    name: "Alpine security database",
    licence: unstated,
    attribution: "Alpine Linux security database (secdb), by the Alpine security team.",
    url: "https://secdb.alpinelinux.org",
  },
  {
    id: "almalinux",
    prefixes: ["ALSA-", "ALBA-", "ALEA-"],
    name: "AlmaLinux errata",
    licence: "MIT",
    attribution: "AlmaLinux OSV database, MIT.",
    url: "https://github.com/AlmaLinux/osv-database",
  },
  {
    id: "rocky",
    prefixes: ["RLSA-", "RXSA-", "RLBA-", "RLEA-"],
    name: "Rocky Linux errata",
    licence: "BSD",
    attribution: "Rocky Linux errata, by the Rocky Enterprise Software Foundation.",
    url: "https://errata.rockylinux.org",
  },
  {
    id: "red-hat",
    prefixes: ["RHSA-", "RHBA-", "RHEA-"],
    name: "Red Hat security data",
    licence: "CC-BY-4.0",
    attribution: "Red Hat security data, CC BY 4.0.",
    url: "https://security.access.redhat.com/data",
  },
  {
    id: "suse",
    prefixes: ["SUSE-", "openSUSE-"],
    name: "SUSE security data",
    licence: "CC-BY-4.0",
    attribution: "SUSE security data, CC BY 4.0.",
    url: "https://www.suse.com/support/security",
  },
  {
    id: "azure-linux",
    prefixes: ["AZL-"],
    name: "Azure Linux vulnerability data",
    licence: "MIT",
    attribution: "Azure Linux vulnerability data, by Microsoft, MIT.",
    url: "https://github.com/microsoft/AzureLinuxVulnerabilityData",
  },
  {
    id: "malicious-packages",
    prefixes: ["MAL-"],
    name: "OpenSSF malicious packages",
    licence: "Apache-2.0",
    attribution: "OpenSSF Malicious Packages, Apache License 2.0.",
    url: "https://github.com/ossf/malicious-packages",
  },
  {
    id: "oss-fuzz",
    prefixes: ["OSV-"],
    name: "OSS-Fuzz vulnerabilities",
    licence: "CC-BY-4.0",
    attribution: "OSS-Fuzz vulnerabilities, by Google, CC BY 4.0.",
    url: "https://github.com/google/oss-fuzz-vulns",
  },
  {
    id: "haskell",
    prefixes: ["HSEC-"],
    name: "Haskell security advisories",
    licence: "CC0-1.0",
    attribution: "Haskell Security Advisories, CC0 1.0.",
    url: "https://github.com/haskell/security-advisories",
  },
  {
    id: "chainguard",
    prefixes: ["CGA-"],
    name: "Chainguard and Wolfi advisories",
    licence: "CC-BY-NC-ND-4.0 or a commercial licence",
    attribution: "Chainguard and Wolfi advisories, by Chainguard; check that your use is covered by their licence.",
    url: "https://github.com/wolfi-dev/advisories",
  },
];

/** The record's own file says no more than that OSV collected it. */
export const otherOsvOrigin: OsvOrigin = {
  id: "osv",
  prefixes: [],
  name: "Other records collected by OSV",
  licence: "as stated by each record's publisher",
  attribution: "Collected by OSV (osv.dev).",
  url: "https://google.github.io/osv.dev/data",
};
