/**
 * How single well-known flaws are delivered, where it differs from what their package suggests. Source of each: the
 * advisory named. Every mode listed works by itself.
 */
import type { PackageDelivery } from "./role.ts";

/** One flaw. */
export interface DeliveryOverride {
  readonly ids: readonly string[];
  readonly delivery: readonly PackageDelivery[];
  /** The rest of a sentence that starts with `the flaw`. */
  readonly note: string;
  readonly source: string;
}

const nvd = (id: string): string => `https://nvd.nist.gov/vuln/detail/${id}`;

/** Delivery of single flaws, by vulnerability id. */
export const deliveryOverrides: readonly DeliveryOverride[] = [
  {
    ids: ["CVE-2014-0160"],
    delivery: ["inbound", "outbound"],
    note: "is met in TLS heartbeats of either side",
    source: nvd("CVE-2014-0160"),
  },
  {
    ids: ["CVE-2021-3449"],
    delivery: ["inbound"],
    note: "is met in a TLS renegotiation asked of a server",
    source: "https://openssl-library.org/news/secadv/20210325.txt",
  },
  {
    ids: ["CVE-2022-3602", "CVE-2022-3786"],
    delivery: ["inbound", "outbound"],
    note: "is met while a certificate of the other side is checked",
    source: "https://openssl-library.org/news/secadv/20221101.txt",
  },
  {
    ids: ["CVE-2022-0778"],
    delivery: ["inbound", "outbound", "data"],
    note: "is met while a certificate or key is read",
    source: "https://openssl-library.org/news/secadv/20220315.txt",
  },
  {
    ids: ["CVE-2021-44228", "CVE-2021-45046"],
    delivery: ["inbound", "data"],
    note: "is met when text of a request is logged",
    source: "https://logging.apache.org/security.html",
  },
  {
    ids: ["CVE-2022-22965", "CVE-2022-22963", "CVE-2022-22947"],
    delivery: ["inbound"],
    note: "is met in an HTTP request",
    source: nvd("CVE-2022-22965"),
  },
  {
    ids: ["CVE-2017-5638", "CVE-2018-11776", "CVE-2023-50164"],
    delivery: ["inbound"],
    note: "is met in an HTTP request",
    source: nvd("CVE-2017-5638"),
  },
  {
    ids: ["CVE-2025-55182", "CVE-2025-66478"],
    delivery: ["inbound"],
    note: "is met in the body of an HTTP request",
    source: nvd("CVE-2025-55182"),
  },
  {
    ids: ["CVE-2017-9841"],
    delivery: ["inbound"],
    note: "is met in an HTTP request for a file that was installed below the document root",
    source: nvd("CVE-2017-9841"),
  },
  {
    ids: ["CVE-2024-6387"],
    delivery: ["inbound"],
    note: "is met in an SSH connection before anyone signs in",
    source: nvd("CVE-2024-6387"),
  },
  {
    ids: ["CVE-2024-3094"],
    delivery: ["inbound"],
    note: "opens a door in the SSH server that loads the library",
    source: nvd("CVE-2024-3094"),
  },
  {
    ids: ["CVE-2023-38408", "CVE-2016-0777", "CVE-2025-26465"],
    delivery: ["outbound"],
    note: "is met by the SSH client",
    source: nvd("CVE-2025-26465"),
  },
  {
    ids: ["CVE-2023-44487", "CVE-2025-8671"],
    delivery: ["inbound"],
    note: "is met in HTTP/2 streams opened and reset by a client",
    source: nvd("CVE-2023-44487"),
  },
  {
    ids: ["CVE-2021-23017"],
    delivery: ["outbound"],
    note: "is met in the answer of a DNS server the resolver asks",
    source: "https://mailman.nginx.org/pipermail/nginx-announce/2021/000300.html",
  },
  {
    ids: ["CVE-2022-41741", "CVE-2022-41742", "CVE-2024-7347"],
    delivery: ["data"],
    note: "is met in an MP4 file the server hands out",
    source: nvd("CVE-2022-41741"),
  },
  {
    ids: ["CVE-2021-41773", "CVE-2021-42013", "CVE-2024-38474", "CVE-2024-38475", "CVE-2024-38476"],
    delivery: ["inbound"],
    note: "is met in the path of an HTTP request",
    source: "https://httpd.apache.org/security/vulnerabilities_24.html",
  },
  {
    ids: ["CVE-2019-0211"],
    delivery: ["local"],
    note: "is met by code that runs in a worker of the server",
    source: "https://httpd.apache.org/security/vulnerabilities_24.html",
  },
  {
    ids: ["CVE-2019-11043", "CVE-2024-4577"],
    delivery: ["inbound"],
    note: "is met in an HTTP request that reaches PHP",
    source: nvd("CVE-2019-11043"),
  },
  {
    ids: ["CVE-2020-1938", "CVE-2025-24813", "CVE-2017-12615"],
    delivery: ["inbound"],
    note: "is met in a request to the server",
    source: "https://tomcat.apache.org/security-9.html",
  },
  {
    ids: ["CVE-2023-5363"],
    delivery: ["data"],
    note: "is met where an application changes the key or IV length of a cipher, which TLS never does",
    source: "https://openssl-library.org/news/secadv/20231024.txt",
  },
  {
    ids: ["CVE-2023-5678"],
    delivery: ["data"],
    note: "is met while an application makes or checks an X9.42 Diffie-Hellman key, which TLS never does",
    source: "https://openssl-library.org/news/secadv/20231106.txt",
  },
  {
    ids: ["CVE-2022-24999"],
    delivery: ["inbound"],
    note: "is met in the query string of an HTTP request",
    source: nvd("CVE-2022-24999"),
  },
  {
    ids: ["CVE-2024-45590"],
    delivery: ["inbound"],
    note: "is met in the body of an HTTP request",
    source: nvd("CVE-2024-45590"),
  },
  {
    ids: ["CVE-2024-45296"],
    delivery: ["inbound"],
    note: "is met in the path of an HTTP request",
    source: nvd("CVE-2024-45296"),
  },
  {
    ids: ["CVE-2022-29078"],
    delivery: ["inbound", "data"],
    note: "is met in values that become options of a template, most of them parameters of an HTTP request",
    source: nvd("CVE-2022-29078"),
  },
  {
    ids: ["CVE-2022-28346", "CVE-2022-28347"],
    delivery: ["inbound", "data"],
    note: "is met in names of columns that an application takes from an HTTP request or from stored data",
    source: "https://www.djangoproject.com/weblog/2022/apr/11/security-releases/",
  },
  {
    ids: ["CVE-2023-31047"],
    delivery: ["inbound"],
    note: "is met in files uploaded with an HTTP request",
    source: "https://www.djangoproject.com/weblog/2023/may/03/security-releases/",
  },
  {
    ids: ["CVE-2020-28493"],
    delivery: ["inbound", "data"],
    note: "is met in text of a request or of stored data that the urlize filter turns into links",
    source: nvd("CVE-2020-28493"),
  },
  {
    ids: ["CVE-2014-6271", "CVE-2014-7169"],
    delivery: ["inbound", "outbound", "data"],
    note: "is met when text of a request becomes an environment variable of a shell",
    source: nvd("CVE-2014-6271"),
  },
  {
    ids: ["CVE-2022-0543"],
    delivery: ["inbound"],
    note: "is met in a script sent to the server",
    source: nvd("CVE-2022-0543"),
  },
  {
    ids: ["CVE-2015-7547"],
    delivery: ["outbound"],
    note: "is met in the answer of a DNS server",
    source: nvd("CVE-2015-7547"),
  },
  {
    ids: ["CVE-2023-4911", "CVE-2025-4802", "CVE-2023-6246"],
    delivery: ["local"],
    note: "is met when a local user starts a program with raised privileges",
    source: nvd("CVE-2023-4911"),
  },
  {
    ids: ["CVE-2024-2961"],
    delivery: ["data"],
    note: "is met when text is converted into a certain character set",
    source: nvd("CVE-2024-2961"),
  },
  {
    ids: ["CVE-2021-4034", "CVE-2021-3156", "CVE-2019-14287", "CVE-2025-32463", "CVE-2025-32462"],
    delivery: ["local"],
    note: "is met when a local user starts a program with raised privileges",
    source: nvd("CVE-2021-4034"),
  },
  {
    ids: ["CVE-2022-0563", "CVE-2024-28085", "CVE-2021-37600"],
    delivery: ["local"],
    note: "is met by a user at a terminal of the machine",
    source: nvd("CVE-2022-0563"),
  },
  {
    ids: ["CVE-2024-21626", "CVE-2019-5736"],
    delivery: ["local", "data"],
    note: "is met when a container is started from a hostile image or entered",
    source: nvd("CVE-2024-21626"),
  },
  {
    ids: ["CVE-2023-38545", "CVE-2023-38546", "CVE-2023-46218"],
    delivery: ["outbound"],
    note: "is met in a transfer the client makes",
    source: "https://curl.se/docs/security.html",
  },
  {
    ids: ["CVE-2023-4863", "CVE-2023-5217"],
    delivery: ["data"],
    note: "is met in a picture or video that is decoded",
    source: nvd("CVE-2023-4863"),
  },
  {
    ids: ["CVE-2016-3714", "CVE-2018-16509", "CVE-2021-22204"],
    delivery: ["data"],
    note: "is met in a picture or document that is converted",
    source: nvd("CVE-2016-3714"),
  },
  {
    ids: ["CVE-2022-37434", "CVE-2018-25032", "CVE-2023-45853"],
    delivery: ["data"],
    note: "is met in data that is compressed or decompressed",
    source: nvd("CVE-2022-37434"),
  },
  {
    ids: ["CVE-2023-50387", "CVE-2023-50868"],
    delivery: ["outbound"],
    note: "is met in the DNS answers a validating resolver checks",
    source: nvd("CVE-2023-50387"),
  },
  {
    ids: ["CVE-2022-30065", "CVE-2023-42363", "CVE-2023-42364", "CVE-2023-42365", "CVE-2023-42366"],
    delivery: ["data"],
    note: "is met in an awk script",
    source: nvd("CVE-2023-42363"),
  },
  {
    ids: ["CVE-2021-42378", "CVE-2021-42379", "CVE-2021-42380", "CVE-2021-42381", "CVE-2021-42382"],
    delivery: ["data"],
    note: "is met in an awk script",
    source: nvd("CVE-2021-42378"),
  },
  {
    ids: ["CVE-2021-42383", "CVE-2021-42384", "CVE-2021-42385", "CVE-2021-42386"],
    delivery: ["data"],
    note: "is met in an awk script",
    source: nvd("CVE-2021-42386"),
  },
  {
    ids: ["CVE-2022-28391", "CVE-2024-58251"],
    delivery: ["local", "outbound"],
    note: "is met by a user who looks at the output of a tool at a terminal",
    source: nvd("CVE-2022-28391"),
  },
  {
    ids: ["CVE-2007-4559", "CVE-2025-45582", "CVE-2025-4517", "CVE-2024-12718"],
    delivery: ["data"],
    note: "is met in an archive that is unpacked",
    source: nvd("CVE-2007-4559"),
  },
];
