/**
 * In:     the delayed original and what the DenoiseNode gives, from comparison.ts; up to two channels each
 * Out:    nothing to hear; ten times a second the energy and peak of each, to comparison.ts
 * Thread: [audio]
 */
import { LoudnessSteps } from '../loudness.ts';
import type { LoudnessMessage } from '../messages.ts';

const CHANNELS = 2;

export class LoudnessProcessor extends AudioWorkletProcessor {
  readonly #steps = [new LoudnessSteps(sampleRate, CHANNELS), new LoudnessSteps(sampleRate, CHANNELS)];
  readonly #peaks = [0, 0];

  process(inputs: Float32Array[][]): boolean {
    for (let input = 0; input < this.#steps.length; input++) this.#measure(input, inputs[input]);
    return true;
  }

  #measure(input: number, channels: Float32Array[]): void {
    if (channels.length === 0) return;
    for (const channel of channels) {
      for (const sample of channel) if (Math.abs(sample) > this.#peaks[input]) this.#peaks[input] = Math.abs(sample);
    }
    this.#steps[input].push(channels, 0, channels[0].length, (energy) => {
      this.port.postMessage({ input, energy, peak: this.#peaks[input] } satisfies LoudnessMessage);
      this.#peaks[input] = 0;
    });
  }
}
