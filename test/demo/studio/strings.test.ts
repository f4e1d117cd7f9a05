import { expect } from '@esm-bundle/chai';
import { failureString } from '../../../demo/studio/strings.ts';

describe('failures in the studio', () => {
  it('are told by what to do about them', () => {
    expect(failureString(new DOMException('x', 'QuotaExceededError'))).to.match(/^The browser has no room/);
    expect(failureString(new DOMException('x', 'NotReadableError'))).to.match(/moved, changed or deleted/);
    expect(failureString(new RangeError('Array buffer allocation failed'))).to.match(/not enough memory/);
    expect(failureString(new Error('expected one thing, found another'))).to.equal(
      'Expected one thing, found another.',
    );
  });
});
