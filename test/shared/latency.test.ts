import { expect } from '@esm-bundle/chai';
import {
  advanceWaitSamples,
  burstPrefillSeconds,
  expectedLatencySamples,
  type ModelTiming,
  mostPrefillSamples,
  offlinePrefillSamples,
  prefillSamples,
  realtimePrefillSamples,
  ringDelaySamples,
  totalLatencySamples,
} from '../../src/shared/latency.ts';

const HOPS: ModelTiming = { kind: 'streaming', advanceWaitSamples: 480, computingShare: 0 };
const BLOCKS: ModelTiming = { kind: 'block', advanceWaitSamples: 42336, computingShare: 0.25 };

describe('the latency budget', () => {
  it('is the sum of its parts', () => {
    const parts = { engineDelaySamples: 240, advanceWaitSamples: 480, prefillSamples: 768 };
    expect(ringDelaySamples(parts)).to.equal(1248);
    expect(totalLatencySamples(parts)).to.equal(1488);
  });

  it('waits for whole samples of a step, rounded up', () => {
    expect(advanceWaitSamples(480, 48000, 48000)).to.equal(480);
    expect(advanceWaitSamples(480, 48000, 44100)).to.equal(441);
    expect(advanceWaitSamples(480, 48000, 22050)).to.equal(221);
    expect(advanceWaitSamples(480, 48000, 192000)).to.equal(1920);
  });

  it('keeps as much spare as the hint asks for, or what a block takes to compute where that is more', () => {
    expect(realtimePrefillSamples(HOPS, 0.016, 2, 48000)).to.equal(768);
    expect(realtimePrefillSamples(HOPS, 0, 32, 48000)).to.equal(0);
    expect(realtimePrefillSamples(BLOCKS, 0.016, 2, 48000)).to.equal(10584);
    expect(realtimePrefillSamples(BLOCKS, 0.5, 2, 48000)).to.equal(24000);
    expect(realtimePrefillSamples({ ...BLOCKS, computingShare: 0.5 }, 0.016, 2, 48000)).to.equal(21168);
  });

  it('keeps no less for one channel than for two, more for more, and never more than a block', () => {
    expect(realtimePrefillSamples(BLOCKS, 0.016, 1, 48000)).to.equal(10584);
    expect(realtimePrefillSamples(BLOCKS, 0.016, 3, 48000)).to.equal(15876);
    expect(realtimePrefillSamples(BLOCKS, 0.016, 32, 48000)).to.equal(42336);
  });

  it('may raise that to twice as much, to 0.1 s, or to a whole block', () => {
    expect(mostPrefillSamples(HOPS, 768, 48000)).to.equal(4800);
    expect(mostPrefillSamples(HOPS, 4608, 48000)).to.equal(9216);
    expect(mostPrefillSamples(BLOCKS, 10584, 48000)).to.equal(42336);
  });

  it('bridges a burst of the device, up to the longest that a browser asks for', () => {
    expect(burstPrefillSeconds(0.17)).to.be.closeTo(0.175, 1e-9);
    expect(burstPrefillSeconds(8192 / 8000)).to.be.above(8192 / 8000);
    expect(burstPrefillSeconds(60)).to.be.below(2);
    for (const nothing of [0, Number.NaN, undefined]) expect(burstPrefillSeconds(nothing)).to.equal(0);
  });

  it('adds nothing for the bursts of an ordinary device', () => {
    expect(burstPrefillSeconds(512 / 48000)).to.be.below(0.016);
  });

  it('lets an offline rendering run one step ahead of the worker, and no block', () => {
    expect(offlinePrefillSamples(HOPS)).to.equal(480);
    expect(offlinePrefillSamples(BLOCKS)).to.equal(0);
  });

  it('expects of a model that it does not know yet what base has, at its own rate', () => {
    const parts = { engineDelaySamples: 240, advanceWaitSamples: 480, prefillSamples: prefillSamples(0.016, 48000) };
    expect(expectedLatencySamples(0.016, 48000)).to.equal(totalLatencySamples(parts));
  });

  it('knows what base has from its manifest', async () => {
    const { sampleRateHz, framing } = await (await fetch('/models/base/manifest.json')).json();
    const seconds = (framing.hopSamples + framing.overlapSamples) / sampleRateHz;
    expect(expectedLatencySamples(0, sampleRateHz)).to.equal(seconds * sampleRateHz);
    expect(expectedLatencySamples(0, 192000)).to.equal(seconds * 192000);
  });
});
