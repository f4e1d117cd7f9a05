import type { EnhanceSettings } from '../files/enhance.ts';
import { MOST_CHANNELS } from '../files/require-channels.ts';
import { PARAMETERS } from '../shared/parameters.ts';
import { quoted } from '../shared/quoted.ts';
import { CONTEXT_RATE_HZ, type Decibels, type Hertz } from '../shared/units.ts';
import { isPcmFormat, PCM_FORMATS, type PcmFormat } from './pcm-format.ts';

/** How sound is enhanced, the same as of a node; all optional. */
export interface DenoiseSettings {
  /** 0 (dry) to 1 (wet). Default 1. @min 0 @max 1 */
  readonly mix?: number | undefined;
  /** Most that noise is turned down, dB, 0 (off) to 100 (no limit). Default 100. @min 0 @max 100 */
  readonly attenuationLimit?: Decibels | undefined;
  /** What lies below it is turned down, Hz; 0 is off. Default 0. @min 0 @max 400 */
  readonly highPass?: Hertz | undefined;
  /** Brings voices to `targetLevel`. Default false. */
  readonly autoGain?: boolean | undefined;
  /** That level, dBFS. Default -20. @min -40 @max -10 */
  readonly targetLevel?: Decibels | undefined;
}

/** What sound is, and how it is enhanced. */
export interface SoundOptions extends DenoiseSettings {
  /** Samples per second. @min 3000 @max 768000 */
  readonly sampleRate: Hertz;
  /** Channels, interleaved. Default 1. @min 1 @max 64 */
  readonly channels?: number | undefined;
}

/** Which model, for what loads one. */
export interface ModelOption {
  /** Name of a model as `--model` of the command takes it, or the path or URL of one. Default `'base'`. */
  readonly model?: string | URL | undefined;
}

/** {@link SoundOptions} of what comes and goes as bytes. */
export interface PcmOptions extends SoundOptions {
  /**
   * How samples are stored, in both directions: whole numbers of 16 or 24 bits or floats of 32, the lowest byte first,
   * or one of the laws of telephony, one byte a sample. Default `'s16le'`.
   */
  readonly format?: PcmFormat | undefined;
}

/** {@link SoundOptions}, checked, with every default filled in. */
export interface ResolvedSound {
  readonly sampleRateHz: Hertz;
  readonly channels: number;
  readonly settings: Required<EnhanceSettings>;
}

/** Checks every value. TypeError or RangeError that name `what`, what was expected and what was given. */
export function resolveSound(options: SoundOptions, what: string): ResolvedSound {
  requireObject(options, what);
  const channels = inRange(options.channels ?? 1, [1, MOST_CHANNELS], 'channels', what);
  if (!Number.isInteger(channels)) throw new TypeError(unexpected(what, 'channels', 'a whole number', channels));
  return {
    sampleRateHz: inRange(options.sampleRate, CONTEXT_RATE_HZ, 'sampleRate', what),
    channels,
    settings: resolveSettings(options, what),
  };
}

/** The same for how sound is enhanced. */
export function resolveSettings(options: DenoiseSettings, what: string): Required<EnhanceSettings> {
  const { autoGain = PARAMETERS.autoGain.default } = options;
  if (typeof autoGain !== 'boolean') throw new TypeError(unexpected(what, 'autoGain', 'true or false', autoGain));
  const parameter = (name: 'mix' | 'attenuationLimit' | 'highPass' | 'targetLevel'): number =>
    inRange(options[name] ?? PARAMETERS[name].default, PARAMETERS[name].range, name, what);
  return {
    mix: parameter('mix'),
    attenuationLimitDb: parameter('attenuationLimit'),
    highPassHz: parameter('highPass'),
    autoGain,
    targetLevelDb: parameter('targetLevel'),
  };
}

/** The format that is asked for. TypeError for any that is none. */
export function resolveFormat({ format = 's16le' }: PcmOptions, what: string): PcmFormat {
  if (isPcmFormat(format)) return format;
  const names = PCM_FORMATS.map((name) => `"${name}"`);
  throw new TypeError(unexpected(what, 'format', `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`, format));
}

/** The model that is asked for. TypeError for what cannot name any. */
export function resolveModel({ model = 'base' }: ModelOption, what: string): string {
  if (model instanceof URL || (typeof model === 'string' && model !== '')) return String(model);
  throw new TypeError(unexpected(what, 'model', 'a name such as "base", a path or a URL', model));
}

export function requireObject(options: unknown, what: string): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${what} options: expected an object, got ${quoted(options)}.`);
}

/** A number in a range. TypeError for what is none, RangeError for one that lies outside. */
export function inRange(value: unknown, range: readonly [number, number], name: string, what: string): number {
  const [least, most] = range;
  if (typeof value !== 'number' || Number.isNaN(value))
    throw new TypeError(unexpected(what, name, `a number from ${least} to ${most}`, value));
  if (value < least || value > most) throw new RangeError(unexpected(what, name, `${least} to ${most}`, value));
  return value;
}

/** Message for an option that is not what it should be. */
export function unexpected(what: string, name: string, expected: string, value: unknown): string {
  return `${what} option "${name}": expected ${expected}, got ${quoted(value)}.`;
}
