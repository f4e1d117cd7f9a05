import { expect } from '@esm-bundle/chai';
import { timeTicks } from '../../../demo/studio/picture.ts';

describe('the time axis of a picture', () => {
  it('has a few round times', () => {
    expect(timeTicks(7.2, 8).map(({ text }) => text)).to.deep.equal([
      '0:00',
      '0:01',
      '0:02',
      '0:03',
      '0:04',
      '0:05',
      '0:06',
      '0:07',
    ]);
    expect(timeTicks(3600, 8).map(({ text }) => text)).to.deep.equal([
      '0:00',
      '10:00',
      '20:00',
      '30:00',
      '40:00',
      '50:00',
      '1:00:00',
    ]);
    expect(timeTicks(0.35, 8).map(({ text }) => text)).to.deep.equal(['0.0 s', '0.1 s', '0.2 s', '0.3 s']);
    expect(timeTicks(1 / 48000, 8).map(({ share }) => share)).to.deep.equal([0]);
  });
});
