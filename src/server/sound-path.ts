/**
 * In:     bytes of sound, chunk by chunk (denoise-stream.ts, denoise-transform.ts)
 * Out:    as many bytes, enhanced, to its caller
 * Thread: that of its caller
 *
 *   bytes ─▶ codec ─▶ lane ─▶ codec ─▶ bytes
 */
import { nextTask } from '../files/next-task.ts';
import type { Seconds } from '../shared/units.ts';
import type { Lane, LaneOutput, OpenLane } from './lane.ts';
import type { ResolvedSound } from './options.ts';
import { PcmCodec, type Piece } from './pcm-codec.ts';
import type { PcmFormat } from './pcm-format.ts';

/** Computing on this thread lets other tasks run after this much of sound. */
const TURN_SECONDS = 0.5;

/** Who gets the bytes. */
export interface BytesOutput {
  /** The next bytes, which are the caller's. */
  bytes(bytes: Uint8Array<ArrayBuffer>): void;
  failed(error: Error): void;
}

/** Everything between bytes and bytes. One call at a time: each waits for the one before. */
export class SoundPath implements LaneOutput {
  readonly #open: OpenLane;
  readonly #codec: PcmCodec;
  readonly #sampleRateHz: number;
  readonly #output: BytesOutput;
  #lane: Lane | undefined;
  #latency: Seconds = 0;
  #isClosed = false;
  /** Who waits for room, or for the end of a lane. */
  #wake: (() => void) | undefined;
  #laneEnded = false;

  constructor(open: OpenLane, format: PcmFormat, { channels, sampleRateHz }: ResolvedSound, output: BytesOutput) {
    this.#open = open;
    this.#codec = new PcmCodec(format, channels);
    this.#sampleRateHz = sampleRateHz;
    this.#output = output;
  }

  /** How far what comes out lags behind what went in, at most; 0 until it is {@link open}. */
  get latency(): Seconds {
    return this.#latency;
  }

  async open(): Promise<void> {
    this.#laneEnded = false;
    const lane = await this.#open(this);
    this.#lane = lane;
    this.#latency = lane.latencySamples / this.#sampleRateHz;
    if (this.#isClosed) lane.close();
  }

  /** Takes bytes. Resolves when there is room for more. */
  async take(bytes: Uint8Array): Promise<void> {
    let untilTurn = TURN_SECONDS * this.#sampleRateHz;
    for (const piece of this.#codec.decoded(bytes)) {
      // Between two pieces only: a chunk of a call is one.
      if (untilTurn <= 0) {
        await nextTask();
        untilTurn = TURN_SECONDS * this.#sampleRateHz;
      }
      if (this.#isClosed) return;
      this.#lane?.push(piece);
      untilTurn -= piece.frames;
      if (!this.#lane?.hasRoom) await this.#until(() => this.#lane?.hasRoom ?? false);
    }
  }

  /** Gives out what is left. What comes next is another recording, to which nothing of this one is known. */
  async restart(): Promise<void> {
    await this.finish();
    this.#lane?.close();
    if (!this.#isClosed) await this.open();
  }

  /** Gives out what is left. Resolves when all is out; bytes that are no whole frame are left out. */
  async finish(): Promise<void> {
    this.#codec.reset();
    if (this.#isClosed) return;
    this.#lane?.finish();
    await this.#until(() => this.#laneEnded);
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#lane?.close();
    this.#rouse();
  }

  /** For the lane. */
  sound(piece: Piece): void {
    if (!this.#isClosed) this.#output.bytes(this.#codec.encoded(piece));
  }

  /** For the lane. */
  ended(): void {
    this.#laneEnded = true;
    this.#rouse();
  }

  /** For the lane. */
  room(): void {
    this.#rouse();
  }

  /** For the lane. */
  failed(error: Error): void {
    this.#output.failed(error);
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!this.#isClosed && !isSo())
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  #rouse(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
