import { expect } from '@esm-bundle/chai';
import { Numbers } from '../../src/panel/numbers.ts';

describe('Numbers', () => {
  it('stand before their unit, with a space that does not break and a true minus sign', () => {
    expect(new Numbers('en').with('dB', -12.34, 1)).to.equal('−12.3\u00a0dB');
    expect(new Numbers('en').with('', 3)).to.equal('3');
  });

  it('follow the language', () => {
    expect(new Numbers('de').with('ms', 1234.5, 1)).to.equal('1.234,5\u00a0ms');
  });

  it('are never minus nothing', () => {
    expect(new Numbers('en').with('dB', -0.04, 1)).to.equal('0.0\u00a0dB');
    expect(new Numbers('de').with('dB', -0.04, 1)).to.equal('0,0\u00a0dB');
    expect(new Numbers('en').with('dB', -0.06, 1)).to.equal('−0.1\u00a0dB');
  });
});
