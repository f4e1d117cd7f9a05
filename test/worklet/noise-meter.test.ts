import { expect } from '@esm-bundle/chai';
import { NoiseMeter } from '../../worklet/noise-meter.ts';

const RATE = 48000;
const QUANTUM = 128;

/** What the meter says after some seconds of a dry signal that was enhanced to so many decibels of itself. */
function meterAfter(seconds: number, dryLevelDb: number, keptDb: number, limitDb = 100): NoiseMeter {
  const meter = new NoiseMeter(RATE);
  feed(meter, seconds, dryLevelDb, keptDb, limitDb);
  return meter;
}

function feed(meter: NoiseMeter, seconds: number, dryLevelDb: number, keptDb: number, limitDb = 100): void {
  const share = limitDb >= 100 ? 0 : 10 ** (-limitDb / 20);
  const gain = share + (1 - share) * 10 ** (keptDb / 20);
  const dry = [new Float32Array(QUANTUM)];
  const enhanced = [new Float32Array(QUANTUM)];
  for (let start = 0; start < seconds * RATE; start += QUANTUM) {
    for (let i = 0; i < QUANTUM; i++) {
      dry[0][i] = Math.SQRT2 * 10 ** (dryLevelDb / 20) * Math.sin((2 * Math.PI * 440 * (start + i)) / RATE);
      enhanced[0][i] = gain * dry[0][i];
    }
    meter.take(dry, enhanced, 1, QUANTUM, limitDb);
  }
}

describe('NoiseMeter', () => {
  it('tells by how much the enhanced signal is quieter than the dry one', () => {
    for (const reduction of [0, 3, 20])
      expect(meterAfter(2, -20, -reduction).reductionDb).to.be.closeTo(reduction, 0.1);
  });

  it('tells what an attenuation limit leaves of the reduction', () => {
    expect(meterAfter(2, -20, -90, 6).reductionDb).to.be.closeTo(6, 0.1);
  });

  it('hears a voice in what the model keeps, and none in what it takes out', () => {
    expect(meterAfter(1, -25, -2).voice).to.equal(1);
    expect(meterAfter(1, -25, -25).voice).to.equal(0);
  });

  it('is not led astray by a limit that leaves the noise in', () => {
    expect(meterAfter(1, -25, -40, 3).voice).to.equal(0);
    expect(meterAfter(1, -25, -2, 3).voice).to.equal(1);
  });

  it('takes nothing for a voice that is too quiet to be one', () => {
    expect(meterAfter(1, -70, 0).voice).to.equal(0);
    expect(meterAfter(1, Number.NEGATIVE_INFINITY, 0)).to.include({ voice: 0, reductionDb: 0 });
  });

  it('holds a voice over a short gap, and lets it go after a long one', () => {
    const meter = meterAfter(1, -25, -2);
    feed(meter, 0.1, -25, -40);
    expect(meter.voice).to.equal(1);
    feed(meter, 0.6, -25, -40);
    expect(meter.voice).to.equal(0);
  });

  it('knows nothing where the limit lets everything through', () => {
    expect(meterAfter(1, -25, -40, 0).voice).to.equal(0);
  });
});
