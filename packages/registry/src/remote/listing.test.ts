import { Secret } from "@sightline/platform";
import { describe, expect, it } from "vitest";
import { tokensOf, useBench } from "../bench.fixture.ts";
import { toJson, toJwt } from "../image.fixture.ts";
import { defaultRegistryLimits } from "../limits.ts";
import { createRegistryClient } from "../open-image.ts";
import { anonymousTokens, type RegistryCredential } from "./token-source.ts";

const bench = useBench();

describe("lists", () => {
  function servePages(pages: readonly { names: readonly string[]; next?: string }[], key: string): void {
    bench.current.registry.interventions.push(({ path }, response) => {
      const [, page = "0"] = /[?&]page=(\d+)/.exec(path) ?? [];
      const isList = path.startsWith("/v2/_catalog") || path.startsWith("/v2/shop/api/tags/list");
      const found = pages[Number(page)];
      if (!isList || found === undefined) {
        return false;
      }
      response.writeHead(200, found.next === undefined ? {} : { link: `<${found.next}>; rel="next"` });
      response.end(toJson({ [key]: found.names }));
      return true;
    });
  }

  it("of repositories are read to their last page", async () => {
    servePages(
      [
        { names: ["a", "b"], next: "/v2/_catalog?n=2&last=b&page=1" },
        { names: ["c"], next: "/v2/_catalog?n=2&last=c&page=2" },
        { names: [] },
      ],
      "repositories",
    );
    expect(await bench.current.createClient().listRepositories(bench.current.registry.host)).toEqual({
      value: ["a", "b", "c"],
      problems: [],
    });
  });

  it("of tags are read to their last page", async () => {
    servePages([{ names: ["1", "2"], next: "/v2/shop/api/tags/list?page=1" }, { names: ["3"] }], "tags");
    const repository = { registry: bench.current.registry.host, repository: "shop/api" };
    expect(await bench.current.createClient().listTags(repository)).toEqual({ value: ["1", "2", "3"], problems: [] });
  });

  it("whose pages lead back to themselves end, and are called incomplete", async () => {
    servePages(
      [
        { names: ["a"], next: "/v2/_catalog?page=1" },
        { names: ["b"], next: "/v2/_catalog?page=1" },
      ],
      "repositories",
    );
    expect(await bench.current.createClient().listRepositories(bench.current.registry.host)).toMatchObject({
      value: ["a", "b"],
      problems: [{ code: "registry.listing-incomplete" }],
    });
  });

  it("whose pages never end are cut off, and are called incomplete", async () => {
    let page = 0;
    bench.current.registry.interventions.push(({ path }, response) => {
      if (!path.startsWith("/v2/_catalog")) {
        return false;
      }
      page += 1;
      response.writeHead(200, { link: `</v2/_catalog?last=${page}>; rel="next"` });
      response.end(toJson({ repositories: [`r${page}`] }));
      return true;
    });
    const { http, clock } = bench.current;
    const limits = { ...defaultRegistryLimits, pagesMax: 5 };
    const client = createRegistryClient({ http, clock, credentials: anonymousTokens, limits });
    const { value, problems } = await client.listRepositories(bench.current.registry.host);
    expect(value).toHaveLength(5);
    expect(problems).toMatchObject([{ code: "registry.listing-incomplete" }]);
  });

  it("that continue on another host are not followed", async () => {
    servePages([{ names: ["a"], next: "https://elsewhere.example/v2/_catalog?page=1" }], "repositories");
    await expect(bench.current.createClient().listRepositories(bench.current.registry.host)).rejects.toMatchObject({
      code: "registry.answer-unexpected",
    });
  });

  it.each([
    [401, "registry.challenge-invalid"],
    [403, "registry.catalog-denied"],
    [404, "registry.catalog-unsupported"],
    [405, "registry.catalog-unsupported"],
  ])("refused with %i are %s, never empty", async (status, code) => {
    bench.current.registry.interventions.push(({ path }, response) => {
      if (path.startsWith("/v2/_catalog")) {
        response.writeHead(status).end();
      }
      return path.startsWith("/v2/_catalog");
    });
    await expect(bench.current.createClient().listRepositories(bench.current.registry.host)).rejects.toMatchObject({
      code,
    });
  });

  it("refused by a token without the catalog are denied, never empty", async () => {
    const service = await bench.current.serve((_request, response) => {
      response.end(toJson({ token: toJwt({ access: [] }) }));
    });
    bench.current.registry.interventions.push(({ path }, response) => {
      if (path.startsWith("/v2/_catalog")) {
        const challenge = `Bearer realm="http://${service}/token",scope="registry:catalog:*"`;
        response.writeHead(401, { "www-authenticate": challenge }).end();
      }
      return path.startsWith("/v2/_catalog");
    });
    const credential: RegistryCredential = { kind: "basic", username: "ci", password: new Secret("x") };
    await expect(
      bench.current.createClient(tokensOf(credential)).listRepositories(bench.current.registry.host),
    ).rejects.toMatchObject({
      code: "registry.catalog-denied",
    });
  });
});
