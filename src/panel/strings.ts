import type { DenoiseErrorCode } from '../shared/errors.ts';
import type { TextDirection } from './locales/direction.ts';

/** What a panel says about the sound that is heard now. */
export type PanelState =
  | 'empty'
  | 'starting'
  | 'live'
  | 'bypassed'
  | 'paused'
  | 'overloaded'
  | 'recovering'
  | 'failed'
  | 'ended';

/** How a state is told. */
export interface StateWords {
  /** One word or two, to be read from afar. */
  readonly name: string;
  readonly sentence: string;
}

/**
 * All strings of a panel in one language. Register a language of your own with {@link registerLocale}, or give one
 * panel strings of its own: `panel.strings = { ...english, title: 'Clean voice' }`. Units (dB, ms, %) are the same in
 * all languages.
 */
export interface PanelStrings {
  /** BCP 47 tag of the language, for example `pt-BR`. Numbers are written as is usual there. */
  readonly locale: string;
  /** Direction of the script. Default: that of the script in which the language is usually written. */
  readonly direction?: TextDirection;
  readonly title: string;
  /** The switch; on is denoised. */
  readonly denoise: string;
  readonly noisy: string;
  readonly enhanced: string;
  readonly noisyLevel: string;
  readonly enhancedLevel: string;
  readonly noisyPicture: string;
  readonly enhancedPicture: string;
  readonly silent: string;
  readonly mix: string;
  readonly dry: string;
  readonly wet: string;
  readonly attenuationLimit: string;
  readonly noLimit: string;
  readonly outputGain: string;
  readonly highPass: string;
  /** What a switch or slider says that is off. */
  readonly off: string;
  /** The switch of the automatic gain. */
  readonly autoGain: string;
  readonly targetLevel: string;
  readonly model: string;
  /** The choice left to the node; `model` is the one that runs, empty where the choice is not left to it. */
  readonly automatic: (model: string) => string;
  readonly modelLoading: string;
  readonly modelFailed: string;
  readonly reset: string;
  /** What the reset button does, in a sentence. */
  readonly resetHint: string;
  readonly resetDone: string;
  readonly retry: string;
  /** The list of figures, for screen readers. */
  readonly figures: string;
  readonly reduction: string;
  readonly voice: string;
  readonly voiceOn: string;
  readonly voiceOff: string;
  readonly latency: string;
  /** Time that one hop takes: median and 95th percentile. */
  readonly hop: string;
  readonly load: string;
  readonly underruns: string;
  readonly noUnderruns: string;
  /** Enhanced sound that is ready ahead of time. */
  readonly queue: string;
  readonly mode: string;
  readonly modes: { readonly shared: string; readonly message: string; readonly passthrough: string };
  /** What there is to know about page and device: its name, while it is found out, and the button to do so again. */
  readonly diagnosis: string;
  readonly diagnosing: string;
  readonly diagnoseAgain: string;
  /** Shown in message mode: on a page that is not cross-origin isolated, and on one that is. */
  readonly messageNotIsolated: string;
  readonly messageByChoice: string;
  readonly states: Readonly<Record<PanelState, StateWords>>;
  /** What has happened, by the code of the error. The error's own message follows. */
  readonly errors: Readonly<Record<DenoiseErrorCode, string>>;
  /** What stands at the right end of the time axis. */
  readonly now: string;
  /** What stands there instead where the picture stands still: how much time it shows. */
  readonly secondsAcross: (seconds: string) => string;
}
