/**
 * In:     one input of any number of channels, from upstream nodes; messages of the page (protocol.ts)
 * Out:    one output with as many channels, to whatever the node is connected to
 * Thread: [audio]
 *
 * The thin shell around live-path.ts: AudioParams, the page's messages, the end of life.
 */
import { CONTROL_WORDS, Word } from '../src/shared/control-block.ts';
import { MessageWorkletEnd } from '../src/shared/message-pipe.ts';
import { PARAMETER_NAMES, PARAMETERS, type ParameterName } from '../src/shared/parameters.ts';
import type { PipeEnd } from '../src/shared/pipe-end.ts';
import {
  type MainToWorklet,
  type PipeEndData,
  PROCESSOR_NAME,
  type ProcessorOptions,
  type WorkletToMain,
} from '../src/shared/protocol.ts';
import { SharedWorkletEnd } from '../src/shared/shared-pipe.ts';
import { BurstMeter } from './burst-meter.ts';
import { LivePath } from './live-path.ts';
import type { ParameterValues } from './parameter-values.ts';
import type { VoiceWatch } from './voice-watch.ts';

/** Copies of the control words for the page, in message mode. */
const WORDS_PER_SECOND = 4;

type Attach = Extract<MainToWorklet, { type: 'attach' }>;

/** AudioParamDescriptor of the specification, which the compiler's types lack. */
interface ParameterDescriptor {
  readonly name: ParameterName;
  readonly defaultValue: number;
  readonly automationRate: 'a-rate' | 'k-rate';
}

class DenoiseProcessor extends AudioWorkletProcessor {
  /** Constant sources of the node drive them, so their own values are 0: the two are added. */
  static get parameterDescriptors(): ParameterDescriptor[] {
    return PARAMETER_NAMES.map((name) => {
      return { name, defaultValue: 0, automationRate: PARAMETERS[name].automationRate };
    });
  }

  /** Undefined once disposed: the context may keep the processor for long. */
  #path: LivePath | undefined;
  readonly #bursts = new BurstMeter(sampleRate);
  #messageEnd: MessageWorkletEnd | undefined;
  #nodeId = 0;
  /** Questions of the page that wait until the worker has answered. */
  #settling = 0;
  #samplesToWords = 0;

  constructor({ processorOptions }: { processorOptions: ProcessorOptions }) {
    super();
    const { delaySamples, unheardSamples, maxChannels } = processorOptions;
    this.#path = new LivePath(sampleRate, maxChannels, delaySamples, unheardSamples);
    this.port.onmessage = ({ data }: MessageEvent<MainToWorklet>) => this.#receive(data);
    this.#tell({ type: 'created' });
  }

  /**
   * Contract: allocates nothing, logs nothing, throws nothing, waits for nothing (offline: for the worker, with an
   * end). Any quantum length, read from the arrays; zero, one or many channels; inputs that come and go. Every buffer
   * is made in the constructor or when a pipe is attached. Posting allocates, and so is kept for message mode (the
   * samples of a step to the worker, and four times a second the words to the page) and for a voice that begins or ends
   * where the page has asked for that.
   */
  process(inputs: Float32Array[][], outputs: Float32Array[][], parameters: Record<string, Float32Array>): boolean {
    const path = this.#path;
    if (path === undefined) return this.#end();
    const output = outputs[0];
    if (output.length > 0) path.burstSamples = this.#bursts.take(output[0].length, Date.now());
    path.process(inputs[0], output, parameters as unknown as ParameterValues);
    const { words } = path;
    if (words !== undefined && output.length > 0) Atomics.store(words, Word.FRAME, currentFrame + output[0].length);
    const voice = path.takeVoiceChange();
    if (voice !== undefined) this.#tellVoice(voice, output[0].length);
    if (this.#messageEnd !== undefined && output.length > 0) this.#postWords(this.#messageEnd, output[0].length);
    return true;
  }

  #receive(message: MainToWorklet): void {
    switch (message.type) {
      case 'attach':
        this.#attach(message);
        return;
      case 'detach':
        this.#messageEnd = undefined;
        if (this.#path === undefined) return;
        this.#path.detach();
        this.#tell({ type: 'detached', delaySamples: this.#path.delaySamples });
        return;
      case 'reset':
        this.#path?.reset();
        return;
      case 'hold-dry':
        this.#path?.holdDry(message.on);
        return;
      case 'tell-voice':
        this.#path?.watchVoice(message.holdMs);
        return;
      case 'settle':
        this.#settling += 1;
        this.#messageEnd?.flush();
        this.#answerIfSettled();
        return;
      case 'dispose':
        this.#path?.dispose();
        this.#path = undefined;
        this.#messageEnd = undefined;
        this.port.onmessage = null;
        return;
      default:
        message satisfies never;
        throw new TypeError(`The processor got a message that this version does not know: ${JSON.stringify(message)}`);
    }
  }

  #attach({ pipe: endData, nodeId, ...settings }: Attach): void {
    this.#nodeId = nodeId;
    const pipe = this.#open(endData, settings.advanceWaitSamples);
    // At once, not at the next quantum: the page waits for the echo, and a suspended context has no quanta.
    Atomics.store(pipe.words, Word.PROBE_AUDIO, Atomics.load(pipe.words, Word.PROBE_MAIN));
    this.#path?.attach(pipe, { ...settings, waits: settings.offline && endData.mode === 'shared' });
  }

  #open(endData: PipeEndData, advanceWaitSamples: number): PipeEnd {
    this.#messageEnd = undefined;
    if (endData.mode === 'shared') return new SharedWorkletEnd(endData.memory);
    this.#messageEnd = new MessageWorkletEnd(endData, advanceWaitSamples, () => this.#answerIfSettled());
    return this.#messageEnd;
  }

  /** The last call. */
  #end(): false {
    this.#tell({ type: 'ended' });
    this.port.close();
    return false;
  }

  #answerIfSettled(): void {
    if (this.#messageEnd !== undefined && !this.#messageEnd.settled) return;
    for (; this.#settling > 0; this.#settling--) this.#tell({ type: 'settled' });
  }

  #postWords(pipe: PipeEnd, length: number): void {
    this.#samplesToWords -= length;
    if (this.#samplesToWords > 0) return;
    this.#samplesToWords += sampleRate / WORDS_PER_SECOND;
    const words = new Int32Array(CONTROL_WORDS);
    words.set(pipe.words);
    this.#tell({ type: 'words', nodeId: this.#nodeId, words });
  }

  #tellVoice({ speaks, since }: VoiceWatch, length: number): void {
    this.#tell({ type: 'voice', speaks, time: Math.max(0, currentFrame + length - since) / sampleRate });
  }

  #tell(message: WorkletToMain): void {
    this.port.postMessage(message);
  }
}

registerProcessor(PROCESSOR_NAME, DenoiseProcessor);
