import { expect } from '@esm-bundle/chai';
import { distinct, resultName } from '../../../demo/studio/file-names.ts';

describe('file names of the studio', () => {
  it('are those of their sources, each once', () => {
    expect(['talk.mp3', 'a.b.wav', 'noending', 'v1.0 final'].map(resultName)).to.deep.equal([
      'talk-denoised.wav',
      'a.b-denoised.wav',
      'noending-denoised.wav',
      'v1.0 final-denoised.wav',
    ]);
    expect(distinct(['a.wav', 'A.wav', 'b.wav', 'a.wav'])).to.deep.equal(['a.wav', 'A (2).wav', 'b.wav', 'a (3).wav']);
  });
});
