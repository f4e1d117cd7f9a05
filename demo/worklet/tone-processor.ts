/**
 * In:     sound of one or two channels
 * Out:    the same, its bass and treble turned up or down
 * Thread: [audio]
 *
 * The DSP of a Web Audio Module as the SDK has them: it brings events, groups and smooth parameters, which are in the
 * scope of the module by the time that this file runs.
 */
import { TONE_MODULE } from '../messages.ts';

interface Interpolator {
  readonly values: Float32Array;
}

/** What the SDK puts into the scope of a module, as far as it is used here. */
interface ModuleScope {
  readonly WamParameterInfo: new (id: string, settings: object) => object;
  readonly WamProcessor: new (
    options: object,
  ) => AudioWorkletProcessorImpl & { readonly _parameterInterpolators: Record<'bass' | 'treble', Interpolator> };
}

declare const webAudioModules: { getModuleScope(moduleId: string): ModuleScope };

const { WamProcessor, WamParameterInfo } = webAudioModules.getModuleScope(TONE_MODULE);
const CROSSOVER_HZ = 900;
const GAIN = { minValue: -18, maxValue: 18, defaultValue: 0, units: 'dB' };

class ToneProcessor extends WamProcessor {
  /** Of a low-pass of one pole for each channel. */
  readonly #low = new Float32Array(2);
  readonly #share = 1 - Math.exp((-2 * Math.PI * CROSSOVER_HZ) / sampleRate);

  _generateWamParameterInfo(): Record<string, object> {
    return {
      bass: new WamParameterInfo('bass', { ...GAIN, label: 'Bass' }),
      treble: new WamParameterInfo('treble', { ...GAIN, label: 'Treble' }),
    };
  }

  _process(start: number, end: number, [input]: Float32Array[][], [output]: Float32Array[][]): void {
    const { bass, treble } = this._parameterInterpolators;
    for (let channel = 0; channel < Math.min(2, input.length, output.length); channel++) {
      let low = this.#low[channel];
      for (let i = start; i < end; i++) {
        const sample = input[channel][i];
        low += this.#share * (sample - low);
        output[channel][i] = low * 10 ** (bass.values[i] / 20) + (sample - low) * 10 ** (treble.values[i] / 20);
      }
      this.#low[channel] = low;
    }
  }
}

registerProcessor(TONE_MODULE, ToneProcessor);
