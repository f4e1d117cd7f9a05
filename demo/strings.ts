/** What the page says in words: states, modes, and failures with what to do about them. */
import { DenoiseError, type DenoiseMetrics } from 'denoise-node';
import type { Side } from './comparison.ts';

/** A source that could not be opened. The message is for the visitor. */
export class SourceError extends Error {
  override readonly name = 'SourceError';

  /** What getUserMedia's rejection means, by the names of the Media Capture specification. */
  static ofMicrophone(cause: unknown): SourceError {
    const name = cause instanceof Error ? cause.name : '';
    const message =
      {
        NotAllowedError:
          'This page may not use the microphone. Allow it through the icon beside the address, then start again. Or try a sample.',
        SecurityError:
          'This page may not use the microphone: a policy of this browser or of the page around it forbids it. Try a sample.',
        AbortError: 'The microphone did not start. Unplug it, plug it in again, and start once more.',
        NotFoundError: 'No microphone was found. Plug one in and start again, or try a sample.',
        NotReadableError: 'The microphone does not answer. Close other programs that use it, then start again.',
        OverconstrainedError: 'The chosen microphone is gone. Choose another one, then start again.',
      }[name] ?? `The microphone did not start (${name || String(cause)}). Choose another one, or try a sample.`;
    return new SourceError(message, { cause });
  }
}

/** What the listener gets now. `heard` is whether it goes to the loudspeakers, `side` what is listened to. */
export function stateInWords(state: DenoiseMetrics['state'], side: Side, heard: boolean): string {
  switch (state) {
    case 'loading':
      return 'Loading the model. Until it is there, you get the original.';
    case 'running':
      if (!heard) return 'Live, but not played: tick “Let me hear myself” if you wear headphones.';
      return side === 'original' ? 'You hear the original.' : 'Live: noise is being taken out.';
    case 'overloaded':
      return 'This machine cannot keep up right now. You get the original until it can.';
    case 'recovering':
      return 'The worker stopped and is being replaced. Until then, you get the original.';
    case 'failed':
      return 'The denoiser failed. You get the original.';
    case 'disposed':
      return 'Stopped.';
    default:
      return state satisfies never;
  }
}

/** Why nothing is heard although something plays, by the state of the AudioContext. */
export function heldInWords(state: AudioContextState | 'interrupted'): string {
  return state === 'interrupted'
    ? 'The system has taken the sound away, for a call perhaps. Go on when it is over.'
    : 'The browser holds the sound back until you ask for it. Still nothing then? It may have no loudspeaker.';
}

/** What was done to the original, so that it sounds as loud as the denoised side. */
export function matchInWords(matchDb: number | undefined): string {
  if (matchDb === undefined) return 'Same loudness for both';
  const db = Math.abs(matchDb).toFixed(1);
  if (db === '0.0') return 'Same loudness for both (they are as loud)';
  return `Same loudness for both (original ${db} dB ${matchDb < 0 ? 'down' : 'up'})`;
}

/** A failure as one line that says what to do. */
export function failureInWords(error: unknown): string {
  if (error instanceof SourceError) return error.message;
  if (error instanceof DenoiseError) return `${error.message} (${error.code})`;
  return `Something unexpected happened: ${error instanceof Error ? error.message : String(error)}. Reload the page to start afresh.`;
}

/** Why this browser cannot take part; undefined when it can. */
export function obstacleInWords(isSupported: boolean): string | undefined {
  if (isSupported) return undefined;
  if (!isSecureContext) return 'Browsers denoise only on secure pages. Open this page over https, or on localhost.';
  return 'This browser lacks AudioWorklet or WebAssembly SIMD. Any Chrome, Edge, Firefox or Safari of the last years has both.';
}
