import type { DenoiseNode } from '../../main/denoise-node.ts';
import type { NumericParameterName, ParameterName } from '../../shared/parameters.ts';
import { readSettings } from './kept-settings.ts';

/** Parameters that have a slider. */
export type SliderName = NumericParameterName;

/** Whether settings can be sent to it. */
export function isSettable(node: DenoiseNode | null): node is DenoiseNode {
  return node !== null && node.state !== 'disposed';
}

/** Takes a parameter over from whatever automates it. The node ramps by itself. */
export function setParameter(parameter: AudioParam, value: number): void {
  parameter.cancelScheduledValues(0);
  parameter.value = value;
}

/** Sets everything but the model as it was kept under a key. */
export function setKeptLevels(node: DenoiseNode, key: string): void {
  const { model, ...levels } = readSettings(key);
  for (const [name, value] of Object.entries(levels) as [ParameterName, number | boolean][])
    setParameter(node[name], Number(value));
}

/**
 * The model that was kept under a key, where it is another than the node's; undefined for one that is no longer
 * offered, which is not worth fetching.
 */
export function keptModel(node: DenoiseNode, key: string, offered: readonly string[]): string | undefined {
  const { model } = readSettings(key);
  return model !== undefined && offered.includes(model) && model !== String(node.model) ? model : undefined;
}
