import assert from 'node:assert/strict';
import { closeSync, ftruncateSync, openSync } from 'node:fs';
import { describe, it } from 'node:test';
import { frameHead, streamHead } from '../files/flac/flac-file.ts';
import { wavOf } from '../support/sound-files.ts';
import {
  chooseFiles,
  murmur,
  offered,
  press,
  put,
  readWav,
  settled,
  statusOf,
  visitStudio,
  wavBytes,
} from './studio-support.ts';

/** Nine kilobytes of FLAC that stand for six minutes of silence in eight channels. */
function muchOfNothing(): Uint8Array {
  const frames = Array.from({ length: 250 }, (_, number) => {
    const frame = frameHead(65_536, 8, { number });
    for (let c = 0; c < 8; c++) frame.put(0, 24);
    return frame.endWithCrc16().slice();
  });
  return joined(streamHead({ channels: 8, mostBlock: 65_535 }), ...frames);
}

const ascii = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

describe('the file studio and files that are not as they should be', { timeout: 300_000 }, () => {
  it('gives a clear message or a right result for each, and one bad file stops no other', () =>
    visitStudio(async ({ page, complaints, folder }) => {
      const voice = murmur(0.6, 48000);
      const good = await wavBytes({ format: 'int16', sampleRateHz: 48000, channels: [voice] });
      const nan = new Float32Array(24000).fill(Number.NaN);
      const partlyNan = voice.map((sample, n) => (n % 1000 === 500 ? Number.POSITIVE_INFINITY : sample));
      const noChunks = new Uint8Array(200_000);
      noChunks.set(good.subarray(0, 12));
      const noRate = good.slice();
      noRate.fill(0, 24, 28);
      const manyChannels = good.slice();
      manyChannels.set([0xff, 0xff], 22);
      /** What each file is, and what has to become of it. */
      const cases: [name: string, bytes: Uint8Array, expected: string, message?: RegExp][] = [
        ['empty.wav', new Uint8Array(0), 'failed', /^The file is empty: 0 bytes\.$/],
        [
          'header only.wav',
          await wavBytes({ format: 'int16', sampleRateHz: 48000, channels: [new Float32Array(0)] }),
          'failed',
          /no sound/,
        ],
        [
          'text.wav',
          ascii('this is a text that somebody called .wav, and nothing else'),
          'failed',
          /no sound format that is known here/,
        ],
        ['zeros.wav', noChunks, 'failed', /^This WAV file cannot be read: expected /],
        ['no rate.wav', noRate, 'failed', /cannot be read|rate/],
        ['many channels.wav', manyChannels, 'failed', /channels/],
        ['much of nothing.flac', muchOfNothing(), 'failed', /hold more sound than a page can keep/],
        [
          'corrupt.flac',
          joined(
            ascii('fLaC'),
            Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) & 255),
          ),
          'failed',
          /^This FLAC file cannot be read: expected /,
        ],
        [
          'corrupt.mp3',
          joined(ascii('ID3'), Uint8Array.from([4, 0, 0, 0, 0, 0, 10]), new Uint8Array(3000)),
          'failed',
          /^This MP3 file cannot be read: expected an MP3 file, found no three frames in a row\.$/,
        ],
        [
          'stub.ogg',
          ascii('OggS'),
          'failed',
          /^This Ogg file cannot be read: expected an Ogg page with a header, found the file cut off or damaged\.$/,
        ],
        [
          'voice.amr',
          joined(ascii('#!AMR\n'), new Uint8Array(3000)),
          'failed',
          /^This is an AMR file: convert it first, for example with ffmpeg -i IN -c:a pcm_s16le OUT\.wav\.$/,
        ],
        ['cut off.wav', good.subarray(0, good.length - 20001), 'done'],
        ['really a wav.mp3', good, 'done'],
        ['interrupted.wav', wavOf(good.subarray(44), { rate: 48000, claimedBytes: 2000 }), 'done'],
        ['telephone.wav', wavOf(good.subarray(44), { code: 7, bits: 8, rate: 8000 }), 'done'],
        [
          'silent.wav',
          await wavBytes({ format: 'int16', sampleRateHz: 48000, channels: [new Float32Array(48000)] }),
          'done',
        ],
        [
          'one sample.wav',
          await wavBytes({ format: 'int24', sampleRateHz: 48000, channels: [Float32Array.of(0.5)] }),
          'done',
        ],
        [
          '192 kHz.wav',
          await wavBytes({ format: 'int24', sampleRateHz: 192000, channels: [murmur(0.4, 192000)] }),
          'done',
        ],
        [
          'eight.wav',
          await wavBytes({
            format: 'int16',
            sampleRateHz: 48000,
            channels: Array.from({ length: 8 }, (_, c) => murmur(0.4, 48000, c + 1)),
          }),
          'done',
        ],
        ['all nan.wav', await wavBytes({ format: 'float32', sampleRateHz: 48000, channels: [nan] }), 'done'],
        ['some nan.wav', await wavBytes({ format: 'float32', sampleRateHz: 48000, channels: [partlyNan] }), 'done'],
        ['good.wav', good, 'done'],
      ];
      await chooseFiles(page, ...cases.map(([name, bytes]) => put(folder, name, bytes)));
      const states = await settled(page, cases.length);
      for (const [name, , expected, message] of cases) {
        const said = await statusOf(page, name);
        assert.equal(states.get(name), expected, `${name}: ${said}`);
        if (message) assert.match(said, message, name);
      }
      const warnings = await page.$$eval('.item', (items) =>
        Object.fromEntries(
          items.map((item) => [
            item.querySelector('.name')!.textContent,
            item.querySelector('.warning')?.textContent ?? '',
          ]),
        ),
      );
      assert.match(warnings['cut off.wav'], /\d/);
      assert.match(
        warnings['interrupted.wav'],
        /says 1000 samples per channel, .* all \d+ that are in the file are read/,
      );
      assert.equal(warnings['telephone.wav'], '');
      assert.match(warnings['all nan.wav'], /24000 samples were not numbers and count as silence/);
      assert.match(warnings['some nan.wav'], /29 samples were not numbers/);
      assert.equal(warnings['good.wav'], '');
      for (const [name, bytes, expected] of cases) {
        if (expected !== 'done') continue;
        const result = await readWav((await offered(page, () => press(page, 'Download', name))).bytes);
        const input = await readWav(bytes);
        assert.deepEqual(
          [result.format, result.sampleRateHz, result.channels.length, result.channels[0].length],
          [input.format, input.sampleRateHz, input.channels.length, input.channels[0].length],
          name,
        ); // prettier-ignore
        for (const channel of result.channels)
          assert.ok(channel.every(Number.isFinite), `${name} has samples that are no numbers`);
        if (name.startsWith('silent') || name.startsWith('all nan'))
          assert.ok(
            result.channels[0].every((sample) => Math.abs(sample) < 1e-4),
            `${name} is not silent`,
          );
      }
      // The page plays each of them, or stays silent, and does not fail.
      for (const name of ['silent.wav', 'one sample.wav', 'all nan.wav', 'eight.wav', '192 kHz.wav']) {
        await page.locator(`::-p-aria([name="${name}"][role="button"])`).click();
        await page.waitForFunction(
          (wanted) =>
            document.querySelector('.stage h2')?.textContent === wanted && !document.querySelector('#play:disabled'),
          {},
          name,
        );
        await page.locator('#play').click();
        await page.waitForSelector('#play[aria-label=Play]', { timeout: 20_000 });
      }
      assert.equal(await page.$eval('#problem', (problem) => (problem as HTMLElement).hidden), true);
      assert.deepEqual(complaints, []);
    }));

  it('begins a recording of four gigabytes at once, and cancels it', () =>
    visitStudio(async ({ page, folder }) => {
      const header = (
        await wavBytes({ format: 'float32', sampleRateHz: 48000, channels: [murmur(1, 48000), murmur(1, 48000)] })
      ).slice();
      // A recorder that was stopped by a full disk has written no length. The hole takes no room on the disk.
      new DataView(header.buffer).setUint32(4, 0xffffffff, true);
      const at = new TextDecoder('latin1').decode(header.subarray(0, 200)).indexOf('data') + 4;
      new DataView(header.buffer).setUint32(at, 0xffffffff, true);
      const path = put(folder, 'huge.wav', header);
      const file = openSync(path, 'r+');
      ftruncateSync(file, 4e9);
      closeSync(file);
      await chooseFiles(page, path);
      await page.waitForFunction(
        () => /^\d+ %, .* left$/.test(document.querySelector('.item .now')?.textContent?.trim() ?? ''),
        { timeout: 60_000 },
      );
      assert.match(
        await page.$eval('.item .facts', (facts) => facts.textContent ?? ''),
        /32-bit float, stereo, 2:53:\d\d/,
      );
      await press(page, 'Cancel', 'huge.wav');
      assert.deepEqual([...(await settled(page, 1)).values()], ['cancelled']);
    }));
});
