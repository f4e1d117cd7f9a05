import { PARAMETER_NAMES, PARAMETERS, type ParameterName } from '../../shared/parameters.ts';
import { fromShare, toShare } from '../../shared/wam-messages.ts';

/** What a host is told of one parameter: `WamParameterInfo` in the API of Web Audio Modules. */
export interface WamParameterInfo {
  readonly id: string;
  readonly label: string;
  readonly type: 'float' | 'int' | 'boolean' | 'choice';
  readonly defaultValue: number;
  readonly minValue: number;
  readonly maxValue: number;
  /** 1 for a switch, 0 for what moves smoothly. */
  readonly discreteStep: number;
  /** 0: the scale is linear. */
  readonly exponent: number;
  readonly choices: string[];
  /** `'dB'`, `'Hz'`, or nothing for shares and switches. */
  readonly units: string;
  /** 0 to 1 for a value from `minValue` to `maxValue`. */
  normalize(value: number): number;
  /** A value from `minValue` to `maxValue` for 0 to 1. */
  denormalize(valueNorm: number): number;
  /** The value for a reader: `-6 dB`, `80 %`, `on`. */
  valueString(value: number): string;
}

const LABELS: Readonly<Record<ParameterName, string>> = {
  mix: 'Mix',
  attenuationLimit: 'Attenuation limit',
  highPass: 'High-pass',
  autoGain: 'Automatic gain',
  targetLevel: 'Target level',
  outputGain: 'Output gain',
  bypass: 'Bypass',
};

/** Every parameter, from the table of AudioParams. */
export const PARAMETER_INFO = Object.fromEntries(PARAMETER_NAMES.map((name) => [name, infoOf(name)])) as Readonly<
  Record<ParameterName, WamParameterInfo>
>;

function infoOf(name: ParameterName): WamParameterInfo {
  const { range, default: initial, unit } = PARAMETERS[name];
  const rounded = (value: number): string => String(Math.round(10 * value) / 10);
  const texts = {
    share: (value: number) => `${rounded(100 * value)} %`,
    dB: (value: number) => `${rounded(value)} dB`,
    Hz: (value: number) => (value > 0 ? `${rounded(value)} Hz` : 'off'),
    switch: (value: number) => (value >= 0.5 ? 'on' : 'off'),
  };
  return {
    id: name,
    label: LABELS[name],
    type: unit === 'switch' ? 'boolean' : 'float',
    defaultValue: Number(initial),
    minValue: range[0],
    maxValue: range[1],
    discreteStep: unit === 'switch' ? 1 : 0,
    exponent: 0,
    choices: [],
    units: unit === 'dB' || unit === 'Hz' ? unit : '',
    normalize: (value) => toShare(range, value),
    denormalize: (valueNorm) => fromShare(range, valueNorm),
    valueString: texts[unit],
  };
}
