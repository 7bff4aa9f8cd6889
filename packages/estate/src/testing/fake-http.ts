/** An HTTP client that answers out of a function and remembers what it was asked. */
import { PassThrough } from "node:stream";
import { type HttpClient, HttpError, type HttpRequest } from "@sightline/platform";

/** One answer; text is sent as it is, anything else as JSON. An error code instead: no answer comes. */
export type FakeHttpAnswer =
  | { readonly status?: number; readonly body: unknown }
  | { readonly error: HttpError["code"] };

/** Makes a client. */
export function createFakeHttp(
  answer: (request: HttpRequest, url: URL) => FakeHttpAnswer,
): HttpClient & { readonly seen: readonly HttpRequest[] } {
  const seen: HttpRequest[] = [];
  const fail = (code: HttpError["code"], url: string): HttpError =>
    new HttpError({ code, subject: url, message: `${code} at ${url}.`, next: "Try again." });
  return {
    seen,
    close: () => Promise.resolve(),
    request: (request) => {
      seen.push(request);
      const given = answer(request, new URL(request.url));
      if ("error" in given) {
        return Promise.reject(fail(given.error, request.url));
      }
      const { status = 200, body } = given;
      const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
      return Promise.resolve({
        status,
        headers: new Headers(),
        url: request.url,
        attempts: 1,
        body: new PassThrough().end(bytes),
        readBytes: () => Promise.resolve(bytes),
        readJson: async (): Promise<unknown> => {
          try {
            return await Promise.resolve(JSON.parse(bytes.toString()));
          } catch {
            throw fail("http.body-invalid", request.url);
          }
        },
        discard: () => undefined,
      });
    },
  };
}
