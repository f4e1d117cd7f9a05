import type { DenoiseErrorCode } from '../shared/errors.ts';

/** What a panel says of the sound that is heard now. */
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

/** A state in words: one to see from afar, and a sentence. */
export interface StateWords {
  readonly name: string;
  readonly sentence: string;
}

/**
 * Every word of a panel. A language of your own is an object of this shape: `panel.strings = { ...english, title:
 * 'Clean voice' }`. Numbers follow `locale`; units are written as they stand here.
 */
export interface PanelStrings {
  /** BCP 47 tag: the language of the words, and of the numbers between them. */
  readonly locale: string;
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
  readonly model: string;
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
  /** Time that one hop takes, median and 95th percentile. */
  readonly hop: string;
  readonly load: string;
  readonly underruns: string;
  readonly noUnderruns: string;
  /** Enhanced sound that lies ready beyond what is due. */
  readonly queue: string;
  readonly mode: string;
  readonly modes: { readonly shared: string; readonly message: string; readonly passthrough: string };
  /** Shown in message mode: on a page that is not isolated, and on one that is. */
  readonly messageNotIsolated: string;
  readonly messageByChoice: string;
  readonly states: Readonly<Record<PanelState, StateWords>>;
  /** What has happened, by the code of the error; the error's own message follows. */
  readonly errors: Readonly<Record<DenoiseErrorCode, string>>;
  /** Axes of the spectrograms. */
  readonly now: string;
  readonly secondsAcross: (seconds: string) => string;
}

export const english: PanelStrings = {
  locale: 'en',
  title: 'Noise reduction',
  denoise: 'Denoise',
  noisy: 'Noisy',
  enhanced: 'Enhanced',
  noisyLevel: 'Level in',
  enhancedLevel: 'Level out',
  noisyPicture: 'Spectrogram of the noisy sound, the last seconds',
  enhancedPicture: 'Spectrogram of the enhanced sound, the last seconds',
  silent: 'silent',
  mix: 'Mix',
  dry: 'Dry',
  wet: 'Wet',
  attenuationLimit: 'Attenuation limit',
  noLimit: 'no limit',
  outputGain: 'Output gain',
  model: 'Model',
  modelLoading: 'Loading the model …',
  modelFailed: 'The model was not changed.',
  reset: 'Reset',
  resetHint: 'The model forgets what it has heard, as for a new speaker. The sound goes on.',
  resetDone: 'The model starts anew.',
  retry: 'Try again',
  figures: 'Figures',
  reduction: 'Reduction now',
  voice: 'Voice',
  voiceOn: 'speech',
  voiceOff: 'none',
  latency: 'Latency',
  hop: 'Hop, p50 / p95',
  load: 'Load',
  underruns: 'Underruns',
  noUnderruns: 'none',
  queue: 'Queue',
  mode: 'Mode',
  modes: { shared: 'shared', message: 'messages', passthrough: 'pass-through' },
  messageNotIsolated:
    'Message mode: no shared memory: this page is not cross-origin isolated. All works, with less reserve when the machine is busy.',
  messageByChoice:
    'Message mode: sound travels in messages instead of shared memory. All works, with less reserve when the machine is busy.',
  states: {
    empty: { name: 'No sound', sentence: 'No denoiser is connected to this panel.' },
    starting: { name: 'Starting', sentence: 'The model is loading. Until it is there, you hear the original.' },
    live: { name: 'Live', sentence: 'Noise is being taken out.' },
    bypassed: { name: 'Bypassed', sentence: 'You hear the original, at the same delay.' },
    paused: { name: 'Paused', sentence: 'The audio context is suspended: no sound is being processed.' },
    overloaded: {
      name: 'Overloaded',
      sentence: 'This device cannot keep up right now. You hear the original until it can.',
    },
    recovering: {
      name: 'Recovering',
      sentence: 'The worker stopped and is being replaced. Until then you hear the original.',
    },
    failed: { name: 'Failed', sentence: 'You hear the original.' },
    ended: { name: 'Ended', sentence: 'This denoiser was taken apart.' },
  },
  errors: {
    unsupported: 'This browser or page lacks something that is needed.',
    'context-closed': 'The audio context was closed.',
    'offline-not-ready': 'Rendering began before the denoiser was ready.',
    'module-load': 'A script of the denoiser did not load.',
    'model-load': 'The model could not be loaded.',
    'model-corrupt': 'A file of the model is damaged.',
    'model-mismatch': 'The model does not fit this version.',
    wasm: 'WebAssembly could not start.',
    'worker-crashed': 'The worker crashed too often.',
  },
  now: 'now',
  secondsAcross: (seconds) => `${seconds} s across`,
};
