import { expect } from '@esm-bundle/chai';
import { BurstMeter } from '../../worklet/burst-meter.ts';

const RATE = 48000;
const QUANTUM = 128;
/** Time that a device takes for each quantum of a burst. */
const MS_PER_QUANTUM = 0.05;

/** A device that asks for its sound in bursts, by a clock that tells whole milliseconds, as those of workers do. */
class Device {
  readonly meter = new BurstMeter(RATE);
  heard = 0;
  #ms = 1e12;

  /** Asks for samples at once: `msEach` passes between two quanta. Then plays them, and waits for `lateMs` more. */
  burst(samples: number, msEach = MS_PER_QUANTUM, lateMs = 0): void {
    const end = this.#ms + (1000 * samples) / RATE + lateMs;
    this.ask(samples, msEach);
    this.#ms = Math.max(this.#ms, end);
  }

  /** Asks for samples at once, and does not wait. */
  ask(samples: number, msEach = MS_PER_QUANTUM): void {
    for (let asked = 0; asked < samples; asked += QUANTUM) {
      this.heard = this.meter.take(QUANTUM, Math.floor(this.#ms));
      this.#ms += msEach;
    }
  }

  setClock(ms: number): void {
    this.#ms += ms;
  }
}

/** As many quanta, one at a time. */
function evenly(device: Device, quanta: number): void {
  for (let i = 0; i < quanta; i++) device.burst(QUANTUM);
}

describe('BurstMeter', () => {
  it('finds no bursts in a device that asks for a quantum at a time', () => {
    const device = new Device();
    for (let i = 0; i < 4000; i++) {
      device.burst(QUANTUM);
      expect(device.heard).to.equal(0);
    }
  });

  for (const length of [5760, 8192, 48000])
    it(`measures bursts of ${length} samples from the third on`, () => {
      const device = new Device();
      const renderSeconds = (MS_PER_QUANTUM / 1000) * (length / QUANTUM);
      for (let i = 0; i < 3; i++) device.burst(length);
      for (let i = 0; i < 20; i++) {
        device.burst(length);
        expect(device.heard).to.be.closeTo(length - renderSeconds * RATE, 0.003 * RATE);
      }
    });

  it('measures them behind a device that has filled its queue first', () => {
    const device = new Device();
    device.ask(8 * 8192);
    for (let i = 0; i < 6; i++) device.burst(8192);
    expect(device.heard).to.be.closeTo(8192, 0.005 * RATE);
  });

  it('counts only how far the device runs ahead where a heavy graph makes it slow', () => {
    const device = new Device();
    for (let i = 0; i < 10; i++) device.burst(14400, (0.5 * 1000 * QUANTUM) / RATE);
    expect(device.heard).to.be.closeTo(7200, 0.003 * RATE);
  });

  it('takes no standstill for a burst, nor one that a device catches up after', () => {
    const device = new Device();
    evenly(device, 400);
    device.burst(QUANTUM, 0, 700);
    evenly(device, 400);
    expect(device.heard).to.equal(0);
    device.burst(9600);
    evenly(device, 400);
    expect(device.heard).to.equal(0);
  });

  it('takes no clock that is set for a burst, back or forth', () => {
    const device = new Device();
    for (const ms of [-3_600_000, 3_600_000, -3_600_000, -3_600_000, 60_000]) {
      evenly(device, 100);
      device.setClock(ms);
    }
    evenly(device, 400);
    expect(device.heard).to.equal(0);
  });

  it('forgets bursts that are over', () => {
    const device = new Device();
    for (let i = 0; i < 10; i++) device.burst(14400);
    expect(device.heard).to.be.above(14000);
    evenly(device, (6 * RATE) / QUANTUM);
    expect(device.heard).to.equal(0);
  });
});
