import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openAudio } from '../../src/cli/formats/open-audio.ts';
import { bytesSource } from '../../src/files/byte-source.ts';
import { openFlac } from '../../src/files/flac/flac-reader.ts';
import { largestDifference } from '../engine/signals.ts';
import { channelsOf, command, readWav, wav } from '../support/command-line.ts';
import { type Decoded, decode, drain } from '../support/decoded.ts';
import { pagesOf, withNumbers } from '../support/ogg-pages.ts';

/** See compressed/make.sh for how the files came to be. */
const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/compressed/${name}`, import.meta.url));

/** Length, rate and channels are what other decoders (ffmpeg, libsndfile) say. */
const LOSSY = [
  { name: 'lame-cbr.mp3', kind: 'MP3', rate: 44100, channels: 2, frames: 17640, likeness: 0.98 },
  { name: 'lame-vbr-mono.mp3', kind: 'MP3', rate: 22050, channels: 1, frames: 8820, likeness: undefined },
  { name: 'vorbis.ogg', kind: 'Ogg Vorbis', rate: 44100, channels: 2, frames: 17640, likeness: 0.98 },
  { name: 'libopus.opus', kind: 'Opus', rate: 48000, channels: 2, frames: 19200, likeness: undefined },
] as const;

describe('compressed recordings', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'denoise-formats-'));
  });

  after(() => rm(folder, { recursive: true }));

  it('come out of the command as WAV of 16 bits, with their own rate, channels and length', async () => {
    const output = join(folder, 'lossy');
    const { status, stdout } = await command(
      ...LOSSY.map(({ name }) => fixture(name)),
      '-o',
      output,
      '--json',
      '--mix',
      '0',
    );
    assert.equal(status, 0);
    const { files } = JSON.parse(stdout) as { files: { kind: string; warnings: string[]; output: string }[] };
    for (const [i, { kind, rate, channels, frames }] of LOSSY.entries()) {
      assert.equal(files[i].kind, kind);
      assert.deepEqual(files[i].warnings, []);
      const { layout } = await readWav(files[i].output);
      assert.deepEqual(
        [layout.sampleRateHz, layout.channels, layout.frames, layout.format],
        [rate, channels, frames, 'int16'],
      );
    }
  });

  it('line up with what was compressed, sample by sample', async () => {
    const original = await readWav(fixture('original.wav'));
    for (const { name, likeness } of LOSSY) {
      if (likeness === undefined) continue;
      const decoded = await readAll(fixture(name));
      for (const [c, plane] of original.planes.entries()) {
        const here = correlation(plane, decoded.planes[c], 0);
        assert.ok(here > likeness, `${name}, channel ${c}: ${here}`);
        for (const shift of [-2, -1, 1, 2])
          assert.ok(correlation(plane, decoded.planes[c], shift) < here, `${name} by ${shift}`);
      }
    }
  });

  it('stay in line where a long one is decoded in parts', async () => {
    const once = await readWav(fileURLToPath(new URL('../fixtures/noisy-speech.wav', import.meta.url)));
    const at8k = Float32Array.from({ length: 25600 }, (_, n) =>
      [0, 1, 2, 3, 4, 5].reduce((sum, i) => sum + once.planes[0][6 * n + i] / 6, 0),
    );
    for (const name of ['long.mp3', 'long.ogg']) {
      const { planes, warnings } = await readAll(fixture(name));
      assert.equal(planes[0].length, 8 * at8k.length, name);
      assert.deepEqual(warnings, []);
      // A part that is out of place or missing lowers that of its repetition. The edges of repetitions are left out.
      for (let repetition = 0; repetition < 8; repetition++) {
        const part = planes[0].subarray(repetition * at8k.length, (repetition + 1) * at8k.length);
        const likeness = correlation(at8k, part, 0);
        assert.ok(likeness > 0.85, `${name}, repetition ${repetition}: ${likeness}`);
      }
    }
  });

  it('keep everything behind a damaged place where it was', async () => {
    for (const name of ['long.mp3', 'long.ogg', 'libopus.opus']) {
      const file = new Uint8Array(await readFile(fixture(name)));
      const whole = await drain((await openAudio(bytesSource(file.slice()))).reader);
      const middle = file.length >> 1;
      for (let i = middle; i < middle + 40; i++) file[i] ^= 0x5a;
      const damaged = await drain((await openAudio(bytesSource(file))).reader);
      const [before, after] = [whole.planes[0], damaged.planes[0]];
      assert.equal(after.length, before.length, name);
      const tail = Math.floor(0.9 * before.length);
      assert.ok(correlation(before.subarray(tail), after.subarray(tail), 0) > 0.99, `${name}, end`);
      assert.ok(correlation(before.subarray(0, before.length / 5), after, 0) > 0.99, `${name}, beginning`);
      assert.ok(largestDifference(before, after) > 0.001, `${name}, middle`);
      if (name !== 'long.mp3')
        assert.match(damaged.warnings.join(), /samples per channel are damaged and count as silence/, name);
    }
  });

  it('do not become years of silence where a position is damaged and its checksum is not', async () => {
    const original = new Uint8Array(await readFile(fixture('libopus.opus')));
    const pages = pagesOf(original);
    for (const which of [3, pages.length - 1]) {
      const { at, bytes } = pages[which];
      const file = original.slice();
      file.set(withNumbers(file.slice(at, at + bytes), { position: 2n ** 61n }), at);
      const { planes } = await drain((await openAudio(bytesSource(file))).reader);
      assert.ok(planes[0].length >= 19200 && planes[0].length < 30000, `${planes[0].length}`);
    }
  });

  it('are the same whatever pieces they are read in', async () => {
    for (const name of [...LOSSY.map((file) => file.name), 'libflac-24.flac', 'long.ogg']) {
      const [large, small] = [await readAll(fixture(name), 50000), await readAll(fixture(name), 977)];
      for (const [c, plane] of large.planes.entries()) assert.equal(largestDifference(plane, small.planes[c]), 0, name);
    }
  });
});

describe('FLAC', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'denoise-flac-'));
  });

  after(() => rm(folder, { recursive: true }));

  it('is read as libFLAC wrote it, to the bit, and kept as FLAC of the same depth', async () => {
    const original = await readWav(fixture('original.wav'));
    for (const [name, format] of [
      ['libflac-16.flac', 'int16'],
      ['libflac-24.flac', 'int24'],
    ] as const) {
      const output = join(folder, name);
      assert.equal((await command(fixture(name), '-o', output, '--mix', '0')).status, 0);
      const [from, to] = [await readAll(fixture(name)), await readAll(output)];
      assert.equal(to.reader.format, format);
      assert.equal(to.reader.sampleRateHz, 44100);
      for (const [c, plane] of from.planes.entries()) {
        assert.equal(largestDifference(plane, to.planes[c]), 0);
        if (format === 'int16') assert.equal(largestDifference(plane, original.planes[c]), 0);
      }
    }
  });

  it('takes WAV of every depth up to 24 bits without loss, of up to 8 channels and any length', async () => {
    for (const [format, channels, frames] of [
      ['uint8', 1, 1],
      ['int16', 1, 4096],
      ['int16', 2, 12289],
      ['int24', 3, 4097],
      ['int24', 8, 31],
      ['int16', 2, 0],
    ] as const) {
      const name = join(folder, `${format}-${channels}-${frames}.wav`);
      await writeFile(name, wav(format, 48000, channelsOf(channels, frames)));
      const output = name.replace('.wav', '.flac');
      assert.equal((await command(name, '-o', output, '--mix', '0')).status, 0);
      const [from, to] = [await readWav(name), await readAll(output)];
      assert.deepEqual(to.warnings, []);
      assert.deepEqual([to.reader.format, to.reader.channels, to.reader.frames ?? 0], [format, channels, frames]);
      for (const [c, plane] of from.planes.entries()) assert.deepEqual(to.planes[c], plane);
    }
  });

  it('says so where floats are rounded, and where there are too many channels', async () => {
    const float = join(folder, 'float.wav');
    await writeFile(float, wav('float32', 48000, channelsOf(1, 999)));
    const rounded = await command(float, '-o', join(folder, 'float.flac'));
    assert.equal(rounded.status, 0);
    assert.match(rounded.stderr, /warning: the samples, float32, are rounded to int24/);
    const many = join(folder, 'many.wav');
    await writeFile(many, wav('int16', 48000, channelsOf(9, 99)));
    const refused = await command(many, '-o', join(folder, 'many.flac'));
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /at most 8 channels for FLAC, got 9: write WAV/);
  });

  it('puts silence in the place of a damaged frame, and says how much', async () => {
    const file = new Uint8Array(await readFile(fixture('libflac-16.flac')));
    const whole = await readAll(fixture('libflac-16.flac'));
    file.fill(0x55, 15000, 15020);
    const reader = await openFlac(bytesSource(file));
    const damaged = await drain(reader);
    assert.equal(damaged.planes[0].length, whole.planes[0].length);
    assert.match(damaged.warnings.join(), /4096 samples per channel are damaged and count as silence/);
    const differing = whole.planes[0].reduce((count, x, n) => count + (x === damaged.planes[0][n] ? 0 : 1), 0);
    assert.ok(differing > 3000 && differing <= 4096, `${differing}`);
    assert.ok(damaged.planes[0].every((x, n) => x === whole.planes[0][n] || x === 0));
  });
});

async function readAll(path: string, piece = 4800): Promise<Decoded> {
  return decode(await readFile(path), piece);
}

/** Of a with b that is `shift` samples late, 0 … 1. */
function correlation(a: Float32Array, b: Float32Array, shift: number): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let n = 100; n < Math.min(a.length, b.length) - 100; n++) {
    ab += a[n] * b[n + shift];
    aa += a[n] * a[n];
    bb += b[n + shift] * b[n + shift];
  }
  return ab / Math.sqrt(aa * bb);
}
