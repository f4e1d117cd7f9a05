import { expect } from '@esm-bundle/chai';
import { LinearRamp, SlewLimiter } from '../../src/shared/ramp.ts';

describe('SlewLimiter', () => {
  it('turns a jump into a straight ramp that ends exactly at its target', () => {
    const limiter = new SlewLimiter(0, 480);
    const values = Array.from({ length: 500 }, () => limiter.next(1));
    values.forEach((value, i) => expect(value).to.be.closeTo(Math.min(1, (i + 1) / 480), 1e-9));
    expect(values[499]).to.equal(1);
  });

  it('follows what moves slowly, sample for sample', () => {
    const limiter = new SlewLimiter(0.5, 480);
    for (let i = 0; i < 2000; i++) {
      const target = 0.5 + 0.4 * Math.sin(i / 400);
      expect(limiter.next(target)).to.equal(target);
    }
  });
});

describe('LinearRamp', () => {
  it('reaches any target in a straight line, exactly, and rests there', () => {
    const ramp = new LinearRamp(1, 480);
    expect(ramp.resting).to.equal(true);
    ramp.aim(15.8);
    const values = Array.from({ length: 480 }, () => ramp.next());
    values.forEach((value, i) => expect(value).to.be.closeTo(1 + (14.8 * (i + 1)) / 480, 1e-9));
    expect(values[479]).to.equal(15.8);
    expect(ramp.resting).to.equal(true);
    expect(ramp.next()).to.equal(15.8);
  });

  it('turns round half way without a jump', () => {
    const ramp = new LinearRamp(0, 100);
    ramp.aim(1);
    for (let i = 0; i < 50; i++) ramp.next();
    ramp.aim(0);
    let last = ramp.value;
    for (let i = 0; i < 100; i++) {
      expect(Math.abs(ramp.next() - last)).to.be.at.most(0.01 + 1e-9);
      last = ramp.value;
    }
    expect(last).to.equal(0);
  });
});
