import { CONTROL_WORDS, Word } from './control-block.ts';
import type { RingBuffer } from './ring-buffer.ts';

/**
 * One end of a node's transport: two rings, the control words, and a way to call the other side. Worklet and worker use
 * it without knowing which kind it is, shared-pipe.ts or message-pipe.ts.
 */
export interface Pipe {
  /** The control words as this side sees them. */
  readonly words: Int32Array;
  /** Written by the worklet, read by the worker. */
  readonly noisy: RingBuffer;
  /** Written by the worker, read by the worklet. */
  readonly enhanced: RingBuffer;
  /** Call after samples were written or read: wakes the other side if it has something to do now. */
  signal(): void;
  /** Wakes the other side at any rate, so that it sees words that have changed. */
  flush(): void;
  /** Lets go of the route. Idempotent. */
  close(): void;
}

/** Words that the worker writes; all others but PROBE_MAIN are the worklet's. See {@link Word}. */
export const WORKER_WORDS: readonly number[] = [
  Word.NOISY_READ,
  Word.ENHANCED_WRITE,
  Word.NEXT_DUE,
  Word.RESET_DONE,
  Word.PROBE_WORKER,
  Word.SHED,
  Word.SHEDDINGS,
  Word.HEARTBEAT,
  Word.HOPS,
  Word.HOP_MICROS_P50,
  Word.HOP_MICROS_P95,
  Word.LOAD_PERMILLE,
];

/** Words that the worklet writes. */
export const WORKLET_WORDS: readonly number[] = Array.from({ length: CONTROL_WORDS }, (_, word) => word).filter(
  (word) => word !== Word.PROBE_MAIN && !WORKER_WORDS.includes(word),
);

/** Whether an index has reached another; both wrap at 2³² and are less than 2³¹ apart. */
export function hasReached(index: number, other: number): boolean {
  return ((index - other) | 0) >= 0;
}
