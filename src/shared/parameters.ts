/**
 * The table of AudioParams. A new parameter is a row here, its documentation (options.ts, node-parameters.ts) and its
 * use: options, their checks, the node's properties, the processor's descriptors, clamps and panels read the rest from
 * it.
 */

/** What is known about one AudioParam of a DenoiseNode. */
interface ParameterRow {
  /** Default of the option of the same name. Where it is true or false, the parameter is a switch: 1 or 0. */
  readonly default: number | boolean;
  /** Lowest and highest value, inclusive. */
  readonly range: readonly [number, number];
  /** `share`: 0 is none, 1 is all; `dB`; `Hz`; `switch`: on from 0.5 up. */
  readonly unit: 'share' | 'dB' | 'Hz' | 'switch';
  /** Whether the processor reads a value for each sample or for each quantum. */
  readonly automationRate: 'a-rate' | 'k-rate';
  /** Key of the label among a panel's texts. */
  readonly labelKey: string;
}

export const PARAMETERS = {
  mix: { default: 1, range: [0, 1], unit: 'share', automationRate: 'a-rate', labelKey: 'mix' },
  attenuationLimit: {
    default: 100,
    range: [0, 100],
    unit: 'dB',
    automationRate: 'k-rate',
    labelKey: 'attenuationLimit',
  },
  highPass: { default: 0, range: [0, 400], unit: 'Hz', automationRate: 'k-rate', labelKey: 'highPass' },
  autoGain: { default: false, range: [0, 1], unit: 'switch', automationRate: 'k-rate', labelKey: 'autoGain' },
  targetLevel: { default: -20, range: [-40, -10], unit: 'dB', automationRate: 'k-rate', labelKey: 'targetLevel' },
  outputGain: { default: 0, range: [-60, 24], unit: 'dB', automationRate: 'a-rate', labelKey: 'outputGain' },
  // Panels show it the other way round: denoising is on.
  bypass: { default: false, range: [0, 1], unit: 'switch', automationRate: 'a-rate', labelKey: 'denoise' },
} as const satisfies Record<string, ParameterRow>;

type Table = typeof PARAMETERS;
export type ParameterName = keyof Table;
/** Parameters whose option is a number. */
export type NumericParameterName = {
  [N in ParameterName]: Table[N]['default'] extends number ? N : never;
}[ParameterName];

export const PARAMETER_NAMES = Object.keys(PARAMETERS) as readonly ParameterName[];

/** Defaults of the options, by name. */
export const PARAMETER_DEFAULTS = byName((name) => PARAMETERS[name].default) as {
  readonly [N in ParameterName]: Table[N]['default'];
};

/** Ranges of the options that are numbers, by name. */
export const PARAMETER_RANGES = byName((name) => (isNumeric(name) ? PARAMETERS[name].range : undefined)) as {
  readonly [N in NumericParameterName]: Table[N]['range'];
};

export function isParameter(name: string): name is ParameterName {
  return Object.hasOwn(PARAMETERS, name);
}

/** Whether a parameter's option is a number; it is true or false otherwise. */
export function isNumeric(name: ParameterName): name is NumericParameterName {
  return typeof PARAMETERS[name].default === 'number';
}

/**
 * The nearest value in a range. NaN, which a parameter can be that another node drives, counts as the lower end. Does
 * not allocate.
 */
export function clampTo(range: ParameterRow['range'], value: number): number {
  return value > range[0] ? Math.min(value, range[1]) : range[0];
}

function byName<T>(of: (name: ParameterName) => T): Record<string, T> {
  return Object.fromEntries(PARAMETER_NAMES.map((name) => [name, of(name)]).filter(([, value]) => value !== undefined));
}
