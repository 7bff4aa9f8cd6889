import { describe, expect, it } from "vitest";
import { assertReadOnly, azureHosts, type GuardedRequest } from "./guard.ts";

function ask(method: string, url: string, more: Partial<GuardedRequest> = {}): () => void {
  return () =>
    assertReadOnly(
      { method, url: new URL(url), towards: "cloud", headerNames: [], hasBody: method === "POST", ...more },
      azureHosts,
    );
}

const refused = expect.objectContaining({ code: "http.write-refused" });

describe("the read-only guard", () => {
  it.each([
    ["GET", "https://management.azure.com/subscriptions"],
    ["HEAD", "https://registry.example/v2/a/manifests/1"],
    ["POST", "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token"],
    ["POST", "https://management.azure.com/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"],
  ])("lets %s %s pass", (method, url) => {
    expect(ask(method, url)).not.toThrow();
  });

  it.each([
    ["PUT", "https://management.azure.com/subscriptions/s"],
    ["PATCH", "https://management.azure.com/subscriptions/s"],
    ["DELETE", "https://management.azure.com/subscriptions/s"],
    ["OPTIONS", "https://management.azure.com/"],
    ["get", "https://management.azure.com/subscriptions"],
    ["POST", "https://management.azure.com/subscriptions/s/resourceGroups/g/providers/x/y/listKeys"],
    ["POST", "https://management.azure.com/batch"],
    ["POST", "https://evil.example/providers/Microsoft.ResourceGraph/resources"],
    ["POST", "https://management.azure.com/providers/Microsoft.ResourceGraph/resources/x"],
    ["POST", "https://management.azure.com/a/../providers/Microsoft.ResourceGraph/resourcesHistory"],
    ["POST", "https://evil.example/tenant/oauth2/v2.0/token"],
    ["POST", "https://login.microsoftonline.com/tenant/oauth2/v2.0/devicecode"],
    ["POST", "https://login.microsoftonline.com:8443/tenant/oauth2/v2.0/token"],
  ])("refuses %s %s", (method, url) => {
    expect(ask(method, url)).toThrow(refused);
  });

  it("lets the token exchange of a registry pass towards a registry only", () => {
    expect(ask("POST", "https://r.azurecr.io/oauth2/exchange", { towards: "registry" })).not.toThrow();
    expect(ask("POST", "https://r.azurecr.io/oauth2/token", { towards: "registry" })).not.toThrow();
    expect(ask("POST", "https://r.azurecr.io/oauth2/token", { towards: "cloud" })).toThrow(refused);
    expect(ask("POST", "https://r.azurecr.io/v2/app/blobs/uploads/", { towards: "registry" })).toThrow(refused);
  });

  it("lets a cluster be asked what may be done, and nothing be done", () => {
    const api = "https://cluster.example/apis/authorization.k8s.io/v1";
    expect(ask("POST", `${api}/selfsubjectaccessreviews`, { towards: "kubernetes" })).not.toThrow();
    expect(ask("POST", `${api}/selfsubjectrulesreviews`, { towards: "kubernetes" })).not.toThrow();
    expect(ask("POST", `${api}/subjectaccessreviews`, { towards: "kubernetes" })).toThrow(refused);
    expect(ask("POST", "https://cluster.example/api/v1/namespaces/a/pods/p/exec", { towards: "kubernetes" })).toThrow(
      refused,
    );
  });

  it("refuses a read that carries a body or turns into another method on the way", () => {
    expect(ask("GET", "https://management.azure.com/x", { hasBody: true })).toThrow(refused);
    expect(ask("GET", "https://management.azure.com/x", { headerNames: ["X-HTTP-Method-Override"] })).toThrow(refused);
  });
});
