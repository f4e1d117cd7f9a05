import type { ErrorData } from '../../shared/errors.ts';
import type { Milliseconds, Samples } from '../../shared/units.ts';
import type { ResolvedSound } from '../options.ts';
import type { Planes } from './spare-planes.ts';

/** What a pool tells a thread of its. `lane`: numbers that are used once in the life of a thread. */
export type ToThread =
  /** A recording begins; answered by 'opened' or 'refused'. */
  | { readonly type: 'open'; readonly lane: number; readonly sound: ResolvedSound; readonly realtime: boolean }
  /** The next samples, whose planes are the thread's from now on; answered by 'enhanced', as soon as that was heard. */
  | {
      readonly type: 'push';
      readonly lane: number;
      readonly planes: Planes;
      readonly frames: number;
      /** When they came, by {@link clockMs}. */
      readonly atMs: Milliseconds;
      /** How many such messages there have been. */
      readonly count: number;
    }
  /** There are no more; what is left comes with 'enhanced', which names it among those that have ended. */
  | { readonly type: 'finish'; readonly lane: number }
  /** Nobody listens any more. Sent instead of 'finish', or after it. */
  | { readonly type: 'close'; readonly lane: number };

/** What a thread answers. */
export type FromThread =
  /** The model is loaded: sent once, or 'unusable' instead. */
  | { readonly type: 'ready'; readonly stepMs: Milliseconds }
  | { readonly type: 'unusable'; readonly error: ErrorData }
  | { readonly type: 'opened'; readonly lane: number; readonly latencySamples: Samples }
  | { readonly type: 'refused'; readonly lane: number; readonly error: ErrorData }
  | Enhanced;

/** What came out of one turn of a thread: at most one step of every stream. */
export interface Enhanced {
  readonly type: 'enhanced';
  readonly pieces: readonly EnhancedPiece[];
  /** Lanes of which everything is out. */
  readonly ended: readonly number[];
  /** Time that the model took for all of them, and for how many streams; 0 where no step was due. */
  readonly stepMs: Milliseconds;
  readonly streams: number;
  /** Time of the whole turn. */
  readonly turnMs: Milliseconds;
  /** The last 'push' that the thread has heard. */
  readonly heard: number;
  /** Realtime lanes have a step waiting. */
  readonly isBehind: boolean;
}

export interface EnhancedPiece {
  readonly lane: number;
  readonly planes: Planes;
  readonly frames: number;
  /** Since the last of the samples that the step needed had come; undefined for what is not in realtime. */
  readonly lateMs: Milliseconds | undefined;
}

/** What a thread of a pool is started with; whoever finds this in its workerData is one. */
export interface ThreadData {
  readonly denoisePool: { readonly model: string };
}

export function isThreadData(data: unknown): data is ThreadData {
  return typeof data === 'object' && data !== null && 'denoisePool' in data;
}

/** A clock that all threads of a process share. */
export function clockMs(): Milliseconds {
  return performance.timeOrigin + performance.now();
}
