import { useEffect } from 'react';
import type { DenoiseNode, DenoiseOptions } from '../index.ts';
import { PARAMETER_NAMES, type ParameterName } from '../shared/parameters.ts';

/** Sets in a node what an option says from a render on; what the person has set since the last change stays. */
export function useLevels(node: DenoiseNode | null, options: DenoiseOptions, tell: (problem: Error) => void): void {
  for (const name of PARAMETER_NAMES) useLevel(node, name, options[name]);
  const { model } = options;
  const key = model === undefined ? undefined : String(model);
  useEffect(() => {
    if (node === null || model === undefined || String(node.model) === key) return;
    try {
      // A switch that was overtaken by another, or by the end of the node, is no problem.
      node.setModel(model).catch((error: Error) => error.name !== 'AbortError' && tell(error));
    } catch (error) {
      tell(error as Error);
    }
  }, [node, key]);
}

function useLevel(node: DenoiseNode | null, name: ParameterName, value: number | boolean | undefined): void {
  useEffect(() => {
    if (node === null || value === undefined) return;
    node[name].cancelScheduledValues(0);
    node[name].value = Number(value);
  }, [node, name, value]);
}
