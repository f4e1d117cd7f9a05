/** What the page tells its visitor: states, and failures with what to do about them. */
import { DenoiseError, type DenoiseMetrics } from 'denoise-node';
import type { Side } from './comparison.ts';
import { SourceError } from './source-error.ts';

/** What the listener gets now. `heard` is whether it goes to the loudspeakers, `side` what is listened to. */
export function stateString(state: DenoiseMetrics['state'], side: Side, heard: boolean): string {
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
export function heldString(state: AudioContextState | 'interrupted'): string {
  return state === 'interrupted'
    ? 'The system has taken the sound away, perhaps for a call. Go on when it is over.'
    : 'The browser holds the sound back until you ask for it. Still nothing then? It may have no loudspeaker.';
}

/** What was done to the original, so that it sounds as loud as the denoised side. */
export function matchString(matchDb: number | undefined): string {
  if (matchDb === undefined) return 'Same loudness for both';
  const db = Math.abs(matchDb).toFixed(1);
  if (db === '0.0') return 'Same loudness for both (they are as loud)';
  return `Same loudness for both (original ${db} dB ${matchDb < 0 ? 'down' : 'up'})`;
}

/** A failure as one line that says what to do. */
export function failureString(error: unknown): string {
  if (error instanceof SourceError) return error.message;
  if (error instanceof DenoiseError) return `${error.message} (${error.code})`;
  const message = error instanceof Error ? error.message : String(error);
  return `Something unexpected happened: ${message}. Reload the page to start afresh.`;
}

/** Why this browser cannot take part; undefined when it can. */
export function obstacleString(isSupported: boolean): string | undefined {
  if (isSupported) return undefined;
  if (!isSecureContext) return 'Browsers denoise only on secure pages. Open this page over https, or on localhost.';
  return (
    'This browser lacks AudioWorklet or WebAssembly SIMD. ' +
    'Any Chrome, Edge, Firefox or Safari of recent years has both.'
  );
}
