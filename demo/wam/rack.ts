import type { WamNode, WebAudioModule } from '@webaudiomodules/api';
import { initializeWamHost } from '@webaudiomodules/sdk';
import Denoise, { type DenoiseModuleNode } from 'denoise-node/wam';
import { ToneModule } from './tone-module.ts';

type Module = WebAudioModule;

/** What the person may want back. */
export type RackState = Readonly<Record<string, unknown>>;

/**
 * A small plugin host: two modules in a row, which it knows by the API of Web Audio Modules alone.
 *
 *     sample ─► Tone ─► Denoise ─► destination
 */
export class Rack {
  readonly context: AudioContext;
  readonly tone: Module;
  readonly denoise: Module;
  #source: AudioBufferSourceNode | undefined;

  static async open(context: AudioContext): Promise<Rack> {
    const [groupId] = await initializeWamHost(context);
    const tone = await ToneModule.createInstance(groupId, context);
    const denoise = await Denoise.createInstance(groupId, context);
    return new Rack(context, tone, denoise);
  }

  private constructor(context: AudioContext, tone: Module, denoise: Module) {
    this.context = context;
    this.tone = tone;
    this.denoise = denoise;
    tone.audioNode.connect(denoise.audioNode).connect(context.destination);
  }

  /** Plays a sample, again and again, from now on. */
  async play(url: string): Promise<void> {
    const bytes = await (await fetch(url)).arrayBuffer();
    const buffer = await this.context.decodeAudioData(bytes);
    this.#source?.stop();
    this.#source = new AudioBufferSourceNode(this.context, { buffer, loop: true });
    this.#source.connect(this.tone.audioNode);
    this.#source.start();
  }

  /** How late the sound is, in samples: the sum of what the modules declare. */
  async delaySamples(): Promise<number> {
    // The SDK's own module tells seconds; it has none.
    const [tone, denoise] = await Promise.all(this.#nodes().map((node) => node.getCompensationDelay()));
    return tone + denoise;
  }

  /** Calls back when the denoiser's delay has changed. */
  onDelay(changed: () => void): void {
    (this.denoise.audioNode as DenoiseModuleNode).addEventListener('latencychange', changed);
  }

  /** Moves a parameter of the denoiser from one value to another, by events that the audio thread carries out. */
  sweep(id: string, from: number, to: number, seconds: number): void {
    const steps = Math.round(seconds * 20);
    const start = this.context.currentTime;
    for (let i = 0; i <= steps; i++)
      this.denoise.audioNode.scheduleEvents({
        type: 'wam-automation',
        time: start + (i / steps) * seconds,
        data: { id, value: from + (i / steps) * (to - from), normalized: false },
      });
  }

  async getState(): Promise<RackState> {
    const [tone, denoise] = await Promise.all(this.#nodes().map((node) => node.getState()));
    return { tone, denoise };
  }

  async setState({ tone, denoise }: RackState): Promise<void> {
    this.#nodes().forEach((node) => node.clearEvents());
    await Promise.all([this.tone.audioNode.setState(tone), this.denoise.audioNode.setState(denoise)]);
  }

  #nodes(): WamNode[] {
    return [this.tone.audioNode, this.denoise.audioNode];
  }
}
