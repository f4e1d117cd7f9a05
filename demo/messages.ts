/** What the demo's own worklets and its page tell each other. */

export const LOUDNESS_PROCESSOR = 'demo-loudness';
export const RECORDER_PROCESSOR = 'demo-recorder';

/** A tenth of a second of one input of the loudness processor. */
export interface LoudnessMessage {
  /** Which input: 0 the original, 1 the denoised. */
  readonly input: number;
  /** Mean K-weighted energy. */
  readonly energy: number;
  /** Highest absolute sample. */
  readonly peak: number;
}

/** Sound that was recorded since the last one, planar; the arrays are transferred. The last one says so. */
export interface RecordedMessage {
  readonly channels: readonly Float32Array<ArrayBuffer>[];
  readonly last: boolean;
}

/** Ends a recording; answered by a {@link RecordedMessage} that is the last. */
export interface StopMessage {
  readonly type: 'stop';
}

/** Identifier of the tone control on the page of a plugin host, and name of its processor. */
export const TONE_MODULE = 'org.npmjs.denoise-node.demo.tone';
