import type { RingBuffer } from './ring-buffer.ts';

/**
 * One end of a pipe, which carries the sound of one node between worklet and worker: two rings, the control words, and
 * a way to call the other side. Both threads use their end without knowing of which kind it is, shared-pipe.ts or
 * message-pipe.ts. What is posted to a thread, for it to make an end of, is PipeEndData in protocol.ts.
 */
export interface PipeEnd {
  /** The control words as this side sees them. */
  readonly words: Int32Array;
  /** Written by the worklet, read by the worker. */
  readonly noisy: RingBuffer;
  /** Written by the worker, read by the worklet. */
  readonly enhanced: RingBuffer;
  /** Call after samples were written or read: wakes the other side if it has something to do now. */
  signal(): void;
  /** Wakes the other side in any case, so that it sees words that have changed. */
  flush(): void;
  /** Lets go of the pipe. Idempotent. */
  close(): void;
}
