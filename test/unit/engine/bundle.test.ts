import { expect } from '@esm-bundle/chai';
import type * as Engine from '../../../src/engine/index.ts';
import { largestDifference } from './signals.ts';

const MODEL = '/models/base/';

describe('dist/engine.js in a browser', () => {
  it('finds its WebAssembly beside itself and gives the golden vector of base', async () => {
    const url = '/dist/engine.js';
    const { Denoiser } = (await import(url)) as typeof Engine;
    const denoiser = await Denoiser.load({ modelUrl: MODEL });
    const noisy = await vector('noisy');
    const stream = denoiser.createStream(denoiser.manifest.sampleRateHz);
    stream.push(noisy, 0, noisy.length);
    while (stream.hopReady) denoiser.step([stream]);
    const enhanced = new Float32Array(noisy.length);
    stream.pull(enhanced, 0, enhanced.length);
    expect(largestDifference(enhanced, await vector('enhanced'))).to.be.below(1e-5);
    stream.dispose();
    denoiser.dispose();
    expect(denoiser.memory()).to.deep.equal({ tensors: 0, bytes: 0 });
  });

  async function vector(name: string): Promise<Float32Array> {
    const response = await fetch(`${MODEL}golden/${name}.f32`);
    expect(response.status).to.equal(200);
    return new Float32Array(await response.arrayBuffer());
  }
});
