import { CONTROL_WORDS, Word } from '../shared/control-block.ts';
import type { Samples, Seconds } from '../shared/units.ts';
import type { DenoiseEventMap, DenoiseMetrics, DenoiseMode, DenoiseState } from './events.ts';
import { addTotals, loadOf, metricsOf, NO_TOTALS, restingWords } from './metrics.ts';
import type { Changes, Overload } from './word-watch.ts';

const OVERLOAD_REASONS: Readonly<Record<Overload, string>> = {
  shed: 'This device cannot keep up, so the dry signal is heard for now.',
  late:
    'The enhanced sound comes too late again and again, so the dry signal is heard for now. ' +
    'Close other work, or make the AudioContext with a shorter latencyHint.',
};

/** What the app sees and hears of a node: state, mode, latency and figures, and an event when one changes. [main] */
export class Reporter {
  /** Total latency as it was last heard of. */
  latencySamples: Samples;
  readonly #context: BaseAudioContext;
  readonly #dispatch: (event: Event) => void;
  readonly #model: () => string | URL;
  #state: DenoiseState = 'loading';
  #mode: DenoiseMode = 'passthrough';
  /** The words of the present route, or of the last one, and the counts of those before it. */
  #words: Int32Array = new Int32Array(CONTROL_WORDS);
  #totals = NO_TOTALS;
  #hasRoute = false;
  #toldLatency: Seconds;

  /** @param model the one that runs */
  constructor(
    context: BaseAudioContext,
    dispatch: (event: Event) => void,
    expectedLatency: Samples,
    model: () => string | URL,
  ) {
    this.#model = model;
    this.#context = context;
    this.#dispatch = dispatch;
    this.latencySamples = expectedLatency;
    this.#toldLatency = expectedLatency / context.sampleRate;
  }

  get state(): DenoiseState {
    return this.#state;
  }

  get mode(): DenoiseMode {
    return this.#mode;
  }

  get model(): string | URL {
    return this.#model();
  }

  /** Total latency: what the worklet says, or what was promised when it was attached. */
  get latency(): Seconds {
    const now = this.#hasRoute ? Atomics.load(this.#words, Word.LATENCY_SAMPLES) : 0;
    if (now !== 0) this.latencySamples = now;
    return this.latencySamples / this.#context.sampleRate;
  }

  getMetrics(): DenoiseMetrics {
    return metricsOf(this.#words, this.#totals, this.#context, this);
  }

  /** The words of another route count from now on. */
  follow(words: Int32Array, latencySamples: Samples): void {
    this.#totals = addTotals(this.#totals, this.#words);
    this.#words = words;
    this.latencySamples = latencySamples;
    this.#hasRoute = true;
  }

  /** The route has ended: its counts stay. */
  rest(): void {
    this.#words = restingWords(this.#words);
    this.#hasRoute = false;
  }

  /** What is heard when a route has ended: the worklet may have raised its latency after the last look. */
  restAt(delaySamples: Samples): void {
    if (this.#hasRoute || this.#state === 'disposed') return;
    this.latencySamples = delaySamples;
    this.tellLatency();
  }

  /** Message mode: a copy of the words of the route that is followed. */
  takeWords(words: Int32Array): void {
    this.#words.set(words);
  }

  setState(state: DenoiseState, reason: string): void {
    if (this.#state === state) return;
    this.#state = state;
    this.emit('statechange', { state, reason });
  }

  setMode(mode: DenoiseMode): void {
    if (this.#mode === mode) return;
    this.#mode = mode;
    this.emit('modechange', { mode });
  }

  tellLatency(): void {
    const { latency } = this;
    if (latency === this.#toldLatency) return;
    this.#toldLatency = latency;
    this.emit('latencychange', { latency });
  }

  /** Tells what has changed since the last look. */
  tellChanges({ underruns, underrunSamples, overload }: Changes): void {
    const load = loadOf(this.#words);
    this.tellLatency();
    if (underruns > 0) this.emit('underrun', { count: underruns, seconds: underrunSamples / this.#context.sampleRate });
    if (overload === 'shed' || overload === 'late') {
      this.setState('overloaded', OVERLOAD_REASONS[overload]);
      this.emit('overload', { load });
    }
    if (overload === 'over') {
      this.setState('running', 'This device keeps up again.');
      this.emit('recover', { load });
    }
  }

  emit<K extends keyof DenoiseEventMap>(type: K, detail: DenoiseEventMap[K]['detail']): void {
    this.#dispatch(new CustomEvent(type, { detail }));
  }
}
