/**
 * In:     one recording, piece by piece (wav-reader.ts or another AudioReader)
 * Out:    the same, enhanced, and what was taken out, to one or two AudioWriters
 * Thread: any; computes on the thread that calls
 *
 * Memory stays flat however long the recording is: a second of sound, and what the engine holds.
 */
import type { Denoiser } from '../engine/denoiser.ts';
import type { AudioReader, AudioWriter } from './audio-file.ts';
import { type EnhanceOptions, Enhancer } from './enhance.ts';
import { nextTask } from './next-task.ts';
import { pieceFrames } from './piece-frames.ts';
import { fullScaleOf, quantise } from './sample-format.ts';
import { silenceBroken } from './silence-broken.ts';

/** Where results go; either may be left out. Both stay the caller's, who finishes and closes them. */
export interface EnhanceTargets {
  readonly enhanced?: AudioWriter | undefined;
  /**
   * Noisy − enhanced. The samples of both written files add up to the input's exactly where formats are the same and
   * nothing clips.
   */
  readonly removed?: AudioWriter | undefined;
}

/** What is known afterwards. */
export interface EnhanceSummary {
  readonly frames: number;
  /** Samples that were NaN or infinite and count as silence. */
  readonly brokenSamples: number;
}

/**
 * Enhances everything that `reader` gives. The result has the length of the input and lines up with it. After every
 * second of sound it reports its progress and lets other tasks run. Rejects with the Error of a reader or writer, or
 * with the signal's reason; then the writers hold a part of the recording.
 */
export async function enhanceReader(
  denoiser: Denoiser,
  reader: AudioReader,
  { enhanced, removed }: EnhanceTargets,
  options: EnhanceOptions = {},
): Promise<EnhanceSummary> {
  const piece = pieceFrames(reader);
  const planes = () => Array.from({ length: reader.channels }, () => new Float32Array(piece));
  const [samples, noisy] = [planes(), planes()];
  const enhancer = new Enhancer(denoiser, reader.channels, reader.sampleRateHz, options);
  let [frames, brokenSamples] = [0, 0];
  const drain = async (): Promise<void> => {
    for (
      let count = enhancer.pull(samples, 0, piece, noisy);
      count > 0;
      count = enhancer.pull(samples, 0, piece, noisy)
    ) {
      await enhanced?.write(samples, 0, count);
      if (removed === undefined) continue;
      if (enhanced !== undefined) quantise(samples, enhanced.format, count);
      subtract(noisy, samples, count);
      await removed.write(noisy, 0, count);
    }
  };
  try {
    options.signal?.throwIfAborted();
    for (let read = piece; read === piece; ) {
      read = await reader.read(samples, 0, piece);
      if (fullScaleOf(reader.format) === undefined) brokenSamples += silenceBroken(samples, read);
      enhancer.push(samples, 0, read);
      frames += read;
      if (read < piece) enhancer.finish();
      await drain();
      options.onProgress?.(read < piece ? 1 : reader.share);
      await nextTask();
      options.signal?.throwIfAborted();
    }
  } finally {
    enhancer.dispose();
  }
  return { frames, brokenSamples };
}

function subtract(from: readonly Float32Array[], what: readonly Float32Array[], frames: number): void {
  for (let c = 0; c < from.length; c++) {
    for (let n = 0; n < frames; n++) from[c][n] -= what[c][n];
  }
}
