import { describe, expect, it } from "vitest";
import { parseImageName } from "./image-name.ts";

describe("parseImageName", () => {
  it("tells registry, repository and tag apart", () => {
    expect(parseImageName("contoso.azurecr.io/shop/orders:1.2")).toEqual({
      repository: "contoso.azurecr.io/shop/orders",
      tag: "1.2",
    });
    expect(parseImageName("registry.example:5000/orders")).toEqual({ repository: "registry.example:5000/orders" });
    expect(parseImageName("docker-pullable://contoso.azurecr.io/orders@sha256:00")).toEqual({
      repository: "contoso.azurecr.io/orders",
    });
    expect(parseImageName("DOCKER|contoso.azurecr.io/orders:v1")).toEqual({
      repository: "contoso.azurecr.io/orders",
      tag: "v1",
    });
  });

  it("gives names without a host Docker Hub's", () => {
    expect(parseImageName("nginx:1.27")).toEqual({ repository: "docker.io/library/nginx", tag: "1.27" });
    expect(parseImageName("grafana/grafana")).toEqual({ repository: "docker.io/grafana/grafana" });
  });

  it("reads nothing out of nothing", () => {
    expect(parseImageName("")).toBeUndefined();
    expect(parseImageName("two words")).toBeUndefined();
  });
});
