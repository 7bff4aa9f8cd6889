import type { ImageConfiguration, Misconfiguration } from "@sightline/model";
import { describe, expect, it } from "vitest";
import { digestOf, plainConfiguration, scanTree } from "../testing/image.ts";
import type { TreeEntry } from "../testing/tree.ts";
import { configurationChecks } from "./checks.ts";

const passwd: TreeEntry = [
  "etc/passwd",
  "root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n",
];

async function findings(
  configuration: Partial<ImageConfiguration>,
  layers: readonly (readonly TreeEntry[])[] = [[passwd], []],
): Promise<readonly Misconfiguration[]> {
  const { misconfigurations } = await scanTree(layers, { ...plainConfiguration, ...configuration });
  return misconfigurations;
}

async function checksOf(configuration: Partial<ImageConfiguration>): Promise<readonly string[]> {
  return (await findings(configuration)).map(({ check }) => check);
}

function secret(name: string): { name: string; valueSha256: string; lengthBytes: number } {
  return { name, valueSha256: digestOf(name).slice(7), lengthBytes: 12 };
}

describe("the user", () => {
  it.each([[""], ["root"], ["0"], ["0:0"], ["root:root"], ["00"], ["toor"], ["toor:app"], [":1000"]])(
    "%j is root",
    async (user) => {
      expect(await checksOf({ user })).toEqual(["image-user-root"]);
    },
  );

  it.each([["app"], ["1000"], ["1000:0"], ["nobody-listed"], ["65532"]])("%j is not", async (user) => {
    expect(await checksOf({ user })).toEqual([]);
  });

  it("is looked up in the merged image: a later layer may give the name another uid", async () => {
    const later: TreeEntry = ["etc/passwd", "app:x:0:0::/:/bin/sh\n"];
    expect((await findings({ user: "app" }, [[passwd], [later]])).map(({ check }) => check)).toEqual([
      "image-user-root",
    ]);
    expect(await findings({ user: "root" }, [[]])).toHaveLength(1);
  });

  it("is traced to the history line that set it and the layer below that line", async () => {
    const history = [
      { createdBy: "ADD rootfs.tar /", emptyLayer: false, layerIndex: 0 },
      { createdBy: "USER app", emptyLayer: true },
      { createdBy: "RUN make USER=x", emptyLayer: false, layerIndex: 1 },
      { createdBy: "/bin/sh -c #(nop)  USER root", emptyLayer: true },
    ];
    const [found] = await findings({ user: "root", history });
    expect(found).toMatchObject({ historyIndex: 3, layer: { kind: "layer", index: 1 }, references: ["CIS-DI-0001"] });
    const [unsaid] = await findings({ user: "", history: history.slice(0, 1) });
    expect(unsaid).toMatchObject({ layer: { kind: "layer", index: 1 } });
    expect(unsaid?.historyIndex).toBeUndefined();
  });
});

describe("the environment", () => {
  const secrets = [
    "PASSWORD",
    "DB_PASS",
    "MYSQL_ROOT_PASSWORD",
    "SECRET_KEY_BASE",
    "AWS_SECRET_ACCESS_KEY",
    "API_KEY",
    "APIKEY",
    "GITHUB_TOKEN",
    "clientSecret",
    "AZURE_STORAGE_CONNECTION_STRING",
    "AZURE_CLIENT_SECRET",
    "STORAGE_ACCOUNT_KEY",
    "PRIVATE_KEY",
  ];
  const harmless = [
    "PATH",
    "PWD",
    "GPG_KEY",
    "GPG_KEYS",
    "PASSWORD_FILE",
    "TOKEN_URL",
    "AWS_ACCESS_KEY_ID",
    "SECRET_NAME",
    "JWT_PUBLIC_KEY",
    "KEYBOARD",
    "COMPASS",
    "MONKEY",
    "TOKENIZERS_PARALLELISM",
    "NODE_VERSION",
    "BYPASS",
  ];

  it.each(secrets.map((name) => [name]))("has a secret in %s", async (name) => {
    expect(await checksOf({ environment: [secret(name)] })).toEqual(["image-secret-in-environment"]);
  });

  it("has none in names that only speak of one, or have no value", async () => {
    expect(await checksOf({ environment: harmless.map(secret) })).toEqual([]);
    const empty = [
      { name: "PASSWORD", value: "" },
      { ...secret("DB_PASSWORD"), lengthBytes: 0 },
    ];
    expect(await checksOf({ environment: empty })).toEqual([]);
  });

  it("never shows a value, and is traced to the line that set the variable", async () => {
    const history = [
      { createdBy: "ADD rootfs.tar /", emptyLayer: false, layerIndex: 0 },
      { createdBy: "ENV API_KEY=[redacted] OTHER=1", emptyLayer: true },
      { createdBy: "/bin/sh -c #(nop)  ENV MY_API_KEY=[redacted]", emptyLayer: true },
      { createdBy: "RUN true", emptyLayer: false, layerIndex: 1 },
    ];
    const environment = [{ name: "API_KEY", value: "hunter2" }];
    const [found] = await findings({ environment, history });
    expect(found).toMatchObject({ historyIndex: 1, layer: { kind: "layer", index: 0 }, severity: "high" });
    expect(JSON.stringify({ ...found, layer: undefined })).not.toContain("hunter2");
  });
});

describe("exposed ports", () => {
  it("of remote administration are found, in ranges too", async () => {
    const exposedPorts = ["22/tcp", "80/tcp", "2375", "3388-3390/tcp", "22/udp", "8022/tcp", "nonsense", "222/tcp"];
    const found = await findings({ exposedPorts });
    expect(found.map(({ check, detail }) => [check, /; (\d+) /.exec(detail)?.[1]])).toEqual([
      ["image-remote-administration-port", "22"],
      ["image-remote-administration-port", "2375"],
      ["image-remote-administration-port", "3389"],
    ]);
  });

  it("are traced to the line that exposed them", async () => {
    const history = [
      { createdBy: "ADD rootfs.tar /", emptyLayer: false, layerIndex: 0 },
      { createdBy: "EXPOSE 80 22", emptyLayer: true },
      { createdBy: "EXPOSE map[8022/tcp:{}]", emptyLayer: true },
    ];
    expect((await findings({ exposedPorts: ["22/tcp"], history }))[0]).toMatchObject({ historyIndex: 1 });
  });
});

it("every check has an id of its own", () => {
  expect(new Set(configurationChecks.map(({ id }) => id)).size).toBe(configurationChecks.length);
});
