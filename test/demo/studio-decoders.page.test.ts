/** Recordings of several parts, as the command line and the file studio read them. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { decode } from '../support/decoded.ts';
import { mp3Wav } from '../support/mp3-wav.ts';
import { joined } from '../support/ogg-pages.ts';
import { chooseFiles, downloaded, press, readWav, settled, statusOf, visitStudio } from './studio-support.ts';

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/compressed/${name}`, import.meta.url).pathname));
const [mp3, opus, vorbis] = ['lame-cbr.mp3', 'libopus.opus', 'vorbis.ogg'].map(fixture);
const tag = new Uint8Array(128);
tag.set(new TextEncoder().encode('TAG'));

const READ: Readonly<Record<string, Uint8Array>> = {
  'joined.mp3': joined(mp3, tag, mp3),
  'mp3 inside.wav': mp3Wav(mp3),
  'chained.opus': joined(opus, opus),
  'chained.ogg': joined(vorbis, vorbis, vorbis),
  'cut off.opus': opus.slice(0, opus.length - 300),
};
/** Layer II at 44.1 kHz and 128 kb/s. */
const frame = new Uint8Array(417);
frame.set([0xff, 0xfd, 0x80, 0]);

describe('compressed recordings in the file studio', { timeout: 180_000 }, () => {
  it('have the length and the warnings that they have on the command line', () =>
    visitStudio(async ({ page, folder, complaints }) => {
      const files = { ...READ, 'layer two.mp3': joined(...Array.from({ length: 9 }, () => frame)) };
      for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
      await chooseFiles(page, ...Object.keys(files).map((name) => join(folder, name)));
      const states = await settled(page, Object.keys(files).length);
      assert.equal(states.get('layer two.mp3'), 'failed');
      assert.match(await statusOf(page, 'layer two.mp3'), /found Layer II: convert it first/);
      for (const [name, bytes] of Object.entries(READ)) {
        assert.equal(states.get(name), 'done', name);
        const { planes, reader, warnings } = await decode(bytes);
        const result = await readWav((await downloaded(page, folder, () => press(page, 'Download', name))).bytes);
        assert.equal(result.sampleRateHz, reader.sampleRateHz, name);
        assert.deepEqual(
          result.channels.map(({ length }) => length),
          planes.map(({ length }) => length),
          name,
        );
        const said = await page.$$eval(
          '.item',
          (items, wanted) => items.find((item) => item.querySelector('.name')!.textContent === wanted)!.textContent,
          name,
        );
        for (const warning of warnings) assert.ok(said!.includes(warning), `${name}: ${warning}`);
      }
      assert.deepEqual(complaints, []);
    }));
});
