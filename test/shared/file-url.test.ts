import { expect } from '@esm-bundle/chai';
import { namesFile } from '../../src/shared/file-url.ts';

describe('what a URL names', () => {
  it('is a file by the end of its path, whatever query a bundler or a host puts behind that', () => {
    expect(namesFile('https://app.test/assets/base-1a2b.bin', '.bin')).to.equal(true);
    expect(namesFile('/_next/static/media/base.1a2b.bin?dpl=7', '.bin')).to.equal(true);
    expect(namesFile('models/griffin-lim.json#top', '.json')).to.equal(true);
  });

  it('is a folder otherwise, also with a file in its query', () => {
    expect(namesFile('https://app.test/models/base/', '.bin')).to.equal(false);
    expect(namesFile('https://app.test/models?file=base.bin', '.bin')).to.equal(false);
    expect(namesFile('/models/base.bin', '.json')).to.equal(false);
  });

  it('is the file itself where the URL holds it, but for a manifest, which has files beside it', () => {
    for (const url of ['data:application/octet-stream;base64,AAA/', 'blob:https://app.test/1a2b']) {
      expect(namesFile(url, '.bin')).to.equal(true);
      expect(namesFile(url, '.wasm')).to.equal(true);
      expect(namesFile(url, '.json')).to.equal(false);
    }
  });
});
