import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { SampleFormat } from '../../src/files/sample-format.ts';
import { largestDifference, seededRandom } from '../engine/signals.ts';
import { channelsOf, command, readWav, wav } from '../support/command-line.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/compressed/${name}`, import.meta.url));
const COMPRESSED = ['lame-cbr.mp3', 'vorbis.ogg', 'libopus.opus', 'libflac-16.flac'];
const UTF8 = new TextEncoder();

interface Report {
  readonly input: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
  readonly seconds?: number;
  readonly output?: string;
}

describe('bad input', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'denoise-bad-'));
  });

  after(() => rm(folder, { recursive: true }));

  /** Writes files, runs the command over all of them, and gives what it says of each. */
  async function reportsOf(
    name: string,
    files: Readonly<Record<string, Uint8Array>>,
  ): Promise<{ reports: Map<string, Report>; status: number; written: string[] }> {
    const [input, output] = [join(folder, name), join(folder, `${name}-out`)];
    await mkdir(input);
    for (const [file, bytes] of Object.entries(files)) await writeFile(join(input, file), bytes);
    const { status, stdout } = await command(input, '-o', output, '--json');
    const { files: reports } = JSON.parse(stdout) as { files: Report[] };
    assert.equal(reports.length, Object.keys(files).length);
    const written = await readdir(output).catch(() => []);
    return {
      reports: new Map(reports.map((report) => [report.input.slice(input.length + 1), report])),
      status,
      written: written.sort(),
    };
  }

  it('is refused with the reason where nothing can be made of it, and the good file among it is written', async () => {
    const good = wav('int16', 16000, channelsOf(1, 2000));
    const [mp3, flac, ogg] = await Promise.all(
      ['lame-cbr.mp3', 'libflac-16.flac', 'vorbis.ogg'].map((name) => readFile(fixture(name))),
    );
    const random = seededRandom(1);
    const cases: Record<string, [bytes: Uint8Array, reason: RegExp]> = {
      'empty.wav': [new Uint8Array(), /file is empty/],
      'empty.flac': [new Uint8Array(), /file is empty/],
      'one-byte.mp3': [Uint8Array.of(0xff), /found none of them/],
      'text.mp3': [UTF8.encode('this is not sound at all, whatever the name says'), /found none of them/],
      'random.ogg': [Uint8Array.from({ length: 50000 }, () => 256 * random()), /found none of them/],
      'zeros.wav': [new Uint8Array(100000), /found none of them/],
      'header-only.wav': [good.slice(0, 12), /no samples/],
      'no-data.wav': [good.slice(0, 36), /no samples/],
      'no-format.wav': [without(good, 12, 24), /rate and channels are unknown/],
      'huge-format.wav': [
        patched(good, 16, [0xff, 0xff, 0xff, 0x7f]),
        /format chunk of 16 to 40 bytes, found one that says 2147483647/,
      ],
      'adpcm.wav': [
        patched(good, 20, [2, 0]),
        /found Microsoft ADPCM \(format 2\): convert it first, for example with ffmpeg/,
      ],
      'no-channels.wav': [patched(good, 22, [0, 0]), /at least one channel/],
      'many-channels.wav': [patched(good, 22, [0xff, 0xff]), /at most 64 channels, found 65535/],
      'no-rate.wav': [patched(good, 24, [0, 0, 0, 0]), /3000 to 768000 Hz, found 0 Hz/],
      'huge-rate.wav': [patched(good, 24, [0xff, 0xff, 0xff, 0xff]), /3000 to 768000 Hz, found 4294967295 Hz/],
      'endless-chunks.wav': [
        Uint8Array.of(...UTF8.encode('RIFF\0\0\0\0WAVE'), ...new Uint8Array(40000)),
        /at most 1000 chunks/,
      ],
      'video.wav': [UTF8.encode('\0\0\0\x20ftypisom and so on'), /an MP4, M4A or QuickTime file: convert it first/],
      'cut-header.flac': [flac.subarray(0, 20), /end of the file/],
      'cut-header.ogg': [ogg.subarray(0, 20), /cut off or damaged/],
      'cut-headers.ogg': [ogg.subarray(0, 58), /three Vorbis headers/],
      'cut.mp3': [mp3.subarray(0, 300), /found no three frames in a row/],
      'cut-sound.ogg': [ogg.subarray(0, 6000), /found no sound: \d+ bytes are damaged or cut off/],
    };
    const { reports, status, written } = await reportsOf('refused', {
      ...Object.fromEntries(Object.entries(cases).map(([name, [bytes]]) => [name, bytes])),
      'good.wav': good,
    });
    assert.equal(status, 1);
    for (const [name, [, reason]] of Object.entries(cases))
      assert.match(reports.get(name)?.error ?? 'none', reason, name);
    assert.deepEqual(written, ['good.wav']);
  });

  it('gives what is there, with a warning, where the end or the size is missing', async () => {
    const good = wav('int16', 16000, channelsOf(2, 2000));
    const sources = Object.fromEntries(
      await Promise.all(
        ['lame-cbr.mp3', 'long.ogg', 'libopus.opus', 'libflac-16.flac'].map(
          async (name) => [name, await readFile(fixture(name))] as const,
        ),
      ),
    );
    const cut = Object.fromEntries(
      Object.entries(sources).map(([name, bytes]) => [
        `cut-${name}`,
        bytes.subarray(0, Math.floor(0.6 * bytes.length)),
      ]),
    );
    const { reports, status } = await reportsOf('cut', {
      ...cut,
      'cut.wav': good.slice(0, 44 + 4 * 1500 + 3),
      'no-size.wav': patched(good, 40, [0, 0, 0, 0]),
      'stream.wav': patched(good, 40, [0xff, 0xff, 0xff, 0xff]),
    });
    assert.equal(status, 0);
    assert.match(
      reports.get('cut.wav')?.warnings?.join() ?? '',
      /promises 2000 samples per channel, the file ends after 1500/,
    );
    assert.equal(reports.get('cut.wav')?.seconds, 1500 / 16000);
    assert.match(reports.get('no-size.wav')?.warnings?.join() ?? '', /says that there are no samples/);
    assert.equal(reports.get('no-size.wav')?.seconds, 2000 / 16000);
    assert.deepEqual(reports.get('stream.wav')?.warnings, []);
    for (const name of Object.keys(cut)) {
      const { seconds = 0, output = '' } = reports.get(name) ?? {};
      const whole = name.includes('long') ? 25.6 : 0.4;
      assert.ok(seconds > 0.4 * whole && seconds < 0.8 * whole, `${name}: ${seconds}`);
      if (!output.endsWith('.flac'))
        assert.equal((await readWav(output)).layout.frames / (await readWav(output)).layout.sampleRateHz, seconds);
    }
    for (const name of ['cut-long.ogg', 'cut-libopus.opus'])
      assert.match(reports.get(name)?.warnings?.join() ?? '', /bytes are damaged or cut off/, name);
    for (const name of ['cut-lame-cbr.mp3', 'cut-libflac-16.flac'])
      assert.match(reports.get(name)?.warnings?.join() ?? '', /promises/, name);
  });

  it('is read by what is in it where the name says something else, with a warning', async () => {
    const flac = await readFile(fixture('libflac-16.flac'));
    const { reports, status } = await reportsOf('mislabelled', {
      'flac.wav': flac,
      'wav.flac': wav('int16', 16000, channelsOf(1, 999)),
      'opus.mp3': await readFile(fixture('libopus.opus')),
    });
    assert.equal(status, 0);
    assert.match(reports.get('flac.wav')?.warnings?.join() ?? '', /the name ends in "\.wav", what is in it is FLAC/);
    assert.match(reports.get('wav.flac')?.warnings?.join() ?? '', /what is in it is WAV/);
    assert.match(reports.get('opus.mp3')?.warnings?.join() ?? '', /what is in it is Opus/);
    assert.equal((await readWav(reports.get('flac.wav')?.output ?? '')).layout.sampleRateHz, 44100);
    assert.equal(
      String.fromCharCode(...(await readFile(reports.get('wav.flac')?.output ?? '')).subarray(0, 4)),
      'fLaC',
    );
  });

  it('is told from good input by what is in it, where a file of any name is named on the command line', async () => {
    const names = ['noext', 'x.ogx', 'y.mpga', 'talk.dat', 'notes.txt'];
    const input = join(folder, 'names');
    await mkdir(input);
    const [vorbis, mp3] = await Promise.all(['vorbis.ogg', 'lame-cbr.mp3'].map((name) => readFile(fixture(name))));
    const contents = [wav('int16', 16000, channelsOf(1, 999)), vorbis, mp3, vorbis, UTF8.encode('no sound at all')];
    for (const [i, name] of names.entries()) await writeFile(join(input, name), contents[i]);
    const { status, stdout } = await command(
      ...names.map((name) => join(input, name)),
      '-o',
      join(folder, 'names-out/'),
      '--json',
    );
    assert.equal(status, 1);
    const { files } = JSON.parse(stdout) as { files: (Report & { kind?: string })[] };
    const kinds = new Map(files.map((file) => [file.input.slice(input.length + 1), file.kind]));
    assert.deepEqual(
      names.map((name) => kinds.get(name)),
      ['WAV', 'Ogg Vorbis', 'MP3', 'Ogg Vorbis', undefined],
    );
    assert.deepEqual(
      files.flatMap(({ warnings = [] }) => warnings),
      [],
    );
    assert.match(files.find(({ error }) => error !== undefined)?.error ?? '', /found none of them/);
  });

  it('is told in a folder too where a recording has a format that is not read', async () => {
    const { reports, status, written } = await reportsOf('unread', {
      'memo.m4a': UTF8.encode('\0\0\0\x20ftypM4A and so on'),
      'call.amr': UTF8.encode('#!AMR\nand so on'),
      'good.wav': wav('int16', 16000, channelsOf(1, 500)),
      'wav.aac': wav('int16', 16000, channelsOf(1, 500)),
    });
    assert.equal(status, 1);
    assert.match(reports.get('memo.m4a')?.error ?? '', /found an MP4, M4A or QuickTime file: convert it first/);
    assert.match(reports.get('call.amr')?.error ?? '', /found an AMR file: convert it first/);
    assert.deepEqual(written, ['good.wav', 'wav.wav']);
  });

  it('never hangs or crashes on damage, wherever it is', async () => {
    const random = seededRandom(7);
    const files: Record<string, Uint8Array> = {};
    for (const name of [...COMPRESSED, 'original.wav']) {
      const source = new Uint8Array(await readFile(fixture(name)));
      for (let i = 0; i < 6; i++) {
        const damaged = source.slice();
        // In the header in some, all over in others, and a stretch of noise in the middle in the rest.
        const [from, to, share] = [
          [0, 200, 0.05],
          [0, damaged.length, 0.002],
          [damaged.length >> 1, (damaged.length >> 1) + 1000, 1],
        ][i % 3];
        for (let at = from; at < to; at++) if (random() < share) damaged[at] = 256 * random();
        files[`${i}-${name}`] = damaged;
      }
    }
    const { reports, status } = await reportsOf('damaged', files);
    assert.ok(status === 0 || status === 1);
    for (const [name, report] of reports) {
      assert.ok(report.error === undefined ? report.seconds !== undefined : report.error.length > 10, name);
      if (report.error !== undefined)
        assert.doesNotMatch(report.error, /undefined|is not a function|Cannot read/, name);
    }
    const middle = [...reports].filter(([name]) => name.startsWith('2-') || name.startsWith('5-'));
    assert.equal(middle.length, 10);
    // One page holds all the sound of the Vorbis file.
    for (const [name, report] of middle) if (!name.endsWith('vorbis.ogg')) assert.equal(report.error, undefined, name);
  });

  it('is silence where samples are not numbers, and says how many', async () => {
    const planes = channelsOf(1, 4800);
    planes[0].fill(Number.NaN, 1000, 1500);
    planes[0][2000] = Number.POSITIVE_INFINITY;
    const { reports } = await reportsOf('numbers', {
      'some.wav': wav('float32', 48000, planes),
      'all.wav': wav('float64', 48000, [new Float32Array(3000).fill(Number.NaN)]),
    });
    assert.match(reports.get('some.wav')?.warnings?.join() ?? '', /501 samples are not numbers and count as silence/);
    const some = (await readWav(reports.get('some.wav')?.output ?? '')).planes[0];
    assert.ok(some.every(Number.isFinite));
    assert.ok(
      some.subarray(3000).some((x) => Math.abs(x) > 1e-4),
      'what follows is heard',
    );
    assert.ok((await readWav(reports.get('all.wav')?.output ?? '')).planes[0].every((x) => x === 0));
  });

  it('is right in extreme shapes: one sample, silence, 192 kHz, 8 channels, odd lengths, low rates', async () => {
    const shapes: [name: string, format: SampleFormat, rate: number, planes: Float32Array[]][] = [
      ['one-sample.wav', 'int16', 48000, channelsOf(1, 1)],
      ['no-sample.wav', 'int24', 44100, channelsOf(2, 0)],
      ['silent.wav', 'int16', 44100, [new Float32Array(30000)]],
      ['fast.wav', 'int24', 192000, channelsOf(2, 19201)],
      ['wide.wav', 'int16', 48000, channelsOf(8, 4801)],
      ['slow.wav', 'uint8', 3000, channelsOf(1, 301)],
      ['fastest.wav', 'int16', 768000, channelsOf(1, 7681)],
      ['odd.wav', 'int24', 44101, channelsOf(3, 777)],
      ['loud.wav', 'float32', 48000, [Float32Array.from({ length: 5000 }, (_, n) => 1e6 * Math.sin(n))]],
    ];
    const { reports, status } = await reportsOf(
      'shapes',
      Object.fromEntries(shapes.map(([name, format, rate, planes]) => [name, wav(format, rate, planes)])),
    );
    assert.equal(status, 0);
    for (const [name, format, rate, planes] of shapes) {
      const { layout, planes: enhanced } = await readWav(reports.get(name)?.output ?? '');
      assert.deepEqual(
        [layout.format, layout.sampleRateHz, layout.channels, layout.frames],
        [format, rate, planes.length, planes[0].length],
        name,
      );
      for (const plane of enhanced) assert.ok(plane.every(Number.isFinite), name);
    }
    const silent = (await readWav(reports.get('silent.wav')?.output ?? '')).planes[0];
    assert.ok(silent.every((x) => x === 0));
  });

  it('is told from what is no file at all: a device is not waited for, nor a terabyte of zeros searched', async () => {
    // Mostly a hole.
    const nothing = join(folder, 'nothing.mp3');
    await writeFile(nothing, Uint8Array.of(1, 2, 3));
    await truncate(nothing, 2 ** 40);
    assert.match(
      (await command(nothing, '-o', join(folder, 'nothing.wav'))).stderr,
      /nothing\.mp3: expected WAV, Wave64/,
    );
    const { status, stderr } = await command(
      '/dev/zero',
      join(folder, 'nowhere.wav'),
      '-o',
      join(folder, 'device-out'),
    );
    assert.equal(status, 1);
    assert.match(stderr, /\/dev\/zero: neither a file nor a folder/);
    assert.match(stderr, /nowhere\.wav: no such file or folder/);
  });

  it('is found in files with chunks in an odd order, WAVE_FORMAT_EXTENSIBLE, and more than 4 GiB', async () => {
    const planes = channelsOf(1, 1000);
    const plain = wav('int16', 16000, planes);
    const [format, data] = [plain.slice(12, 36), plain.slice(36)];
    const junk = UTF8.encode('junk\x05\0\0\0abcde\0');
    const odd = Uint8Array.of(...plain.slice(0, 12), ...junk, ...data, ...junk, ...format);
    const extensible = wav('int24', 16000, channelsOf(4, 500));
    const { reports } = await reportsOf('orders', { 'odd.wav': odd, 'extensible.wav': extensible });
    assert.deepEqual(reports.get('odd.wav')?.warnings, []);
    const reference = await readWav(reports.get('odd.wav')?.output ?? '');
    assert.equal(reference.layout.frames, 1000);
    assert.deepEqual(
      (await readWav(reports.get('extensible.wav')?.output ?? '')).layout.formatChunk,
      extensible.slice(20, 60),
    );
    // RF64: the sizes stand in a chunk of their own; a file of 5 GiB that is mostly a hole is refused at its end, not
    // at its header.
    const header = new Uint8Array(12 + 36 + format.length + 8);
    header.set([...UTF8.encode('RF64'), 255, 255, 255, 255, ...UTF8.encode('WAVEds64'), 28, 0, 0, 0]);
    new DataView(header.buffer).setBigUint64(28, BigInt(2000), true);
    header.set(format, 48);
    header.set([...UTF8.encode('data'), 255, 255, 255, 255], 48 + format.length);
    const rf64 = join(folder, 'rf64.wav');
    await writeFile(rf64, Uint8Array.of(...header, ...data.slice(8)));
    await truncate(rf64, 5 * 2 ** 30);
    const output = join(folder, 'rf64-out.wav');
    const { status, stderr } = await command(rf64, '-o', output);
    assert.equal(status, 0);
    assert.match(stderr, /warning: \d+ bytes of zeros after the samples are left out/);
    const result = await readWav(output);
    assert.equal(result.layout.frames, 1000);
    assert.equal(largestDifference(result.planes[0], reference.planes[0]), 0);
  });
});

/** The file with other bytes from `at` on. */
function patched(file: Uint8Array, at: number, bytes: readonly number[]): Uint8Array {
  const copy = file.slice();
  copy.set(bytes, at);
  return copy;
}

/** The file without `length` bytes from `at` on. */
function without(file: Uint8Array, at: number, length: number): Uint8Array {
  return Uint8Array.of(...file.subarray(0, at), ...file.subarray(at + length));
}
