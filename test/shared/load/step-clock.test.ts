import { expect } from '@esm-bundle/chai';
import { StepClock } from '../../../src/shared/load/step-clock.ts';

describe('StepClock', () => {
  it('tells median and 95th percentile of a share, over the last 128 steps', () => {
    const clock = new StepClock();
    for (let i = 0; i < 256; i++) clock.stepped(1000, 1);
    // 0 to 12.7 ms for two streams, twice over: any 128 in a row are all of them.
    for (let i = 0; i < 257; i++) clock.stepped((i % 128) / 10, 2);
    expect(clock.microsP50).to.equal(3150);
    expect(clock.microsP95).to.equal(6000);
  });

  it('has figures after the first step', () => {
    const clock = new StepClock();
    expect([clock.microsP50, clock.microsP95]).to.deep.equal([0, 0]);
    clock.stepped(0.8, 4);
    expect([clock.microsP50, clock.microsP95]).to.deep.equal([200, 200]);
  });

  it('has a figure after each step where these are long', () => {
    const clock = new StepClock();
    for (const ms of [300, 200, 100]) clock.stepped(ms, 1);
    expect(clock.microsP50).to.equal(200_000);
  });

  it('tells a steady share of time where steps are long and seldom', () => {
    const clock = new StepClock();
    clock.stepMs = 2500;
    const loads: number[] = [];
    for (let now = 0; now < 60_000; now += 250) {
      clock.worked(now % 2500 === 0 ? 500 : 0, now);
      if (now > 25_000) loads.push(clock.load);
    }
    for (const load of loads) expect(load).to.be.closeTo(0.2, 0.06);
  });

  it('tells the share of time that was worked', () => {
    const clock = new StepClock();
    for (let now = 0; now < 2000; now += 10) clock.worked(2.5, now);
    expect(clock.load).to.be.closeTo(0.25, 0.02);
    for (let now = 2000; now < 4000; now += 10) clock.worked(9, now);
    expect(clock.load).to.be.closeTo(0.9, 0.02);
  });
});
