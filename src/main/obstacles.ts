import { DenoiseError } from '../shared/errors.ts';
import { isOfflineContext } from './audio-family.ts';
import type { DenoiseOptions } from './options.ts';
import { canShareMemory, missingFeature } from './support.ts';

/** What makes it useless to go on with a node that is not ready yet; undefined where nothing does. [main] */
export function obstacleTo(
  context: BaseAudioContext,
  transport: DenoiseOptions['transport'],
): DenoiseError | undefined {
  const missing = missingFeature();
  if (missing !== undefined) return new DenoiseError('unsupported', `DenoiseNode needs ${missing}.`);
  if (transport === 'shared' && !canShareMemory()) return sharedRefused();
  if (hasBegunOffline(context)) {
    return new DenoiseError(
      'offline-not-ready',
      'Rendering of the OfflineAudioContext began before the node was ready, so it passes the dry signal: ' +
        'await node.ready, then call startRendering().',
    );
  }
  if (isOfflineContext(context) || context.state !== 'closed') return undefined;
  return new DenoiseError(
    'context-closed',
    'The AudioContext is closed: create the node in a context that is open and stays open.',
  );
}

/** Whether this is an offline context that renders, or has rendered: nothing can be loaded into it any more. */
export function hasBegunOffline(context: BaseAudioContext): boolean {
  return isOfflineContext(context) && !(context.state === 'suspended' && context.currentTime === 0);
}

/** Shared memory was asked for, and there is none, or the threads do not see the same. */
export function sharedRefused(): DenoiseError {
  return new DenoiseError(
    'unsupported',
    'transport "shared" needs shared memory: make the page cross-origin isolated ' +
      '(Cross-Origin-Opener-Policy: same-origin, Cross-Origin-Embedder-Policy: require-corp), or use transport "auto".',
  );
}

/** The reason of a promise that is given up: the node was disposed, or something else was wanted instead. */
export function abortError(message: string): DOMException {
  return new DOMException(message, 'AbortError');
}
