import { expect } from '@esm-bundle/chai';
import { NumberFormatter } from '../../src/panel/number-formatter.ts';

describe('NumberFormatter', () => {
  it('stand before their unit, with a space that does not break and a true minus sign', () => {
    expect(new NumberFormatter('en').format('dB', -12.34, 1)).to.equal('−12.3\u00a0dB');
    expect(new NumberFormatter('en').format('', 3)).to.equal('3');
  });

  it('follow the language', () => {
    expect(new NumberFormatter('de').format('ms', 1234.5, 1)).to.equal('1.234,5\u00a0ms');
  });

  it('are never minus nothing', () => {
    expect(new NumberFormatter('en').format('dB', -0.04, 1)).to.equal('0.0\u00a0dB');
    expect(new NumberFormatter('de').format('dB', -0.04, 1)).to.equal('0,0\u00a0dB');
    expect(new NumberFormatter('en').format('dB', -0.06, 1)).to.equal('−0.1\u00a0dB');
  });
});
