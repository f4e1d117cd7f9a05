/**
 * In:     clean noisy samples, from live-path.ts; enhanced samples, from the worker through the enhanced ring
 * Out:    the noisy ring; the line of enhanced samples and the part of it that can be played, to tap.ts
 * Thread: [audio]
 *
 * Positions. Sample k that is pushed into the noisy ring and sample k that comes out of the enhanced ring belong
 * together, for ever: neither side skips an index (what the worker does not compute it replaces by zeros). So a
 * sample's position in this line is its index, and the enhanced sample due while sample n is pushed is n − ringDelay,
 * whatever happened before.
 *
 * Some samples enhance nothing: the node was shed, or its streams began anew. Then the range is frozen (an
 * interruption), and opened again behind everything that was pushed meanwhile:
 *   - SHED and SHEDDINGS are stored before the zeros that follow from them are published, and read after
 *     ENHANCED_WRITE. So zeros never enter the range, even where the node is taken back before this thread looks.
 *   - The worker begins anew at an index ≤ NOISY_WRITE, before it stores RESET_DONE or clears SHED. All samples pushed
 *     by the time we see that, plus the engine's delay, reach beyond the start of the new streams.
 *   - When the noisy ring is full (the worker stands still), samples are dropped, which no index may show. So pushing
 *     stops, the streams are asked to begin anew, and pushing starts again when the ring has been emptied: index and
 *     time diverge only while nothing is played.
 */
import { Word } from '../src/shared/control-block.ts';
import type { PipeEnd } from '../src/shared/pipe-end.ts';
import { hasReached } from '../src/shared/ring-buffer.ts';
import type { Hertz, Milliseconds, Samples } from '../src/shared/units.ts';
import { DelayLine } from './delay-line.ts';
import type { PlayableRange } from './tap.ts';

/**
 * A channel that vanishes goes on as silence for this long after its tail has come out, so that a short gap does not
 * make the model forget.
 */
const LINGER_SECONDS = 1;
/**
 * How long an offline context waits for a worker that does not answer, before it goes on with the dry signal; and how
 * much longer for each second of sound in a step of the model.
 */
const OFFLINE_PATIENCE_MS = 5000;
const OFFLINE_PATIENCE_MS_PER_SECOND = 10_000;
/**
 * A block comes back all at once. It is taken in at this many times real time, because a quantum is too short to copy
 * seconds of several channels.
 */
const DRAIN_SPEED = 16;

export interface ExchangeSettings {
  readonly contextRateHz: Hertz;
  readonly engineDelaySamples: Samples;
  readonly advanceWaitSamples: Samples;
  /** Longest ring delay there will be, and the longest stretch that is pushed or read at once. */
  readonly maxRingDelaySamples: Samples;
  readonly mostSamples: Samples;
  /** Nothing was rendered before: what lies before the first sample is silence on both sides, and can be played. */
  readonly fresh: boolean;
  /** Offline with shared memory: spin until the worker has answered. */
  readonly waits: boolean;
}

/**
 * Noisy samples given for enhanced ones over one pipe: positions and interruptions. Nothing but the constructor
 * allocates.
 */
export class Exchange implements PlayableRange {
  readonly pipe: PipeEnd;
  readonly line: DelayLine;
  from: number;
  end = 0;
  /** Noisy samples pushed: the position of the next one. */
  pushed = 0;
  /** Samples are dropped, because the ring was full. */
  holding = false;
  /** Nothing is played, because the page wants it so. */
  heldDry = false;
  #received = 0;
  #interrupted = false;
  #closing = false;
  #patient = true;
  #resets = 0;
  #sheddings = 0;
  #activeChannels = 0;
  /** Position from which the second plane is a stream of its own; before that it repeats the first. */
  #secondFrom = Number.POSITIVE_INFINITY;
  /** Samples since each channel was last there. */
  readonly #absent: Float64Array;
  readonly #linger: Samples;
  readonly #patienceMs: Milliseconds;
  readonly #piece: Float32Array;
  readonly #settings: ExchangeSettings;

  constructor(pipe: PipeEnd, settings: ExchangeSettings) {
    const { channels } = pipe.noisy;
    this.pipe = pipe;
    this.#settings = settings;
    this.line = new DelayLine(channels, settings.maxRingDelaySamples + 2 * settings.mostSamples);
    this.from = settings.fresh ? Number.NEGATIVE_INFINITY : settings.engineDelaySamples;
    this.#linger =
      Math.ceil(LINGER_SECONDS * settings.contextRateHz) + settings.advanceWaitSamples + settings.engineDelaySamples;
    this.#patienceMs =
      OFFLINE_PATIENCE_MS + OFFLINE_PATIENCE_MS_PER_SECOND * (settings.advanceWaitSamples / settings.contextRateHz);
    this.#absent = new Float64Array(channels).fill(this.#linger);
    this.#piece = new Float32Array(settings.mostSamples);
  }

  /** What can be played now. */
  get range(): PlayableRange | undefined {
    return this.holding ? undefined : this;
  }

  /** The range is frozen: the node is shed, or its streams begin anew. */
  get interruptedNow(): boolean {
    return this.#interrupted;
  }

  /** Asks for streams that know nothing of the past. */
  reset(): void {
    this.#resets = (this.#resets + 1) | 0;
    this.#interrupted = true;
    Atomics.store(this.pipe.words, Word.RESET_REQUEST, this.#resets);
    this.pipe.flush();
  }

  /** Lets the gate close within `samples` of a position. Nothing more is pushed or taken in. */
  fadeAway(wetPosition: number, samples: Samples): void {
    this.#closing = true;
    this.end = Math.min(this.end, wetPosition + samples);
  }

  /**
   * Puts `length` samples of every plane into the noisy ring, or drops them where it is full. `inputChannels` of the
   * planes are really there.
   */
  push(planes: readonly Float32Array[], inputChannels: number, length: Samples): void {
    this.#noteChannels(inputChannels, length);
    if (this.holding || this.#closing) {
      // The line and its positions stay where they are. An exchange that fades away goes on playing what it has.
      if (this.#closing) this.pushed += length;
      return;
    }
    const { noisy, words } = this.pipe;
    if (noisy.availableWrite < length) {
      this.holding = true;
      Atomics.add(words, Word.OVERRUNS, 1);
      this.reset();
      return;
    }
    noisy.write(planes, this.#activeChannels, 0, length);
    this.pushed += length;
    this.pipe.signal();
  }

  /**
   * Takes in what the worker has published, all that is due and more. `due`: position before which samples are needed
   * now; `gateClosed`: none is heard.
   */
  drain(due: number, stretch: Samples, gateClosed: boolean): void {
    if (this.#closing) return;
    const { words, enhanced } = this.pipe;
    const begunAnew = Atomics.load(words, Word.RESET_DONE) === this.#resets;
    if (this.#settings.waits && !this.#interrupted) this.#waitFor(due);
    let left = Math.min(enhanced.availableRead, Math.max(0, due - this.#received) + DRAIN_SPEED * stretch);
    const sheddings = Atomics.load(words, Word.SHEDDINGS);
    const shed = Atomics.load(words, Word.SHED) !== 0 || sheddings !== this.#sheddings;
    this.#sheddings = sheddings;
    while (left > 0) {
      const length = Math.min(left, this.#piece.length);
      this.#takeIn(length);
      left -= length;
    }
    if (shed || !begunAnew || this.heldDry) this.#interrupted = true;
    else if (!this.#interrupted) this.end = this.#received;
    else if (gateClosed) {
      this.#interrupted = false;
      this.holding = false;
      this.from = this.pushed + this.#settings.engineDelaySamples;
      this.end = this.#received;
    }
  }

  #takeIn(length: Samples): void {
    const { enhanced } = this.pipe;
    const index = enhanced.readIndex;
    for (let channel = 0; channel < this.line.channels; channel++) {
      enhanced.get(channel, index, this.#piece, 0, length);
      if (channel === 1) {
        const repeated = Math.min(length, Math.max(0, this.#secondFrom - this.#received));
        enhanced.get(0, index, this.#piece, 0, repeated);
      }
      this.line.write(channel, this.#received, this.#piece, 0, length);
    }
    enhanced.release(length);
    this.#received += length;
  }

  /** Spins until everything before a position has come, or the worker has nothing to do, or patience ends. */
  #waitFor(due: number): void {
    const { words, enhanced, noisy } = this.pipe;
    if (this.#received + enhanced.availableRead >= due) {
      this.#patient = true;
      return;
    }
    if (!this.#patient) return;
    const deadline = Date.now() + this.#patienceMs;
    while (this.#received + enhanced.availableRead < due) {
      // The worker publishes first, then stores NEXT_DUE: once that lies ahead, all that could come has come.
      if (!hasReached(noisy.writeIndex, Atomics.load(words, Word.NEXT_DUE))) return;
      if (Date.now() > deadline) {
        this.#patient = false;
        return;
      }
    }
  }

  /** Which planes the worker computes. Stored before the samples are published, so it never computes too few. */
  #noteChannels(inputChannels: number, length: Samples): void {
    let active = 0;
    for (let channel = 0; channel < this.#absent.length; channel++) {
      if (channel < inputChannels) this.#absent[channel] = 0;
      else this.#absent[channel] += length;
      if (this.#absent[channel] < this.#linger) active = channel + 1;
    }
    if (active === this.#activeChannels) return;
    // A new stream's first samples are the silence before it, as long as the engine's delay.
    if (active >= 2 && this.#activeChannels < 2) this.#secondFrom = this.pushed + this.#settings.engineDelaySamples;
    if (active < 2) this.#secondFrom = Number.POSITIVE_INFINITY;
    this.#activeChannels = active;
    Atomics.store(this.pipe.words, Word.ACTIVE_CHANNELS, active);
  }
}
