import type { BrowserProcessing } from './browser-processing.ts';

/**
 * Whether sound can flow. `held`: the context stands still until a person clicks, taps or presses a key on the page, or
 * until the app resumes a context of its own. `interrupted`: the system has taken the sound away, for a telephone call
 * perhaps, and gives it back by itself.
 */
export type DenoisedTrackState = 'held' | 'interrupted' | 'running' | 'disposed';

/** Name → event. All are dispatched on the {@link DenoisedTrack} itself; those of the node on its `node`. */
export interface DenoisedTrackEventMap {
  /** `state` has changed. `detail.reason` is one sentence for a person, with what to do. An app may show it. */
  statechange: CustomEvent<{ readonly state: DenoisedTrackState; readonly reason: string }>;
  /**
   * The input ended by itself: its device was unplugged, its permission taken away, its far end has hung up. The output
   * goes on as silence until the next `setInput`. Nothing tells of a track that the app itself has stopped.
   */
  inputended: CustomEvent<{ readonly track: MediaStreamTrack; readonly reason: string }>;
  /** `processing` has changed: once for each microphone that was set, when it is known what its browser does to it. */
  processingchange: CustomEvent<{ readonly processing: BrowserProcessing }>;
}
