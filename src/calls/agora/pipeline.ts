/** What Agora's pipelines ask of each other, as far as it is used here; the SDK's own types fit. */

/** What a track hands to its processors. */
export interface AgoraContext {
  getAudioContext(): AudioContext;
  /** Figures that the track's `getProcessorStats()` shows. */
  registerStats?(processor: object, type: string, read: () => unknown): void;
  unregisterStats?(processor: object, type: string): void;
}

/** Sound for a processor. A track gives both; a processor before it gives what it has made. */
export interface AgoraInput<Context extends object> {
  readonly track?: MediaStreamTrack;
  readonly node?: AudioNode;
  readonly context: Context;
}

/** A processor, or the `processorDestination` of a track. */
export interface AgoraProcessor {
  readonly name: string;
  updateInput(input: AgoraInput<object>): void;
  reset(): void;
}
