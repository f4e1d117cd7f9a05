/**
 * In:     messages of the other thread: samples, and a copy of its words
 * Out:    messages for it
 * Thread: [audio] and [worker], one end each
 *
 * The same interface as shared memory. Each end has rings and words of its own. Writing fills its own ring, a message
 * carries what is new to the other end's ring, and the words of the other side come with its messages. The indices keep
 * their meaning, so "room" means room on the far side: what is under way can never overflow it.
 *
 *   worklet   noisy ─────────── WorkletToWorker ─────────▶ noisy      worker
 *             enhanced ◀─────── WorkerToWorklet ───────── enhanced
 *
 * Receiving a message allocates (the browser makes its objects), and so does sending one (the browser's copy of the
 * envelope). The sample and word arrays travel to and fro: what a message brought is used for the next one sent, so
 * that after the first few none is made anew.
 */
import { CONTROL_WORDS, Word } from './control-block.ts';
import type { PipeEnd } from './pipe-end.ts';
import type { PipeEndData, WorkerToWorklet, WorkletToWorker } from './protocol.ts';
import { hasReached, RingBuffer } from './ring-buffer.ts';
import type { Samples } from './units.ts';
import { WORKER_WORDS, WORKLET_WORDS } from './words-by-writer.ts';

type MessageEndData = Extract<PipeEndData, { mode: 'message' }>;

/** Arrays of a message that can be sent again. */
interface Parcel {
  readonly samples: Float32Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
}

/**
 * Most samples that wait to be sent: a block's worth in one message would be a quantum's work by itself. What
 * a streaming model takes is shorter, and goes whole.
 */
const MOST_UNSENT = 2048;

/** Most parcels that are kept: this many are under way when the worker has paused for a moment. */
const MOST_PARCELS = 8;

/** Either end of a pipe over a MessagePort. */
abstract class MessageEnd {
  readonly words = new Int32Array(CONTROL_WORDS);
  readonly noisy: RingBuffer;
  readonly enhanced: RingBuffer;
  readonly #port: MessagePort;
  readonly #parcels: Parcel[] = [];
  #closed = false;

  /** @param onMessage called after a message has been taken in */
  constructor({ port, channels, ringSamples }: MessageEndData, onMessage: () => void) {
    const memory = (): ArrayBuffer => new ArrayBuffer(channels * ringSamples * Float32Array.BYTES_PER_ELEMENT);
    this.noisy = new RingBuffer(memory(), channels, ringSamples, this.words, Word.NOISY_WRITE, Word.NOISY_READ);
    this.enhanced = new RingBuffer(
      memory(),
      channels,
      ringSamples,
      this.words,
      Word.ENHANCED_WRITE,
      Word.ENHANCED_READ,
    );
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<WorkletToWorker | WorkerToWorklet>) => {
      if (this.#closed) return;
      this.receive(data);
      onMessage();
    };
  }

  close(): void {
    this.#closed = true;
    this.#port.onmessage = null;
    this.#port.close();
  }

  protected abstract receive(message: WorkletToWorker | WorkerToWorklet): void;

  /** Takes a message's samples into a ring and its words, where they are the other side's, into ours. */
  protected takeIn(
    { samples, words, channels, length }: WorkletToWorker | WorkerToWorklet,
    ring: RingBuffer,
    theirWords: readonly number[],
    indexWord: number,
  ): void {
    for (let channel = 0; channel < channels; channel++)
      ring.put(channel, ring.writeIndex, samples, channel * length, length);
    for (const word of theirWords) if (word !== indexWord) Atomics.store(this.words, word, words[word]);
    // Last, as in shared memory: whoever sees the samples also sees the words that were stored before them.
    ring.publish(length);
    if (this.#parcels.length < MOST_PARCELS) this.#parcels.push({ samples, words } as Parcel);
  }

  /** Sends what a ring holds from an index on, with all our words. Allocates, see above. */
  protected send(type: 'noisy' | 'enhanced', ring: RingBuffer, from: number, length: Samples): void {
    if (this.#closed) return;
    const { channels } = ring;
    const { samples, words } = this.#parcelFor(channels * length);
    for (let channel = 0; channel < channels; channel++) ring.get(channel, from, samples, channel * length, length);
    words.set(this.words);
    this.#port.postMessage({ type, samples, channels, length, words }, [samples.buffer, words.buffer]);
  }

  #parcelFor(size: number): Parcel {
    const parcel = this.#parcels.pop();
    if (parcel !== undefined && parcel.samples.length >= size) return parcel;
    // Twice as long: messages carry whole quanta, now one more, now one less.
    return { samples: new Float32Array(2 * size), words: parcel?.words ?? new Int32Array(CONTROL_WORDS) };
  }
}

/**
 * The worklet's end: gathers quanta until a step is due (or a part of a long one is full), then sends them in one
 * message. [audio]
 */
export class MessageWorkletEnd extends MessageEnd implements PipeEnd {
  readonly #advanceWaitSamples: Samples;
  /** Index up to which noisy samples were sent. */
  #sent = 0;
  /** Index at which the next step is due, as far as is known before the worker's answer to the last message. */
  #due: number;
  /** The worker has said something: its words count. */
  #heard = false;

  /** @param onAnswer called after the worker's samples and words have come in */
  constructor(end: MessageEndData, advanceWaitSamples: Samples, onAnswer: () => void = () => {}) {
    super(end, onAnswer);
    this.#advanceWaitSamples = advanceWaitSamples;
    this.#due = advanceWaitSamples;
  }

  signal(): void {
    const { writeIndex } = this.noisy;
    if (hasReached(writeIndex, this.#due) || hasReached(writeIndex, (this.#sent + MOST_UNSENT) | 0)) this.flush();
  }

  flush(): void {
    const from = this.#sent;
    this.#sent = this.noisy.writeIndex;
    // At a rate that does not divide evenly, a step may take one sample less than the longest wait.
    while (hasReached(this.#sent, this.#due)) this.#due = (this.#due + Math.max(1, this.#advanceWaitSamples - 1)) | 0;
    this.send('noisy', this.noisy, from, (this.#sent - from) >>> 0);
  }

  /** Whether the worker has taken all that was written, and has enhanced what it can of it. */
  get settled(): boolean {
    const { writeIndex, readIndex } = this.noisy;
    if (writeIndex === readIndex) return true;
    return this.#heard && this.#sent === writeIndex && !hasReached(writeIndex, Atomics.load(this.words, Word.NEXT_DUE));
  }

  protected receive(message: WorkerToWorklet): void {
    this.takeIn(message, this.enhanced, WORKER_WORDS, Word.ENHANCED_WRITE);
    this.#heard = true;
    const due = Atomics.load(this.words, Word.NEXT_DUE);
    if (!hasReached(this.#sent, due)) this.#due = due;
  }
}

/** The worker's end: sends what a step gives at once, and answers every message at least once. [worker] */
export class MessageWorkerEnd extends MessageEnd implements PipeEnd {
  #sent = 0;
  #owesAnswer = false;

  signal(): void {
    if (this.#owesAnswer || this.#sent !== this.enhanced.writeIndex) this.flush();
  }

  flush(): void {
    const from = this.#sent;
    this.#sent = this.enhanced.writeIndex;
    this.#owesAnswer = false;
    this.send('enhanced', this.enhanced, from, (this.#sent - from) >>> 0);
  }

  protected receive(message: WorkletToWorker): void {
    this.takeIn(message, this.noisy, WORKLET_WORDS, Word.NOISY_WRITE);
    this.#owesAnswer = true;
  }
}
