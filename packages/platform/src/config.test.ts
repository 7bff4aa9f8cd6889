import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { configVariables, parseConfig } from "./config.ts";

function codeOf(environment: Record<string, string>): unknown {
  try {
    parseConfig(environment);
    return "accepted";
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}

describe("the configuration", () => {
  it("is complete without a single variable", () => {
    expect(parseConfig({})).toEqual({ dataFolder: resolve(".sightline"), logLevel: "info" });
  });

  it("takes what is set", () => {
    const config = parseConfig({
      SIGHTLINE_DATA_DIR: "/data",
      SIGHTLINE_LOG_LEVEL: "debug",
      SIGHTLINE_CA_FILE: "/ca.pem",
      SIGHTLINE_THREADS: "2",
      DATABASE_URL: "postgres://u:p@h/d",
      HTTPS_PROXY: "http://u:p@proxy:3128",
      NO_PROXY: "localhost",
      HOME: "/root",
    });
    expect(config).toMatchObject({ dataFolder: "/data", logLevel: "debug", caFile: "/ca.pem", threads: 2 });
    expect(config.proxy?.url.reveal()).toBe("http://u:p@proxy:3128");
    expect(config.proxy?.noProxy).toBe("localhost");
    expect(config.databaseUrl?.reveal()).toBe("postgres://u:p@h/d");
    expect(JSON.stringify(config)).not.toContain("u:p");
  });

  it("takes the proxy variables in lower case first and empty variables as absent", () => {
    const config = parseConfig({ https_proxy: "http://low:1", HTTPS_PROXY: "http://up:1", SIGHTLINE_CA_FILE: "" });
    expect(config.proxy?.url.reveal()).toBe("http://low:1");
    expect(config.caFile).toBeUndefined();
  });

  it("refuses a misspelt setting but not those of tests", () => {
    expect(codeOf({ SIGHTLINE_DATADIR: "/x" })).toBe("config.unknown-variable");
    expect(codeOf({ SIGHTLINE_TEST_X: "1", SIGHTLINE_CONFORMANCE_DATA: "/x" })).toBe("accepted");
  });

  it.each([
    { SIGHTLINE_LOG_LEVEL: "loud" },
    { SIGHTLINE_THREADS: "0" },
    { SIGHTLINE_THREADS: "many" },
    { DATABASE_URL: "mysql://u:hunter2@h/d" },
    { HTTPS_PROXY: "socks5://u:hunter2@h" },
    { HTTPS_PROXY: "hunter2" },
  ])("refuses %o without repeating the value", (environment) => {
    expect(codeOf(environment)).toBe("config.invalid-value");
    expect(() => parseConfig(environment)).toThrow(expect.not.stringContaining("hunter2"));
    expect(() => parseConfig(environment)).toThrow(Object.keys(environment)[0]);
  });

  it("describes every setting", () => {
    expect(configVariables.map(({ name }) => name)).toContain("SIGHTLINE_DATA_DIR");
    expect(configVariables.filter(({ meaning }) => meaning === "")).toEqual([]);
  });
});
