import { expect } from '@esm-bundle/chai';
import {
  clock,
  decibels,
  distinct,
  failureInWords,
  lengthInWords,
  resultName,
  sizeInWords,
  speedInWords,
} from '../../../demo/studio/formatters.ts';
import { timeTicks } from '../../../demo/studio/picture.ts';
import { matchGains } from '../../../demo/studio/player.ts';

describe('words of the studio', () => {
  it('names results after their files, each once', () => {
    expect(['talk.mp3', 'a.b.wav', 'noending', 'v1.0 final'].map(resultName)).to.deep.equal([
      'talk-denoised.wav',
      'a.b-denoised.wav',
      'noending-denoised.wav',
      'v1.0 final-denoised.wav',
    ]);
    expect(distinct(['a.wav', 'A.wav', 'b.wav', 'a.wav'])).to.deep.equal(['a.wav', 'A (2).wav', 'b.wav', 'a (3).wav']);
  });

  it('tells lengths, sizes, speeds and levels', () => {
    expect([0, 59.9, 61, 3661].map(clock)).to.deep.equal(['0:00', '0:59', '1:01', '1:01:01']);
    expect([0.25, 12.4, 119.6, 3900].map(lengthInWords)).to.deep.equal(['0.3 s', '12 s', '2 min 0 s', '1 h 5 min']);
    expect([0, 999, 1500, 12_345_678, 5e9].map(sizeInWords)).to.deep.equal([
      '0 bytes',
      '999 bytes',
      '1.5 kB',
      '12.3 MB',
      '5 GB',
    ]);
    expect([0.5, 23.4].map(speedInWords)).to.deep.equal(['0.5 × real time', '23 × real time']);
    expect([2, 0, -3.46].map(decibels)).to.deep.equal(['+2.0 dB', '0.0 dB', '−3.5 dB']);
  });

  it('turns what browsers say into what to do', () => {
    expect(failureInWords(new DOMException('x', 'QuotaExceededError'))).to.match(/^The browser has no room/);
    expect(failureInWords(new DOMException('x', 'NotReadableError'))).to.match(/moved, changed or deleted/);
    expect(failureInWords(new RangeError('Array buffer allocation failed'))).to.match(/not enough memory/);
    expect(failureInWords(new Error('expected one thing, found another'))).to.equal(
      'Expected one thing, found another.',
    );
  });

  it('puts a few round times under the pictures', () => {
    expect(timeTicks(7.2, 8).map(({ words }) => words)).to.deep.equal([
      '0:00',
      '0:01',
      '0:02',
      '0:03',
      '0:04',
      '0:05',
      '0:06',
      '0:07',
    ]);
    expect(timeTicks(3600, 8).map(({ words }) => words)).to.deep.equal([
      '0:00',
      '10:00',
      '20:00',
      '30:00',
      '40:00',
      '50:00',
      '1:00:00',
    ]);
    expect(timeTicks(0.35, 8).map(({ words }) => words)).to.deep.equal(['0.0 s', '0.1 s', '0.2 s', '0.3 s']);
    expect(timeTicks(1 / 48000, 8).map(({ share }) => share)).to.deep.equal([0]);
  });
});

describe('matchGains', () => {
  const loudness = (before: number, after: number, removed: number, peak = 0.1) =>
    matchGains({ loudness: [before, after, removed], peak: [1, 1, peak] });

  it('turns the louder of before and after down, and what was removed up', () => {
    expect(loudness(-20, -23, -30)).to.deep.equal([-3, 0, 7]);
    expect(loudness(-24, -23, -20)).to.deep.equal([0, -1, -4]);
  });

  it('turns up what was removed no further than its peaks allow', () => {
    expect(loudness(-20, -20, -40, 0.5)[2]).to.be.closeTo(6.02, 0.01);
  });

  it('leaves silence alone, and does not turn down without end', () => {
    expect(loudness(-20, Number.NEGATIVE_INFINITY, -20)).to.deep.equal([0, 0, 0]);
    expect(loudness(-20, -65, -20)).to.deep.equal([-24, 0, -24]);
  });
});
