/**
 * In:     the node's own input, planar channels from upstream nodes
 * Out:    `output`, to whatever the node is connected to
 * Thread: [main] wires nodes; no sample passes through this code
 *
 *   input ─┬─▶ delay ────────────────▶ early ┬─▶ output
 *          └─▶ worklet (once there) ─▶ late ┘
 *                 ▲
 *   the parameters, each a constant source whose offset is the public AudioParam
 */

import { PARAMETER_NAMES, type ParameterName } from '../shared/parameters.ts';
import { PROCESSOR_NAME, type ProcessorOptions } from '../shared/protocol.ts';
import type { Samples, Seconds } from '../shared/units.ts';
import { type AudioFamily, isOfflineContext } from './audio-family.ts';
import type { ResolvedOptions } from './options.ts';
import { giveRange } from './ranged-parameter.ts';

/** Long enough not to click, short enough not to be noticed. */
const CROSSFADE_SECONDS = 0.02;
/** Time for a new connection to reach the audio thread: a few quanta of any usual length and rate. */
const SETTLE_SECONDS = 0.05;
/**
 * Longest delay of the early path, where it is not longer from the start. Every node pays for its memory, so there is
 * room for the longest latency hint and no more.
 */
const MAX_DELAY_SECONDS = 1;

/** What the composite's own GainNode does at its input; its public connect() belongs to the output. */
export interface GraphInput {
  readonly context: BaseAudioContext;
  readonly connect: (destination: AudioNode) => void;
  readonly disconnect: () => void;
}

type Sources = Readonly<Record<ParameterName, ConstantSourceNode>>;

/** The nodes inside a DenoiseNode. Passes the delayed dry signal from the first moment, with or without a worklet. */
export class NodeGraph {
  readonly output: GainNode;
  readonly #family: AudioFamily;
  readonly #input: GraphInput;
  readonly #sources: Sources;
  readonly #parameters: Readonly<Record<ParameterName, AudioParam>>;
  #delay: DelayNode | undefined;
  readonly #maxDelaySeconds: Seconds;
  readonly #early: GainNode;
  readonly #late: GainNode;
  #worklet: AudioWorkletNode | undefined;
  /** Time from its birth until it is heard, in which the worklet fills its delay line. */
  #unheardSamples: Samples = 0;
  #noisy: GainNode | undefined;
  /** A silent way to the loudspeakers, for a node that is to work while it is connected to nothing. */
  #silent: GainNode | undefined;
  #tookOver = false;

  constructor(family: AudioFamily, input: GraphInput, options: ResolvedOptions, delaySamples: Samples) {
    const { context } = input;
    this.#family = family;
    this.#input = input;
    this.output = new family.GainNode(context);
    this.#early = new family.GainNode(context);
    this.#late = new family.GainNode(context, { gain: 0 });
    const delayTime = delaySamples / context.sampleRate;
    this.#maxDelaySeconds = Math.max(MAX_DELAY_SECONDS, delayTime);
    const delay = new family.DelayNode(context, { maxDelayTime: this.#maxDelaySeconds, delayTime });
    this.#delay = delay;
    const source = (name: ParameterName): ConstantSourceNode => {
      const node = new family.ConstantSourceNode(context, { offset: Number(options[name]) });
      node.start();
      return node;
    };
    this.#sources = byName(source);
    this.#parameters = byName((name) => giveRange(this.#sources[name].offset, name));
    input.connect(delay);
    delay.connect(this.#early).connect(this.output);
    this.#late.connect(this.output);
  }

  /** An AudioParam that works before the worklet has come. The processor clamps it to its range, too. */
  parameter(name: ParameterName): AudioParam {
    return this.#parameters[name];
  }

  /** The input, to connect from. Made when it is first asked for. */
  get noisy(): AudioNode {
    if (this.#noisy === undefined) {
      this.#noisy = new this.#family.GainNode(this.#input.context);
      this.#input.connect(this.#noisy);
    }
    return this.#noisy;
  }

  /**
   * Keeps the node at work while the app has it connected to nothing: browsers let such nodes stand still. What this
   * sends to the context's destination is silence. It begins before the output, which the app may disconnect.
   */
  keepAwake(): void {
    const { context } = this.#input;
    if (this.#silent !== undefined || isOfflineContext(context)) return;
    this.#silent = new this.#family.GainNode(context, { gain: 0 });
    this.#late.connect(this.#silent).connect(context.destination);
  }

  /**
   * Makes the worklet node (its module must be there) and wires it in. Offline, where nothing has been rendered yet, it
   * is heard from the start, so that the rendering is exact. In a context that runs, its processor may take long to
   * appear.
   */
  addWorklet(delaySamples: Samples, maxChannels: number): AudioWorkletNode {
    const { AudioWorkletNode } = this.#family;
    this.#worklet?.disconnect();
    if (AudioWorkletNode === undefined) throw new TypeError('AudioWorkletNode is missing.');
    const { context } = this.#input;
    const offline = isOfflineContext(context);
    this.#unheardSamples = offline
      ? Number.POSITIVE_INFINITY
      : delaySamples + Math.ceil(SETTLE_SECONDS * context.sampleRate);
    const processorOptions: ProcessorOptions = { delaySamples, unheardSamples: this.#unheardSamples, maxChannels };
    const worklet = new AudioWorkletNode(context, PROCESSOR_NAME, {
      numberOfInputs: 1,
      numberOfOutputs: 1,
      channelCount: maxChannels,
      channelCountMode: 'clamped-max',
      processorOptions,
    });
    this.#worklet = worklet;
    for (const name of PARAMETER_NAMES) {
      const parameter = worklet.parameters.get(name);
      if (parameter !== undefined) this.#sources[name].connect(parameter);
    }
    this.#input.connect(worklet);
    worklet.connect(this.#late);
    if (offline) {
      this.#early.gain.value = 0;
      this.#late.gain.value = 1;
      this.#tookOver = true;
    }
    return worklet;
  }

  /**
   * The processor is there: fades over to it from the plain delay as soon as its delay line is full. Both play the
   * same signal.
   */
  takeOver(): void {
    if (this.#tookOver) return;
    this.#tookOver = true;
    const { context } = this.#input;
    const [early, late] = [this.#early.gain, this.#late.gain];
    const start = context.currentTime + this.#unheardSamples / context.sampleRate;
    // In this order, so that if the page is held up between the two for longer than that, both are heard and not
    // neither.
    late.setValueAtTime(0, start).linearRampToValueAtTime(1, start + CROSSFADE_SECONDS);
    early.setValueAtTime(1, start).linearRampToValueAtTime(0, start + CROSSFADE_SECONDS);
  }

  /**
   * Back to the plain delay: the processor has died and gives silence. Another may take over later. Returns the delay
   * that there is now: the one that was asked for, as far as there is room.
   */
  fallBack(delaySamples: Samples): Samples {
    const { currentTime: now, sampleRate } = this.#input.context;
    const delay = Math.min(delaySamples, Math.floor(this.#maxDelaySeconds * sampleRate));
    if (this.#delay !== undefined) this.#delay.delayTime.value = delay / sampleRate;
    this.#early.gain.cancelScheduledValues(now).setValueAtTime(1, now);
    this.#late.gain.cancelScheduledValues(now).setValueAtTime(0, now);
    this.#tookOver = false;
    return delay;
  }

  /**
   * Takes everything apart, and lets go of what is large. The constant sources are stopped, or the context would keep
   * them alive.
   */
  dispose(): void {
    this.#input.disconnect();
    this.#delay?.disconnect();
    this.#early.disconnect();
    this.#late.disconnect();
    this.#worklet?.disconnect();
    this.#noisy?.disconnect();
    this.#silent?.disconnect();
    this.output.disconnect();
    for (const name of PARAMETER_NAMES) {
      this.#sources[name].stop();
      this.#sources[name].disconnect();
    }
    this.#delay = undefined;
    this.#worklet = undefined;
  }
}

function byName<T>(of: (name: ParameterName) => T): Record<ParameterName, T> {
  return Object.fromEntries(PARAMETER_NAMES.map((name) => [name, of(name)])) as Record<ParameterName, T>;
}
