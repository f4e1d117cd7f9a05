import { expect } from '@esm-bundle/chai';
import { chromiumAlone } from '../support/browser-limits.ts';
import { delayBetween, noisySpeech, renderOffline, rms } from './support.ts';

const RATE = 48000;
const MINUTES = 10;

describe('a stream of ten minutes', () => {
  before(chromiumAlone);

  it('ends as clean, as loud and as punctual as it began', async function () {
    this.timeout(300_000);
    const speech = await noisySpeech(RATE);
    const rounds = Math.floor((MINUTES * 60 * RATE) / speech.length);
    const long = new Float32Array(rounds * speech.length);
    for (let round = 0; round < rounds; round++) long.set(speech, round * speech.length);
    const { output, latencySamples, node } = await renderOffline([long], RATE);
    const samples = output.getChannelData(0);
    expect(samples.every(Number.isFinite)).to.equal(true);
    const stretch = (round: number): Float32Array =>
      samples.slice(latencySamples + round * speech.length, latencySamples + (round + 1) * speech.length);
    const [early, late] = [stretch(2), stretch(rounds - 2)];
    expect(20 * Math.log10(rms(late) / rms(early))).to.be.closeTo(0, 0.5);
    expect(
      delayBetween(speech, samples.slice((rounds - 2) * speech.length), latencySamples + 100, 0, speech.length - 4800),
    ).to.equal(latencySamples);
    expect(node.getMetrics()).to.include({ underruns: 0, overruns: 0 });
  });
});
