import { isParameter, PARAMETERS, type ParameterName } from '../../shared/parameters.ts';
import { quoted } from '../../shared/quoted.ts';
import { readParameterData, type WamParameterData, type WamValues } from '../../shared/wam-messages.ts';

/** What a host keeps of a module: plain data, for JSON. */
export interface DenoiseModuleState {
  /** Name or URL, as the option `model` of a DenoiseNode. */
  model: string;
  /** By name; not normalized as `getState()` gives them. */
  parameterValues: Record<string, WamParameterData>;
}

/** A state as it was read: what it does not say stays as it is. */
export interface ReadState {
  readonly model: string | undefined;
  readonly values: Partial<WamValues>;
}

/**
 * Reads what a host has kept. Nothing at all is a state that changes nothing, and so is what another version has added.
 * TypeError for what is no state of this module.
 */
export function readState(state: unknown): ReadState {
  if (state === undefined || state === null) return { model: undefined, values: {} };
  const { model, parameterValues = {} } = Object(state) as Partial<Record<keyof DenoiseModuleState, unknown>>;
  const isState =
    typeof state === 'object' &&
    (model === undefined || typeof model === 'string') &&
    typeof parameterValues === 'object' &&
    parameterValues !== null;
  if (!isState)
    throw new TypeError(
      `Denoise module: expected a state as getState() gave it, { model, parameterValues }, got ${quoted(state)}.`,
    );
  const known = Object.entries(parameterValues).filter(([name]) => isParameter(name));
  return {
    model,
    values: Object.fromEntries(
      known.map(([id, data]) => {
        const read = readParameterData({ normalized: false, ...data, id });
        if (read !== undefined) return read;
        throw new TypeError(`Denoise module: expected a state with a number as ${id}, got ${quoted(data)}.`);
      }),
    ),
  };
}

/** Every parameter: what a state says, and the default of what it leaves out. */
export function withDefaults(values: Partial<WamValues>): WamValues {
  const defaults = Object.entries(PARAMETERS).map(([name, row]) => [name, Number(row.default)]);
  return { ...(Object.fromEntries(defaults) as Record<ParameterName, number>), ...values };
}
