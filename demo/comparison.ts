/**
 * In:     the source's sound and the DenoiseNode's (player.ts)
 * Out:    one of the two, or on the way from one to the other, to the loudspeakers
 * Thread: [main] builds the graph
 *
 *     source ─► delay (the node's latency) ─┬─► match ─► original ──┐
 *                                           └─► loudness            ├─► output
 *     DenoiseNode ──────────────────────────┬─► denoised ───────────┘
 *                                           └─► loudness
 *
 *     crossfade ─┬─► denoised.gain
 *                └─► −1 ─► original.gain (1)
 *
 * Both always run and line up to the sample, so that changing sides leaves no gap and repeats nothing. The denoised
 * side is heard as it is; the original is brought to its loudness, as measured over the last seconds, so that the ear
 * compares the noise and not the volume.
 */
import type { DenoiseNode } from 'denoise-node';
import { integratedLoudness } from './loudness.ts';
import { LOUDNESS_PROCESSOR, type LoudnessMessage } from './messages.ts';

/** What is listened to. */
export type Side = 'original' | 'denoised';

/** Linear and in step: the sides are the same voice, which therefore keeps its level on the way. */
const CROSSFADE_SECONDS = 0.02;
/** Slow enough not to be heard as a movement of its own. */
const MATCH_SECONDS = 0.3;
/** Steps of loudness that count: as long as the samples are, and as a sentence is. */
const STEPS_KEPT = 80;
const STEPS_NEEDED = 10;
const MATCH_RANGE_DB = [-30, 12] as const;
/** Models that work in blocks of a second are later than others. */
const LONGEST_LATENCY_SECONDS = 10;

export class Comparison {
  readonly output: GainNode;
  readonly #node: DenoiseNode;
  readonly #delay: DelayNode;
  readonly #match: GainNode;
  /**
   * 0: original, 1: denoised. One for both gains, so that they add up to 1 at every sample, however late the audio
   * thread hears of it.
   */
  readonly #crossfade: ConstantSourceNode;
  readonly #steps: readonly [LoudnessMessage[], LoudnessMessage[]] = [[], []];
  #side: Side = 'denoised';
  #isMatching = true;
  #matchDb = 0;

  /** Where the source's sound goes. */
  get input(): AudioNode {
    return this.#delay;
  }

  constructor(node: DenoiseNode) {
    const { context } = node;
    this.#node = node;
    this.output = new GainNode(context);
    this.#delay = new DelayNode(context, { maxDelayTime: LONGEST_LATENCY_SECONDS, delayTime: node.latency });
    this.#match = new GainNode(context);
    const original = new GainNode(context, { gain: 1 });
    const denoised = new GainNode(context, { gain: 0 });
    this.#delay.connect(this.#match).connect(original).connect(this.output);
    node.connect(denoised).connect(this.output);
    this.#crossfade = new ConstantSourceNode(context, { offset: 1 });
    this.#crossfade.connect(denoised.gain);
    this.#crossfade.connect(new GainNode(context, { gain: -1 })).connect(original.gain);
    this.#crossfade.start();
    node.addEventListener('latencychange', () => this.#follow());
    node.addEventListener('statechange', () => this.#follow());
  }

  /** Begins to measure. The context must have the demo's worklets. */
  measure(): void {
    const { context } = this.#node;
    const meter = new AudioWorkletNode(context, LOUDNESS_PROCESSOR, {
      numberOfInputs: 2,
      numberOfOutputs: 0,
      channelCount: 2,
      channelCountMode: 'clamped-max',
    });
    this.#delay.connect(meter, 0, 0);
    this.#node.connect(meter, 0, 1);
    meter.port.onmessage = ({ data }: MessageEvent<LoudnessMessage>) => this.#take(data);
  }

  /** Which side is heard. Setting it crossfades. */
  get side(): Side {
    return this.#side;
  }

  set side(side: Side) {
    this.#side = side;
    const { currentTime } = this.#node.context;
    const { offset } = this.#crossfade;
    offset.cancelAndHoldAtTime?.(currentTime) ?? offset.cancelScheduledValues(currentTime);
    offset.setValueAtTime(offset.value, currentTime);
    offset.linearRampToValueAtTime(side === 'denoised' ? 1 : 0, currentTime + CROSSFADE_SECONDS);
  }

  /** Whether the original is brought to the loudness of the denoised side. */
  get isMatching(): boolean {
    return this.#isMatching;
  }

  set isMatching(isMatching: boolean) {
    this.#isMatching = isMatching;
    this.#applyMatch();
  }

  /**
   * By how much the original is turned up to sound as loud as the denoised side, dB; undefined while too little was
   * heard to know.
   */
  get matchDb(): number | undefined {
    return this.#steps.every(({ length }) => length >= STEPS_NEEDED) ? this.#matchDb : undefined;
  }

  /** Forgets what was measured: another source, or another setting. What was found last holds until enough is heard. */
  remeasure(): void {
    for (const steps of this.#steps) steps.length = 0;
  }

  #follow(): void {
    const { currentTime } = this.#node.context;
    const { delayTime } = this.#delay;
    if (Math.abs(delayTime.value - this.#node.latency) < 1e-6) return;
    delayTime.cancelScheduledValues(currentTime);
    delayTime.setValueAtTime(delayTime.value, currentTime);
    delayTime.linearRampToValueAtTime(this.#node.latency, currentTime + CROSSFADE_SECONDS);
  }

  #take(step: LoudnessMessage): void {
    const steps = this.#steps[step.input];
    steps.push(step);
    if (steps.length > STEPS_KEPT) steps.shift();
    const [original, denoised] = this.#steps.map((kept) => integratedLoudness(kept.map(({ energy }) => energy)));
    if (this.matchDb === undefined || !Number.isFinite(original) || !Number.isFinite(denoised)) return;
    // Turned up at most as far as its peaks have room for.
    const headroomDb = -20 * Math.log10(Math.max(1e-6, ...this.#steps[0].map(({ peak }) => peak)));
    const [least, most] = MATCH_RANGE_DB;
    this.#matchDb = Math.max(least, Math.min(denoised - original, most, Math.max(0, headroomDb)));
    this.#applyMatch();
  }

  #applyMatch(): void {
    const gain = this.#isMatching ? 10 ** (this.#matchDb / 20) : 1;
    this.#match.gain.setTargetAtTime(gain, this.#node.context.currentTime, MATCH_SECONDS / 3);
  }
}
