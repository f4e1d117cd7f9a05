import type { DenoiseNode, DenoiseState } from '../index.ts';
import type { DenoisedTrackOptions } from '../stream/index.ts';

/** Those of a DenoisedTrack. */
export type UseDenoiseOptions = DenoisedTrackOptions;

/**
 * `idle`: there is no stream yet. `held`: the sound waits for a click, a tap or a key of the person. `interrupted`: the
 * system has taken the sound away, and gives it back. Otherwise what the node's own state is.
 */
export type DenoisedState = 'idle' | 'held' | 'interrupted' | DenoiseState;

/** What {@link useDenoise} gives. */
export interface Denoised {
  /** For a panel, for parameters and figures; null until the first stream has come, and on a server. */
  readonly node: DenoiseNode | null;
  /**
   * The sound of the stream denoised, and its video as it is; null until the first stream has come. The audio track in
   * it stays the same when the stream changes.
   */
  readonly stream: MediaStream | null;
  readonly state: DenoisedState;
  /**
   * What went wrong, with what to do: a DenoiseError of the node, or a TypeError where the stream has no live audio
   * track or an option is none. The sound goes on as it is.
   */
  readonly error: Error | null;
}
