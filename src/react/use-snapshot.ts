import { useCallback, useRef, useSyncExternalStore } from 'react';
import type { DenoiseError } from '../index.ts';
import type { DenoisedTrack } from '../stream/index.ts';
import type { DenoisedState } from './denoised.ts';

/** What a DenoisedTrack is doing, as React compares it. */
interface Snapshot {
  readonly state: DenoisedState;
  readonly error: DenoiseError | null;
}

const IDLE: Snapshot = { state: 'idle', error: null };

/** State and error of a DenoisedTrack and its node, in step with their events. */
export function useSnapshot(denoised: DenoisedTrack | null): Snapshot {
  const last = useRef(IDLE);
  const subscribe = useCallback(
    (listener: () => void) => {
      if (denoised === null) return () => {};
      const { node } = denoised;
      denoised.addEventListener('statechange', listener);
      node.addEventListener('statechange', listener);
      return () => {
        denoised.removeEventListener('statechange', listener);
        node.removeEventListener('statechange', listener);
      };
    },
    [denoised],
  );
  const read = (): Snapshot => {
    const { state, error } = snapshotOf(denoised);
    if (state !== last.current.state || error !== last.current.error) last.current = { state, error };
    return last.current;
  };
  return useSyncExternalStore(subscribe, read, () => IDLE);
}

function snapshotOf(denoised: DenoisedTrack | null): Snapshot {
  if (denoised === null) return IDLE;
  const { state, node } = denoised;
  const isHeld = state !== 'running' && node.state !== 'failed';
  return { state: isHeld ? state : node.state, error: node.error ?? null };
}
