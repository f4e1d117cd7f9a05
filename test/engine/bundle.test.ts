import { expect } from '@esm-bundle/chai';
import type * as Engine from '../../src/engine/index.ts';
import { largestDifference } from './signals.ts';

/** A model of each kind, by its folder in models/: streaming, and block. */
const MODELS = ['base', 'classic/unet-8k'];

describe('dist/engine.js in a browser', () => {
  for (const name of MODELS)
    it(`finds its WebAssembly beside itself and gives the golden vector of ${name}`, async () => {
      const model = `/models/${name}/`;
      const url = '/dist/engine.js';
      const { Denoiser } = (await import(url)) as typeof Engine;
      const denoiser = await Denoiser.load({ modelUrl: model });
      const noisy = await vector(`${model}golden/noisy.f32`);
      const stream = denoiser.createStream(denoiser.manifest.sampleRateHz);
      stream.push(noisy, 0, noisy.length);
      denoiser.stepAll([stream]);
      const enhanced = new Float32Array(noisy.length);
      stream.pull(enhanced, 0, enhanced.length);
      expect(largestDifference(enhanced, await vector(`${model}golden/enhanced.f32`))).to.be.below(1e-5);
      stream.dispose();
      denoiser.dispose();
      expect(denoiser.memory()).to.deep.equal({ tensors: 0, bytes: 0 });
    });

  async function vector(url: string): Promise<Float32Array> {
    const response = await fetch(url);
    expect(response.status).to.equal(200);
    return new Float32Array(await response.arrayBuffer());
  }
});
