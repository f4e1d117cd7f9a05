import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { openAudio } from '../../../src/cli/formats/open-audio.ts';
import { bytesSource } from '../../../src/files/byte-source.ts';
import { decode } from '../../support/decoded.ts';
import { framesOf } from '../../support/mp3-frames.ts';
import { chunk, mp3Wav } from '../../support/mp3-wav.ts';
import { joined } from '../../support/ogg-pages.ts';

const MP3 = new Uint8Array(await readFile(new URL('../../fixtures/compressed/lame-cbr.mp3', import.meta.url)));
/** Its sound without the tag of its encoder, as ffmpeg puts it into WAV files. */
const BARE = joined(...(await framesOf(MP3)).slice(1));
const LIST = chunk('LIST', new TextEncoder().encode('INFOISFT\x04\0\0\0Lavf'));

describe('MP3 in a WAV file', () => {
  it('is read to the sample as without the file around it', async () => {
    const { planes } = await decode(BARE);
    for (const [name, file] of Object.entries({
      plain: mp3Wav(BARE),
      'an odd number of bytes': mp3Wav(BARE.slice(0, -1)),
      'with chunks around it': mp3Wav(BARE, { before: chunk('JUNK', new Uint8Array(28)), after: LIST }),
      extensible: mp3Wav(BARE, { isExtensible: true }),
      'from a pipe': mp3Wav(BARE, { claimedBytes: 0xffffffff }),
      'behind a tag': joined(new TextEncoder().encode('ID3\x04\0\0\0\0\0\x05hello'), mp3Wav(BARE)),
    })) {
      const { kind } = await openAudio(bytesSource(file));
      assert.equal(kind, 'MP3 in WAV', name);
      const inside = await decode(file);
      if (name === 'an odd number of bytes') {
        // The last frame lacks a byte.
        assert.equal(inside.planes[0].length, planes[0].length - 1152);
        assert.match(inside.warnings.join(), /^\d+ bytes are damaged or cut off and left out$/);
        continue;
      }
      assert.deepEqual(inside.warnings, [], name);
      assert.deepEqual(inside.planes, planes, name);
    }
  });

  it('is without what its encoder put around the sound where that is told in it', async () => {
    assert.deepEqual((await decode(mp3Wav(MP3))).planes, (await decode(MP3)).planes);
  });

  it('says what is missing, and what its header leaves out', async () => {
    const { planes } = await decode(BARE);
    const cut = await decode(mp3Wav(BARE.slice(0, -501), { claimedBytes: BARE.length }));
    assert.match(
      cut.warnings.join('; '),
      new RegExp(`^the header promises ${BARE.length} bytes of MP3, the file ends after ${BARE.length - 501}; `),
    );
    const stale = await decode(mp3Wav(BARE, { claimedBytes: 1000 }));
    assert.match(stale.warnings.join(), /the header says 1000 bytes of MP3, .*: all \d+ that are in the file are read/);
    assert.deepEqual(stale.planes, planes);
    await assert.rejects(decode(mp3Wav(BARE).slice(0, 62)), /expected a data chunk, found none/);
    await assert.rejects(decode(mp3Wav(new Uint8Array(2000).fill(7))), /expected an MP3 file, found no three frames/);
  });
});
