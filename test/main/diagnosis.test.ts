import { expect } from '@esm-bundle/chai';
import { faultyWorker } from './faulty-worker.ts';
import { DenoiseNode } from './support.ts';
import { visitUnisolated } from './visit-unisolated.ts';

/** No worker is left once a diagnosis is there. */
async function workersLeft(): Promise<number> {
  return (await DenoiseNode.census()).workers;
}

describe('DenoiseNode.diagnose', () => {
  it('tells that all is well, how fast it is, and leaves no worker behind', async () => {
    const before = await workersLeft();
    const diagnosing = DenoiseNode.diagnose();
    expect(await workersLeft(), 'it is counted while it lives').to.equal(before + 1);
    const found = await diagnosing;
    expect(await workersLeft()).to.equal(before);
    expect(found).to.deep.include({
      canDenoise: true,
      mode: 'shared',
      secureContext: true,
      isolation: { crossOriginIsolated: true, sharedArrayBuffer: true },
      worklet: { available: true, loads: true },
      refusals: [],
      errors: [],
    });
    expect(found.webAssembly).to.include({ available: true, simd: true });
    expect(found.webAssembly.relaxedSimd).to.be.a('boolean');
    const [base, tiny] = found.models;
    expect(found.models.map(({ name, sampleRateHz, hopMs }) => [name, sampleRateHz, hopMs])).to.deep.equal([
      ['base', 48000, 10],
      ['tiny', 48000, 10],
    ]);
    for (const model of [base, tiny]) expect(model.load).to.be.closeTo(model.computingMs / model.hopMs, 1e-9);
    expect(base.computingMs).to.be.greaterThan(0);
    expect(found.sentence).to.match(/^This page can denoise, by shared memory\. base takes [\d.]+ ms for each 10 ms/);
    expect(JSON.parse(JSON.stringify(found.advice))).to.be.an('array');
  });

  it('tells of message mode and its remedy where the page is not isolated', async function () {
    this.timeout(60_000);
    const found = (await visitUnisolated('test/main/fixtures/unisolated-diagnosis.html')) as {
      mode: string;
      canDenoise: boolean;
      advice: { code: string; sentence: string }[];
      left: number;
    };
    expect(found).to.deep.include({ mode: 'message', canDenoise: true, left: 0 });
    const isolation = found.advice.find(({ code }) => code === 'isolation');
    expect(isolation?.sentence).to.contain('Cross-Origin-Opener-Policy: same-origin');
  });

  it('tells of a device that is too slow', async () => {
    const found = await DenoiseNode.diagnose({ assets: { worker: faultyWorker('labour', [0]) } });
    expect(found.canDenoise).to.equal(false);
    expect(found.advice.map(({ code }) => code)).to.include('slow');
    expect(found.sentence).to.contain('This page cannot denoise').and.to.contain('too slow even for tiny');
  });

  it('names the file that is missing, and what to do', async () => {
    const before = await workersLeft();
    for (const [assets, file] of [
      [{ worker: '/nowhere/denoise-worker.js' }, '/nowhere/denoise-worker.js'],
      [{ worklet: '/nowhere/denoise-processor.js' }, '/nowhere/denoise-processor.js'],
      [{ models: '/nowhere/models/' }, '/nowhere/models/base.bin'],
    ] as const) {
      const found = await DenoiseNode.diagnose({ assets });
      expect(found.canDenoise).to.equal(false);
      expect(found.errors).to.have.length(1);
      expect(found.advice[0]).to.have.property('code', 'files');
      expect(found.sentence).to.contain(file);
    }
    expect(await workersLeft()).to.equal(before);
  });

  it('never throws, whatever it is given', async () => {
    const odd = [undefined, null, 7, { assets: 7 }, { assets: 'http://[not-a-host]/' }, { context: {} }];
    for (const options of odd) {
      const found = await DenoiseNode.diagnose(options as object);
      expect(found.sentence).to.be.a('string').and.not.to.be.empty;
    }
  });

  it('of a node knows its files and the rate of its context', async () => {
    const context = new AudioContext({ sampleRate: 44100 });
    const node = new DenoiseNode(context, { assets: { models: '/nowhere/' } });
    node.addEventListener('error', () => {}); // It has none of its models, and says so to whoever listens.
    const found = await node.diagnose();
    expect(found.sampleRateHz).to.equal(44100);
    expect(found.sentence).to.contain('/nowhere/base.bin');
    const elsewhere = await DenoiseNode.diagnose({ context });
    expect(elsewhere.advice.map(({ code }) => code)).to.include('sample-rate');
    await node.dispose();
    await context.close();
  });
});
