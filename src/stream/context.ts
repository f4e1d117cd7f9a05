import { isNativeContext, isOfflineContext, nameOf } from '../main/audio-family.ts';
import { DenoiseError } from '../shared/errors.ts';
import type { DenoisedTrackState } from './events.ts';

/**
 * A context of our own, at the rate of the machine: that is the one rate of which every browser takes every microphone.
 * Throws a DenoiseError 'unsupported' outside a browser.
 */
export function openContext(): AudioContext {
  if (typeof globalThis.AudioContext === 'function') return new AudioContext();
  throw new DenoiseError(
    'unsupported',
    'DenoisedTrack needs a browser with Web Audio. During server rendering, create it in a client-side effect.',
  );
}

/**
 * Throws a TypeError where this is no AudioContext of the browser, and a DenoiseError 'context-closed' where it is
 * closed.
 */
export function requireContext(context: unknown): AudioContext {
  const expected = 'DenoisedTrack option "context": expected an AudioContext of the browser';
  if (!isNativeContext(context))
    throw new TypeError(`${expected}, got ${nameOf(context)}. Leave it out, and the track has one of its own.`);
  if (isOfflineContext(context))
    throw new TypeError(`${expected}, got an OfflineAudioContext, which does not run in the time of a call.`);
  if (context.state === 'closed')
    throw new DenoiseError(
      'context-closed',
      `${expected}, got one that is closed: give one that stays open, or leave it out for one of its own.`,
    );
  return context as AudioContext;
}

/** Whether sound can flow in a context. */
export function stateOf(context: AudioContext): DenoisedTrackState {
  switch (context.state as AudioContextState | 'interrupted') {
    case 'running':
      return 'running';
    case 'interrupted':
      return 'interrupted';
    case 'closed':
      return 'disposed';
    default:
      return 'held';
  }
}

/** One sentence on a state, with what to do. */
export function reasonOf(state: DenoisedTrackState, isOwn: boolean): string {
  switch (state) {
    case 'running':
      return 'Sound can flow.';
    case 'interrupted':
      return 'The system has taken the sound away, perhaps for a telephone call: it comes back by itself.';
    case 'disposed':
      return 'The context was closed.';
    default:
      return isOwn
        ? `The browser holds the sound back until somebody clicks, taps or presses a key on this page.${inFrame()}`
        : 'The AudioContext is suspended: call its resume() inside a click, or where the page may make sound already.';
  }
}

function inFrame(): string {
  return window === window.top ? '' : ' This page is in a frame, which may need allow="autoplay".';
}
