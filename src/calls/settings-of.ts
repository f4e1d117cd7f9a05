import type { DenoiseNode } from '../main/denoise-node.ts';
import type { DenoiseOptions } from '../main/options.ts';
import { clampTo, isNumeric, PARAMETER_NAMES, PARAMETER_RANGES } from '../shared/parameters.ts';

/** What a node is set to now, as options for the node that takes its place. */
export function settingsOf(node: DenoiseNode): DenoiseOptions {
  const values = PARAMETER_NAMES.map((name) => [
    name,
    isNumeric(name) ? clampTo(PARAMETER_RANGES[name], node[name].value) : node[name].value >= 0.5,
  ]);
  return { model: node.model, ...Object.fromEntries(values) };
}
