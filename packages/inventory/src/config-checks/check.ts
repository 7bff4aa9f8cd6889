/** The plug-in point for weaknesses of an image's configuration. */
import type { ImageConfiguration, LayerAttribution, LayerRef, Misconfiguration } from "@sightline/model";
import type { LayerView } from "../merge/layer-view.ts";

/** What a check looks at: the configuration, and the merged files for names it has to resolve. */
export interface CheckedImage {
  readonly configuration: ImageConfiguration;
  readonly layers: readonly LayerRef[];
  readonly view: LayerView;
}

/** One check. Pure; never shows the value of an environment variable. */
export interface ConfigurationCheck {
  readonly id: string;
  check(image: CheckedImage): readonly Misconfiguration[];
}

/** Where in the history a setting was made. */
export interface HistoryPlace {
  readonly layer: LayerAttribution;
  readonly historyIndex?: number;
}

function attributionOf(layer: LayerRef | undefined): LayerAttribution {
  if (layer === undefined) {
    return { kind: "unknown", reason: "rootfs" };
  }
  const { diffId, digest, index, createdBy } = layer;
  return { kind: "layer", diffId, digest, index, ...(createdBy === undefined ? {} : { createdBy }) };
}

/**
 * The last history line that matches, and the layer it lies on: settings make empty layers, so the layer is the last
 * one made before it. Without such a line the setting is the whole image's: its top layer.
 */
export function findHistoryPlace({ configuration, layers }: CheckedImage, line: RegExp): HistoryPlace {
  const { history } = configuration;
  const historyIndex = history.findLastIndex(({ createdBy }) => createdBy !== undefined && line.test(createdBy));
  if (historyIndex === -1) {
    return { layer: attributionOf(layers.at(-1)) };
  }
  const below = history.slice(0, historyIndex + 1).findLast(({ layerIndex }) => layerIndex !== undefined);
  return { layer: attributionOf(layers[below?.layerIndex ?? 0]), historyIndex };
}

/** The text as a part of a regular expression that matches it literally. */
export function escapeForPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
