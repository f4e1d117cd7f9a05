/**
 * In:     samples and words that the other thread stored in shared memory
 * Out:    samples and words for it, and its doorbell
 * Thread: [audio] and [worker], one end each
 */
import { BellWord, Word } from './control-block.ts';
import type { PipeEnd } from './pipe-end.ts';
import type { SharedPipeMemory } from './protocol.ts';
import { hasReached, RingBuffer } from './ring-buffer.ts';

/** Either end of a pipe through shared memory. Nothing but the constructor allocates. */
class SharedEnd {
  readonly words: Int32Array;
  readonly noisy: RingBuffer;
  readonly enhanced: RingBuffer;

  constructor({ control, noisy, enhanced, channels, ringSamples }: SharedPipeMemory) {
    this.words = new Int32Array(control);
    this.noisy = new RingBuffer(noisy, channels, ringSamples, this.words, Word.NOISY_WRITE, Word.NOISY_READ);
    this.enhanced = new RingBuffer(
      enhanced,
      channels,
      ringSamples,
      this.words,
      Word.ENHANCED_WRITE,
      Word.ENHANCED_READ,
    );
  }

  close(): void {}
}

/** The worklet's end: rings the worker's bell when a step is due. [audio] */
export class SharedWorkletEnd extends SharedEnd implements PipeEnd {
  readonly #bell: Int32Array;

  constructor(memory: SharedPipeMemory) {
    super(memory);
    this.#bell = new Int32Array(memory.bell);
  }

  /**
   * The worker stores NEXT_DUE, then reads NOISY_WRITE, then waits. Here NOISY_WRITE was stored before NEXT_DUE is
   * read. So at least one of the two sees the other's store, and no step is slept through.
   */
  signal(): void {
    if (hasReached(Atomics.load(this.words, Word.NOISY_WRITE), Atomics.load(this.words, Word.NEXT_DUE))) this.flush();
  }

  flush(): void {
    Atomics.add(this.#bell, BellWord.BELL, 1);
    Atomics.notify(this.#bell, BellWord.BELL);
  }
}

/** The worker's end: the worklet looks by itself, at every quantum. [worker] */
export class SharedWorkerEnd extends SharedEnd implements PipeEnd {
  signal(): void {}

  flush(): void {}
}
