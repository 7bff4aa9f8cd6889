import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redactText, toEnvironmentVariable } from "./redact.ts";

describe("an environment variable", () => {
  it.each([
    "PATH=/usr/local/bin:/usr/bin",
    "LANG=C.UTF-8",
    "NODE_VERSION=22.11.0",
    "JAVA_HOME=/opt/java",
    "GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305",
    "PYTHON_SHA256=24887b92e2afd4a2ac602419ad4b596372f67ac9b077190f459aba390faf5550",
    "ASPNETCORE_URLS=http://+:8080",
    "ASPNETCORE_HTTP_PORTS=8080",
    "PORT=3000",
    "NODE_ENV=production",
    "LOG4J_FORMAT_MSG_NO_LOOKUPS=true",
    "EMPTY=",
    "NAME_ONLY",
  ])("%s keeps its value", (text) => {
    const [name, value = ""] = text.split(/=(.*)/s);
    expect(toEnvironmentVariable(text)).toEqual({ name, value });
  });

  it.each([
    "DB_PASSWORD=hunter2",
    "API_KEY=hunter2",
    "TOKEN_VERSION=hunter2",
    "SECRET_PATH=/hunter2",
    "CONNECTION_STRING=Server=hunter2",
    "AZURE_CLIENT_SECRET=hunter2",
    "ANYTHING=hunter2",
    "NODE_VERSION=hunter2 with spaces",
    "PATH=https://u:hunter2@h/p?x=1",
    "NODE_ENV=hunter2-secret!",
    "PIP_INDEX_URL=https://u:hunter2@pypi.example/",
    "GIT_AUTH=hunter2",
  ])("%s does not", (text) => {
    const variable = toEnvironmentVariable(text);
    expect(JSON.stringify(variable)).not.toContain("hunter2");
    expect(variable).toMatchObject({
      lengthBytes: expect.any(Number),
      valueSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});

describe("a line of history or an argument", () => {
  it.each([
    ["ENV DB_PASSWORD=hunter2 NODE_VERSION=22.1.0", "ENV DB_PASSWORD=[redacted] NODE_VERSION=22.1.0"],
    ["/bin/sh -c #(nop)  ENV GREETING=hunter2", "/bin/sh -c #(nop)  ENV GREETING=[redacted]"],
    ['ENV GREETING="hunter2 and more" PORT=80', "ENV GREETING=[redacted] PORT=80"],
    ["ENV GREETING hunter2 and more", "ENV GREETING [redacted]"],
    ["ENV PORT 80", "ENV PORT 80"],
    ["ARG NPM=hunter2", "ARG NPM=[redacted]"],
    ["RUN |2 NPM=hunter2 V=1 /bin/sh -c make A=b", "RUN |2 NPM=[redacted] V=[redacted] /bin/sh -c make A=b"],
    ["|1 NPM=hunter2 /bin/sh -c make", "|1 NPM=[redacted] /bin/sh -c make"],
    ["RUN /bin/sh -c TOKEN=hunter2 make", "RUN /bin/sh -c TOKEN=[redacted] make"],
    ["run --password=hunter2 --port=80", "run --password=[redacted] --port=80"],
    ["run --password hunter2 --verbose", "run --password [redacted] --verbose"],
    ["-Djavax.net.ssl.keyStorePassword=hunter2", "-Djavax.net.ssl.keyStorePassword=[redacted]"],
    ["curl -H 'Authorization: Bearer hunter2hunter2'", "curl -H 'Authorization: Bearer [redacted]'"],
    ["git clone https://u:hunter2@h/r", "git clone https://[redacted]@h/r"],
    ["RUN --mount=type=secret,id=npm npm ci", "RUN --mount=type=secret,id=npm npm ci"],
    ["COPY --chown=1000:1000 . /app", "COPY --chown=1000:1000 . /app"],
    ["org.opencontainers.image.authors=a@b.example", "org.opencontainers.image.authors=a@b.example"],
  ])("%s becomes %s", (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  it("is worked through in a time that does not explode", () => {
    const hostile = [
      "-".repeat(100_000),
      "a".repeat(100_000),
      "ENV ".repeat(25_000),
      "://".repeat(30_000),
      "a=".repeat(50_000),
    ];
    const started = performance.now();
    for (const text of hostile) {
      redactText(text);
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("never keeps a value that follows a secret name", () => {
    const value = fc.stringMatching(/^[A-Za-z0-9]{6,20}$/).map((text) => `Zq${text}`);
    fc.assert(
      fc.property(fc.constantFrom("ENV ", "ARG ", "RUN ", "", "-D"), value, (head, secret) => {
        return !redactText(`${head}MY_PASSWORD=${secret} make`).includes(secret);
      }),
    );
  });
});
