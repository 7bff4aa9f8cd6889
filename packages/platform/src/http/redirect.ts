/** Where a redirect may lead. Source: RFC 9110 §15.4; the rules about hosts and schemes are ours. */
import { isIP } from "node:net";
import { type HttpError, toHttpError } from "./http-error.ts";

/** Header names that hold credentials. */
const credentialHeaders: ReadonlySet<string> = new Set(["authorization", "cookie", "proxy-authorization"]);

/** Whether this header carries a credential. */
export function isCredentialHeader(name: string): boolean {
  return credentialHeaders.has(name.toLowerCase());
}

/** Whether the host is this machine itself: `localhost`, 127.0.0.0/8 or ::1. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, "");
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** Addresses that only mean something to the machine that asks: a redirect from elsewhere must not lead there. */
function isMachineLocal(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, "");
  return (
    isLoopback(host) ||
    host.startsWith("169.254.") ||
    host.startsWith("fe80:") ||
    host.startsWith("::ffff:") ||
    host === "0.0.0.0" ||
    host === "::"
  );
}

/** Whether the status asks to go elsewhere. 304 and 300 do not. */
export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/**
 * The address a redirect leads to. Throws `http.redirect-refused` when it has none, leaves https, names another scheme
 * than http and https, carries user info, or leads from elsewhere to this machine or its metadata service.
 */
export function toRedirectTarget(from: URL, location: string | null): URL {
  const target = location === null ? null : URL.parse(location, from.href);
  if (target === null) {
    throw toRefusal(from, "it names no address");
  }
  if (target.protocol !== "https:" && target.protocol !== "http:") {
    throw toRefusal(from, "it leads to another protocol");
  }
  if (from.protocol === "https:" && target.protocol === "http:") {
    throw toRefusal(from, "it leads from https to http");
  }
  if (target.username !== "" || target.password !== "") {
    throw toRefusal(from, "its address carries a user name");
  }
  if (isMachineLocal(target.hostname) && !isLoopback(from.hostname)) {
    throw toRefusal(from, "it leads to an address of the own machine");
  }
  return target;
}

function toRefusal(from: URL, reason: string): HttpError {
  return toHttpError("http.redirect-refused", from, `the redirect was not followed, because ${reason}`);
}
