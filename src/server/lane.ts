import type { Samples } from '../shared/units.ts';
import type { Piece } from './pcm-codec.ts';

/** Who gets what comes out of a lane. */
export interface LaneOutput {
  /** The next samples. The planes are the lane's again afterwards. */
  sound(piece: Piece): void;
  /** Everything that went in has come out, after {@link Lane.finish}. */
  ended(): void;
  /** There is room again. */
  room(): void;
  /** Nothing will follow. */
  failed(error: Error): void;
}

/**
 * What carries one recording: as many samples come out as go in, sample j is sample j. An enhancer on this thread, or
 * one of a pool's.
 */
export interface Lane {
  /** How far what comes out may lag behind what went in, at most, where the machine keeps up. */
  readonly latencySamples: Samples;
  /** False while enough waits; {@link LaneOutput.room} follows. */
  readonly hasRoom: boolean;
  /** Takes samples; the planes stay the caller's. */
  push(piece: Piece): void;
  /** Nothing may be pushed afterwards. */
  finish(): void;
  /** Frees what it holds; nothing comes out any more. Idempotent. */
  close(): void;
}

/** A new lane, when the model is there. Rejects with a DenoiseError. */
export type OpenLane = (output: LaneOutput) => Promise<Lane>;
