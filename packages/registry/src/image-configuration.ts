/** Image configurations, checked and with secrets taken out. Sources: OCI image-spec 1.1 config.md; Docker image spec 1.2. */
import {
  type Digest,
  type HistoryEntry,
  type ImageConfiguration,
  type LayerRef,
  type Platform,
  toDigest,
} from "@sightline/model";
import { z } from "zod";
import { isSecretName, redactText, toEnvironmentVariable } from "./redact.ts";
import { toRegistryError } from "./registry-error.ts";

/** What the configuration says. */
export interface ParsedConfiguration {
  readonly platform: Platform;
  readonly diffIds: readonly Digest[];
  readonly configuration: ImageConfiguration;
}

const text = z.string().nullish();
const texts = z.array(z.string()).max(10_000).nullish();
/** A set as Go writes it: an object whose values mean nothing. */
const names = z.record(z.string(), z.unknown()).nullish();

const schema = z.object({
  os: z.string().min(1),
  architecture: z.string().min(1),
  variant: text,
  created: text,
  config: z
    .object({
      User: text,
      Env: texts,
      ExposedPorts: names,
      // Schema 1 images could hold one text here; tools still carry it along.
      Entrypoint: z.union([texts, z.string()]),
      Cmd: z.union([texts, z.string()]),
      WorkingDir: text,
      Volumes: names,
      Labels: z.record(z.string(), z.string()).nullish(),
      StopSignal: text,
      Healthcheck: z.object({ Test: texts }).nullish(),
    })
    .partial()
    .nullish(),
  rootfs: z.object({ type: z.literal("layers"), diff_ids: z.array(z.string()).max(10_000).nullish() }),
  history: z
    .array(z.object({ created: text, created_by: text, comment: text, empty_layer: z.boolean().nullish() }))
    .max(10_000)
    .nullish(),
});

type Raw = z.infer<typeof schema>;

/** A configuration that says nothing: for a root file system, which has none. */
export const emptyConfiguration: ImageConfiguration = {
  user: "",
  environment: [],
  exposedPorts: [],
  entrypoint: [],
  command: [],
  workingDirectory: "",
  volumes: [],
  labels: {},
  healthcheck: "absent",
  history: [],
};

/** Reads a configuration whose digest has been verified. Throws `registry.config-invalid`. */
export function parseConfiguration(bytes: Buffer, subject: string): ParsedConfiguration {
  const raw = parseRaw(bytes, subject);
  const diffIds = (raw.rootfs.diff_ids ?? []).map((given) => {
    const digest = toDigest(given);
    if (digest === undefined) {
      throw toInvalid(subject, "rootfs.diff_ids holds something that is no sha256 digest");
    }
    return digest;
  });
  const { os, architecture, variant } = raw;
  return {
    platform: { os, architecture, ...(variant === undefined || variant === null || variant === "" ? {} : { variant }) },
    diffIds,
    configuration: toConfiguration(raw, diffIds.length),
  };
}

/** The commands that made each layer, where history and layers fit each other. */
export function toCreatedBy(history: readonly HistoryEntry[], index: number): Pick<LayerRef, "createdBy"> {
  const createdBy = history.find((entry) => entry.layerIndex === index)?.createdBy;
  return createdBy === undefined ? {} : { createdBy };
}

function parseRaw(bytes: Buffer, subject: string): Raw {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch {
    // The parser's own error quotes the text, which may hold a secret.
    throw toInvalid(subject, "it is not JSON");
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw toInvalid(subject, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`);
  }
  return parsed.data;
}

function toConfiguration(raw: Raw, layerCount: number): ImageConfiguration {
  const config = raw.config ?? {};
  const labels = Object.entries(config.Labels ?? {}).map(
    ([name, value]) => [name, isSecretName(name) ? "[redacted]" : redactText(value)] as const,
  );
  return {
    user: config.User ?? "",
    environment: (config.Env ?? []).map(toEnvironmentVariable),
    exposedPorts: Object.keys(config.ExposedPorts ?? {}).toSorted(),
    entrypoint: toArguments(config.Entrypoint),
    command: toArguments(config.Cmd),
    workingDirectory: config.WorkingDir ?? "",
    volumes: Object.keys(config.Volumes ?? {}).toSorted(),
    labels: Object.fromEntries(labels),
    ...(config.StopSignal ? { stopSignal: config.StopSignal } : {}),
    healthcheck: toHealthcheck(config.Healthcheck?.Test ?? []),
    ...(raw.created ? { created: raw.created } : {}),
    history: toHistory(raw.history ?? [], layerCount),
  };
}

/** Docker runs a single text through a shell. */
function toArguments(given: readonly string[] | string | null | undefined): readonly string[] {
  const list = typeof given === "string" ? ["/bin/sh", "-c", given] : (given ?? []);
  return list.map((argument, index) => (isSecretOption(list[index - 1]) ? "[redacted]" : redactText(argument)));
}

/** `--password`, `hunter2` as two arguments. */
function isSecretOption(argument: string | undefined): boolean {
  return argument !== undefined && /^--?[\w-]*(?:password|passwd|secret|token|api-?key|access-?key)$/i.test(argument);
}

function toHealthcheck(test: readonly string[]): ImageConfiguration["healthcheck"] {
  if (test.length === 0) {
    return "absent";
  }
  return test[0] === "NONE" ? "disabled" : "declared";
}

/**
 * History with the layer each line made. Only where as many lines made a layer as there are layers: tools that squash
 * or edit images leave histories that fit nothing, and a wrong attribution is worse than none.
 */
function toHistory(lines: NonNullable<Raw["history"]>, layerCount: number): readonly HistoryEntry[] {
  const isFitting = lines.filter((line) => line.empty_layer !== true).length === layerCount;
  let layerIndex = -1;
  return lines.map((line) => {
    const emptyLayer = line.empty_layer === true;
    layerIndex += emptyLayer ? 0 : 1;
    return {
      ...(line.created_by ? { createdBy: redactText(line.created_by) } : {}),
      ...(line.created ? { created: line.created } : {}),
      ...(line.comment ? { comment: redactText(line.comment) } : {}),
      emptyLayer,
      ...(emptyLayer || !isFitting ? {} : { layerIndex }),
    };
  });
}

function toInvalid(subject: string, reason: string): Error {
  return toRegistryError({ code: "registry.config-invalid", subject: `${subject} (configuration)`, reason });
}
