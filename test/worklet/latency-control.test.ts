import { expect } from '@esm-bundle/chai';
import { LatencyControl } from '../../worklet/latency-control.ts';

const RATE = 48000;
const [ASKED, MOST, HOP, STEP] = [768, 4800, 480, 240];
const RANGE = { prefillSamples: ASKED, minPrefillSamples: ASKED, maxPrefillSamples: MOST, advanceWaitSamples: HOP };
/** The device asks for its sound evenly. */
const EVENLY = 0;

/** Lets so many seconds pass with so much slack. */
function calm(control: LatencyControl, seconds: number, slack: number): void {
  for (let i = 0; i < seconds * RATE; i += 128) control.advance(128, slack);
}

describe('LatencyControl', () => {
  it('raises the prefill by a step for each underrun, up to the most', () => {
    const control = new LatencyControl(RANGE, RATE);
    control.underrun(EVENLY);
    expect(control.prefill).to.equal(ASKED + STEP);
    for (let i = 0; i < 100; i++) control.underrun(EVENLY);
    expect(control.prefill).to.equal(MOST);
  });

  it('gives it back after a long calm, and never below what was asked for', () => {
    const control = new LatencyControl(RANGE, RATE);
    control.underrun(EVENLY);
    control.underrun(EVENLY);
    calm(control, 19, 1000);
    expect(control.prefill).to.equal(ASKED + 2 * STEP);
    calm(control, 2, 1000);
    expect(control.prefill).to.be.below(ASKED + 2 * STEP);
    calm(control, 100, 1000);
    expect(control.prefill).to.equal(ASKED);
  });

  it('keeps what was needed: one moment of little slack makes a calm useless', () => {
    const control = new LatencyControl(RANGE, RATE);
    control.underrun(EVENLY);
    for (let round = 0; round < 5; round++) {
      calm(control, 10, 1000);
      control.advance(128, 300);
    }
    expect(control.prefill).to.equal(ASKED + STEP);
  });

  it('gives back in one go no more than half of what was not needed, and a step at the least', () => {
    const control = new LatencyControl(RANGE, RATE);
    for (let i = 0; i < 10; i++) control.underrun(EVENLY);
    calm(control, 20.1, 2288);
    // 288 samples are kept spare.
    expect(control.prefill).to.equal(ASKED + 10 * STEP - 1000);
  });

  it('waits twice as long after each step that it gave back too early', () => {
    const control = new LatencyControl(RANGE, RATE);
    control.underrun(EVENLY);
    calm(control, 21, 700);
    expect(control.prefill).to.equal(ASKED);
    control.underrun(EVENLY);
    calm(control, 39, 700);
    expect(control.prefill).to.equal(ASKED + STEP);
    calm(control, 2, 700);
    expect(control.prefill).to.equal(ASKED);
  });

  it('goes by longer steps and longer calms where hops are blocks', () => {
    const [asked, block] = [12_000, 48_000];
    const range = { prefillSamples: asked, minPrefillSamples: asked, maxPrefillSamples: block };
    const control = new LatencyControl({ ...range, advanceWaitSamples: block }, RATE);
    control.underrun(EVENLY);
    expect(control.prefill).to.equal(asked + block / 16);
    calm(control, 31, 12_000);
    expect(control.prefill).to.equal(asked + block / 16);
    calm(control, 2, 12_000);
    expect(control.prefill).to.equal(asked);
  });

  it('goes up at once to what the bursts of the device need, as far as there is room', () => {
    const control = new LatencyControl(RANGE, RATE);
    control.underrun(0.05 * RATE);
    expect(control.prefill).to.equal(0.055 * RATE);
    control.underrun(0.05 * RATE);
    expect(control.prefill).to.equal(0.06 * RATE);
    control.underrun(2 * RATE);
    expect(control.prefill).to.equal(MOST);
  });

  it('gives back what bursts needed when they are over, down to what was asked for', () => {
    const control = new LatencyControl({ ...RANGE, prefillSamples: MOST }, RATE);
    calm(control, 20.1, 4000);
    expect(control.prefill).to.be.below(MOST);
    calm(control, 300, 4000);
    expect(control.prefill).to.equal(ASKED);
  });

  it('tells the least slack of the last moments', () => {
    const control = new LatencyControl(RANGE, RATE);
    expect(control.leastSlack).to.equal(0);
    calm(control, 3, 700);
    control.advance(128, 50);
    expect(control.leastSlack).to.equal(50);
    calm(control, 0.4, 700);
    expect(control.leastSlack).to.equal(50);
    calm(control, 1.2, 700);
    expect(control.leastSlack).to.equal(700);
  });
});
