import {
  isNumeric,
  PARAMETER_DEFAULTS,
  PARAMETER_NAMES,
  PARAMETER_RANGES,
  type ParameterName,
} from '../shared/parameters.ts';
import { quoted } from '../shared/quoted.ts';
import { MOST_CHANNELS } from '../shared/ring-buffer.ts';
import type { Milliseconds, Seconds } from '../shared/units.ts';
import type { TrustedUrl } from './trusted-url.ts';

/**
 * Where the files of the package lie. Every one defaults to a URL beside this module, which bundlers follow, and can be
 * overridden alone.
 */
export interface DenoiseAssets {
  /** The AudioWorklet module, `denoise-processor.js`. */
  worklet?: string | URL;
  /** The worker module, `denoise-worker.js`. Under Trusted Types a `TrustedScriptURL`. */
  worker?: string | URL | TrustedUrl;
  /** `tfjs-backend-wasm-simd.wasm`, or a folder that holds it. */
  wasm?: string | URL;
  /** Folder of models: `base.bin` and `tiny.bin` as in the package, and a folder of its name for any other. */
  models?: string | URL;
}

/** Settings of a {@link DenoiseNode}; all optional, all checked at once in the constructor. */
export interface DenoiseOptions {
  /**
   * Name of a bundled model (`'base'`, `'tiny'`) or of one in the folder `assets.models` (`'model'`,
   * `'model/variant'`), or the URL of a folder with `manifest.json`, of a manifest itself (`….json`) or of a packed
   * model (`….bin`). Default `'base'`. Names are letters, digits and dashes; a relative URL begins with `./`, `../` or
   * `/`.
   *
   * `'auto'` leaves the choice between the bundled ones to the node: by a short measurement first, then a lighter one
   * while the device is overloaded, and back when it is calm. Offline it is `'base'`.
   */
  model?: string | URL;
  /** Initial value of the `mix` parameter, 0 (dry) to 1 (wet). Default 1. @min 0 @max 1 */
  mix?: number;
  /**
   * Initial value of the `attenuationLimit` parameter: most that noise is turned down, in dB, 0 (off) to 100 (no
   * limit). Default 100. @min 0 @max 100
   */
  attenuationLimit?: number;
  /**
   * Initial value of the `highPass` parameter: what lies below it is turned down by 24 dB for each octave, Hz; 0 is
   * off. Default 0. @min 0 @max 400
   */
  highPass?: number;
  /** Initial value of the `autoGain` parameter: brings a voice to `targetLevel`. Default false. */
  autoGain?: boolean;
  /** Initial value of the `targetLevel` parameter, dBFS. Default -20. @min -40 @max -10 */
  targetLevel?: number;
  /** Initial value of the `outputGain` parameter, dB. Default 0. @min -60 @max 24 */
  outputGain?: number;
  /** Initial value of the `bypass` parameter. Default false. */
  bypass?: boolean;
  /**
   * How late the model may be before dry sound is heard, in seconds, or a word for it: `'interactive'` (16 ms, the
   * default), `'balanced'` (32 ms), `'playback'` (96 ms). It is part of `latency`, and is raised by itself after an
   * underrun, and to the length of the parts in which the context takes its sound. A model that takes blocks has at
   * least a quarter of its advance: a block without the overlap. Ignored offline.
   * @min 0 @max 0.5
   */
  latencyHint?: 'interactive' | 'balanced' | 'playback' | Seconds;
  /**
   * How long nobody must have spoken before `voiceend`, milliseconds. Default 800: most pauses within what somebody
   * says are shorter. @min 0 @max 10000
   */
  voiceHoldMs?: number;
  /** `'auto'` (default) uses shared memory where a round trip proves it, messages otherwise. The others force one. */
  transport?: 'auto' | 'shared' | 'message';
  /** Most channels that are denoised; more are mixed down by the usual rules. Default 2. @min 1 @max 32 */
  maxChannels?: number;
  /**
   * Where the files of the package lie, for those who serve them elsewhere: one by one, or the URL of a folder that is
   * laid out as the package's `dist/` is, as `npx denoise-node copy-assets` does. Default: beside this module.
   */
  assets?: string | URL | DenoiseAssets;
}

/** Initial values of the parameters. The compiler asks for an option for each row of their table. */
type ResolvedParameters = Readonly<Required<Pick<DenoiseOptions, ParameterName>>>;

/** {@link DenoiseOptions} with every default filled in and every value checked. */
export interface ResolvedOptions extends ResolvedParameters {
  readonly model: string | URL;
  readonly prefillSeconds: Seconds;
  readonly voiceHoldMs: Milliseconds;
  readonly transport: 'auto' | 'shared' | 'message';
  readonly maxChannels: number;
  readonly assets: string | URL | DenoiseAssets;
}

export const DEFAULT_OPTIONS = {
  model: 'base',
  ...PARAMETER_DEFAULTS,
  latencyHint: 'interactive',
  voiceHoldMs: 800,
  transport: 'auto',
  maxChannels: 2,
} as const satisfies DenoiseOptions;

/** Prefill of the named hints, seconds. The first keeps the total at 48 kHz under 33 ms. */
export const LATENCY_HINT_SECONDS = { interactive: 0.016, balanced: 0.032, playback: 0.096 } as const;

/** Inclusive ranges, also the clamps of the parameters of the same name. */
export const RANGES = {
  ...PARAMETER_RANGES,
  latencyHint: [0, 0.5],
  voiceHoldMs: [0, 10_000],
  maxChannels: [1, MOST_CHANNELS],
} as const;

/** `model` or `model/variant`. */
const MODEL_NAME = /^[a-z0-9][a-z0-9-]*(\/[a-z0-9][a-z0-9-]*)?$/i;

/** Whether a model is asked for by its name, not by a URL. */
export function isModelName(model: string | URL): model is string {
  return typeof model === 'string' && MODEL_NAME.test(model);
}

/** Checks a model as it was asked for. TypeError that names `what`, what was expected and what was given. */
export function requireModel(model: unknown, what: string): string | URL {
  const isUrl = model instanceof URL || (typeof model === 'string' && model.includes('/'));
  if (isUrl || isModelName(model as string)) return model as string | URL;
  throw new TypeError(
    `${what}: expected a name such as "base" or "base/variant", or the URL of a model folder, of a manifest ` +
      `(….json) or of a packed model (….bin), got ${quoted(model)}.`,
  );
}

/**
 * Fills in defaults and checks every value. Throws TypeError or RangeError that name the option, what was expected and
 * what was given.
 */
export function resolveOptions(options: DenoiseOptions = {}): ResolvedOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`DenoiseNode options: expected an object, got ${quoted(options)}.`);
  }
  const merged = { ...DEFAULT_OPTIONS, ...withoutUndefined(options) };
  const assets = merged.assets ?? {};
  if (!['auto', 'shared', 'message'].includes(merged.transport)) {
    throw new TypeError(unexpected('transport', '"auto", "shared" or "message"', merged.transport));
  }
  if ((typeof assets !== 'object' && typeof assets !== 'string') || assets === null) {
    throw new TypeError(unexpected('assets', 'the URL of a folder, or an object of URLs', assets));
  }
  if (!Number.isInteger(merged.maxChannels)) {
    throw new TypeError(unexpected('maxChannels', 'a whole number', merged.maxChannels));
  }
  const parameters = Object.fromEntries(
    PARAMETER_NAMES.map((name) => [name, isNumeric(name) ? inRange(name, merged[name]) : isOn(name, merged[name])]),
  ) as unknown as ResolvedParameters;
  return {
    model: requireModel(merged.model, 'DenoiseNode option "model"'),
    ...parameters,
    prefillSeconds: prefillSecondsOf(merged.latencyHint),
    voiceHoldMs: inRange('voiceHoldMs', merged.voiceHoldMs),
    transport: merged.transport,
    maxChannels: inRange('maxChannels', merged.maxChannels),
    assets,
  };
}

function prefillSecondsOf(hint: DenoiseOptions['latencyHint']): Seconds {
  if (typeof hint === 'string') {
    if (Object.hasOwn(LATENCY_HINT_SECONDS, hint)) return LATENCY_HINT_SECONDS[hint];
    throw new TypeError(unexpected('latencyHint', '"interactive", "balanced", "playback" or seconds', hint));
  }
  return inRange('latencyHint', hint);
}

function inRange(name: keyof typeof RANGES, value: unknown): number {
  const [least, most] = RANGES[name];
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new TypeError(unexpected(name, `a number from ${least} to ${most}`, value));
  }
  if (value < least || value > most) {
    throw new RangeError(unexpected(name, `${least} to ${most}`, value));
  }
  return value;
}

function isOn(name: ParameterName, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(unexpected(name, 'true or false', value));
}

function withoutUndefined(options: DenoiseOptions): DenoiseOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** Message for an option that is not what it should be. */
function unexpected(name: keyof DenoiseOptions, expected: string, value: unknown): string {
  return `DenoiseNode option "${name}": expected ${expected}, got ${quoted(value)}.`;
}
