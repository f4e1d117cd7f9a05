/**
 * In:     samples that an app writes or pipes, Float32Arrays of any length
 * Out:    as many samples, enhanced, for it to read or pipe
 * Thread: any, in Node, Deno and Bun; computes on the one that calls
 */
import { TransformStream } from 'node:stream/web';
import type { Seconds } from '../shared/units.ts';
import type { OpenLane } from './lane.ts';
import type { ResolvedSound } from './options.ts';
import { SoundPath } from './sound-path.ts';

/** What makes a path of bytes one of samples: their own bytes. */
interface Parts {
  readonly path: SoundPath;
  /** Chunks that have been written, and at which of them another recording begins. */
  written: number;
  readonly resets: number[];
}

/**
 * The stream of createDenoiseStream as a web `TransformStream` of samples from −1 to 1, the channels interleaved:
 * sample j out is sample j in, enhanced. Where the model cannot be loaded, both sides fail with a DenoiseError.
 */
export class DenoiseTransform extends TransformStream<Float32Array, Float32Array> {
  readonly #parts: Parts;

  /** Transforms are made by createDenoiseTransform. @internal */
  constructor(open: OpenLane, sound: ResolvedSound) {
    let enqueue: (samples: Float32Array) => void = () => {};
    let fail: (error: Error) => void = () => {};
    const path = new SoundPath(open, 'f32le', sound, {
      bytes: (bytes) => enqueue(new Float32Array(bytes.buffer)),
      failed: (error) => fail(error),
    });
    const parts: Parts = { path, written: 0, resets: [] };
    let transformed = 0;
    const restartAt = async (): Promise<void> => {
      while (parts.resets[0] === transformed) {
        parts.resets.shift();
        await path.restart();
      }
    };
    super(
      {
        start: (controller) => {
          enqueue = (samples) => controller.enqueue(samples);
          fail = (error) => controller.error(error);
          return path.open();
        },
        transform: async (samples) => {
          await restartAt();
          await path.take(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
          transformed += 1;
          await restartAt();
        },
        flush: async () => {
          await path.finish();
          path.close();
        },
        // Of later versions than the types know: whoever reads or writes has given up.
        ...{ cancel: () => path.close() },
      },
      {
        highWaterMark: 1,
        size: () => {
          parts.written += 1;
          return 1;
        },
      },
    );
    this.#parts = parts;
  }

  /** How long a sample may wait for those that the model needs beside it, seconds; 0 until the model is there. */
  get latency(): Seconds {
    return this.#parts.path.latency;
  }

  /**
   * Another recording, or another speaker, begins with what is written from now on: the model forgets. What was written
   * before comes out to its last sample, at the latest with the next chunk.
   */
  reset(): void {
    this.#parts.resets.push(this.#parts.written);
  }
}
