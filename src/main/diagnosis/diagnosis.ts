import type { DenoiseError } from '../../shared/errors.ts';
import type { Refusal } from '../../shared/protocol.ts';
import type { Hertz, Milliseconds } from '../../shared/units.ts';
import type { DenoiseMode } from '../events.ts';
import type { DenoiseOptions } from '../options.ts';

/** What {@link DenoiseNodeConstructor.diagnose} may be told; all optional. */
export interface DiagnosisOptions {
  /** Where the files lie, as the option of a node. Default: beside this module. */
  assets?: DenoiseOptions['assets'];
  /** A context whose rate is of interest. */
  context?: BaseAudioContext;
}

/**
 * What there is to change.
 * 'outside-browser' this code runs where there is no Web Audio
 * 'secure-context'  the page comes over plain http
 * 'browser'         the browser lacks something, or is too old for it
 * 'policy'          a content security policy forbids something: `sentence` names the directive
 * 'files'           a file of the package is missing, late, or not what it should be
 * 'slow'            a model takes too long on this device
 * 'isolation'       no shared memory; everything works without it, with less in reserve
 * 'sample-rate'     the context has another rate than the models; everything works, by two resamplers
 */
export type AdviceCode =
  | 'outside-browser'
  | 'secure-context'
  | 'browser'
  | 'policy'
  | 'files'
  | 'slow'
  | 'isolation'
  | 'sample-rate';

/** One thing to change. */
export interface Advice {
  readonly code: AdviceCode;
  /** English, for the person who builds the page. */
  readonly sentence: string;
}

/** A bundled model on this device, as it is now. */
export interface MeasuredModel {
  readonly name: string;
  readonly sampleRateHz: Hertz;
  /** Sound in one hop, and the time that one channel of it takes in a worker: the median of some dozen. */
  readonly hopMs: Milliseconds;
  readonly computingMs: Milliseconds;
  /** Share of real time that one channel takes, 0 … 1; more: the device is too slow. */
  readonly load: number;
}

/** What {@link DenoiseNodeConstructor.diagnose} found. */
export interface Diagnosis {
  /** Nothing that a node needs is missing or forbidden, and one model at least is fast enough. */
  readonly canDenoise: boolean;
  /** All of it in a few English sentences. */
  readonly sentence: string;
  /** What to change, the gravest first; empty where nothing is to be gained. */
  readonly advice: readonly Advice[];
  /** How sound would travel: `'passthrough'` where it could not. */
  readonly mode: DenoiseMode;
  readonly secureContext: boolean;
  readonly isolation: { readonly crossOriginIsolated: boolean; readonly sharedArrayBuffer: boolean };
  /** What the browser can do; the models need SIMD, and no relaxed SIMD. */
  readonly webAssembly: { readonly available: boolean; readonly simd: boolean; readonly relaxedSimd: boolean };
  /** Whether the browser has AudioWorklet, and whether our module loads into one. */
  readonly worklet: { readonly available: boolean; readonly loads: boolean };
  /** What the content security policies of page and worker refused meanwhile of what we asked for. */
  readonly refusals: readonly Refusal[];
  /** Those that could be measured. */
  readonly models: readonly MeasuredModel[];
  /**
   * Rate of the context that was given, or else the one that this device gives a new context. Undefined until the
   * person has done something on the page: browsers complain of contexts before that.
   */
  readonly sampleRateHz: Hertz | undefined;
  /** What failed. */
  readonly errors: readonly DenoiseError[];
}

/** All that was found, before anything is made of it. */
export type Findings = Omit<Diagnosis, 'canDenoise' | 'sentence' | 'advice'>;
