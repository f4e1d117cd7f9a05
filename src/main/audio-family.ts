/**
 * Two families of Web Audio classes exist on a page: the browser's own, and those of standardized-audio-context. Their
 * nodes cannot be mixed, so a DenoiseNode is built from one family. The second is injected by standardized.ts, so that
 * the core never imports that library.
 */
export interface AudioFamily {
  readonly GainNode: typeof GainNode;
  readonly DelayNode: typeof DelayNode;
  readonly ConstantSourceNode: typeof ConstantSourceNode;
  /** Undefined where the page is not a secure context. */
  readonly AudioWorkletNode: typeof AudioWorkletNode | undefined;
  readonly addModule: (context: BaseAudioContext, url: string) => Promise<void>;
  /** Throws a TypeError that names what was given, where that is no context of this family. */
  readonly requireContext: (context: unknown) => void;
}

/**
 * The browser's own classes. Outside a browser they are undefined, and {@link missingFeature} says so before one is
 * used.
 */
export const nativeFamily: AudioFamily = {
  GainNode: globalThis.GainNode,
  DelayNode: globalThis.DelayNode,
  ConstantSourceNode: globalThis.ConstantSourceNode,
  AudioWorkletNode: globalThis.AudioWorkletNode,
  addModule: (context, url) => context.audioWorklet.addModule(url),
  requireContext: (context) => {
    if (isNativeContext(context)) return;
    if (looksLikeContext(context)) {
      throw new TypeError(
        'DenoiseNode: expected a context of the browser, got one that looks like standardized-audio-context. ' +
          'Import DenoiseNode from "denoise-node/standardized" instead.',
      );
    }
    throw new TypeError(`DenoiseNode: expected an AudioContext or OfflineAudioContext, got ${nameOf(context)}.`);
  },
};

/** True for AudioContext and OfflineAudioContext of any window (`instanceof` would refuse those of another frame). */
export function isNativeContext(context: unknown): context is BaseAudioContext {
  return /^\[object (webkit)?(Offline)?AudioContext\]$/.test(Object.prototype.toString.call(context));
}

export function isOfflineContext(context: BaseAudioContext): context is OfflineAudioContext {
  return 'startRendering' in context;
}

/** For messages: `undefined`, `"text"`, `an instance of HTMLCanvasElement`. */
export function nameOf(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value === 'function') return `the function ${value.name || '(anonymous)'}`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `an instance of ${value.constructor?.name ?? 'an unnamed class'}`;
}

/** Whether it has what every context has, of whatever family. */
export function looksLikeContext(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'sampleRate' in value &&
    'destination' in value &&
    'currentTime' in value
  );
}
