import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BlobSink, bytesSource, withSignal } from '../../../src/files/byte-source.ts';
import { decodeFrame } from '../../../src/files/flac/flac-frame.ts';
import { type FlacFrameHeader, parseFrameHeader } from '../../../src/files/flac/flac-header.ts';
import { openFlac } from '../../../src/files/flac/flac-reader.ts';
import { FlacWriter } from '../../../src/files/flac/flac-writer.ts';
import { noise, seededRandom } from '../../engine/signals.ts';
import { joined, plainFrame, predictedFrame, streamHead } from './flac-file.ts';

/** Whole numbers of 16 bits. */
function samplesOf(count: number, seed = 1): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => Math.round(60000 * (random() - 0.5)));
}

async function readAll(file: Uint8Array): Promise<{ planes: number[][]; warnings: string; format: string }> {
  const reader = await openFlac(bytesSource(file));
  const into = Array.from({ length: reader.channels }, () => new Float32Array(5000));
  const planes: number[][] = into.map(() => []);
  for (let count = -1; count !== 0; ) {
    count = await reader.read(into, 0, 5000);
    for (const [c, plane] of into.entries()) for (let n = 0; n < count; n++) planes[c].push(plane[n] * 0x8000);
  }
  return { planes, warnings: reader.warnings.join('; '), format: reader.format };
}

/** A file of the library's own writer: 10,000 samples in blocks of 4096, 4096 and 1808. */
async function written(): Promise<{ file: Uint8Array; samples: number[] }> {
  const sink = new BlobSink();
  const shape = { sampleRateHz: 48000, channels: 1, format: 'int16', frames: undefined } as const;
  const writer = await FlacWriter.open(sink, shape);
  const sound = noise(10_000, 3, 0.3);
  await writer.write([sound], 0, sound.length);
  await writer.finish();
  const file = new Uint8Array(await sink.toBlob('audio/flac').arrayBuffer());
  return { file, samples: [...sound].map((x) => Math.floor(x * 0x8000 + 0.5)) };
}

/** Frames of 1000 samples of 16 bits, one channel. */
function thousands(samples: readonly number[], isVariable = false): Uint8Array[] {
  return Array.from({ length: Math.ceil(samples.length / 1000) }, (_, i) =>
    plainFrame([samples.slice(1000 * i, 1000 * (i + 1))], { number: isVariable ? 1000 * i : i, isVariable }),
  );
}

/** Bytes that begin with a text and go on with zeros. */
function bytesOf(text: string, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i < text.length ? text.charCodeAt(i) : 0));
}

/** An APE tag with a header, some bytes of items, and a footer. */
function apeTag(itemBytes: number): Uint8Array {
  const [header, footer] = [0xa0000000, 0x80000000].map((flags) => {
    const mark = bytesOf('APETAGEX', 32);
    const view = new DataView(mark.buffer);
    view.setUint32(8, 2000, true);
    view.setUint32(12, itemBytes + 32, true);
    view.setUint32(20, flags, true);
    return mark;
  });
  return joined(header, new Uint8Array(itemBytes), footer);
}

describe('openFlac', () => {
  it('places frames by what they say, whatever the header says of their length', async () => {
    const { file, samples } = await written();
    for (const [least, most] of [
      [0, 4096],
      [1808, 4096],
      [16, 16],
      [65535, 65535],
      [0, 0],
    ]) {
      const odd = file.slice();
      new DataView(odd.buffer).setUint16(8, least);
      new DataView(odd.buffer).setUint16(10, most);
      const { planes, warnings } = await readAll(odd);
      assert.deepEqual(planes[0], samples, `${least} to ${most}`);
      assert.equal(warnings, '');
    }
  });

  it('places frames of any lengths by the numbers of their samples', async () => {
    const samples = samplesOf(900);
    const [a, b, c] = [
      [0, 100],
      [100, 700],
      [700, 900],
    ].map(([from, to]) => plainFrame([samples.slice(from, to)], { number: from, isVariable: true }));
    assert.deepEqual((await readAll(joined(streamHead(), a, b, c))).planes[0], samples);
    const { planes, warnings } = await readAll(joined(streamHead(), a, b.fill(0, 50, 60), c));
    assert.deepEqual(planes[0], samples.fill(0, 100, 700));
    assert.match(warnings, /600 samples per channel are damaged and count as silence/);
  });

  it('puts silence of the right length in the place of lost frames, at the beginning too', async () => {
    const samples = samplesOf(4500);
    const frames = thousands(samples);
    frames[0].fill(0x55);
    frames[2][500] ^= 1;
    const { planes, warnings } = await readAll(joined(streamHead({ leastBlock: 500, mostBlock: 1000 }), ...frames));
    assert.deepEqual(planes[0], samples.fill(0, 0, 1000).fill(0, 2000, 3000));
    assert.match(warnings, /2000 samples per channel are damaged/);
  });

  it('puts no silence before what was cut out of a longer recording', async () => {
    const samples = samplesOf(5000);
    const { planes, warnings } = await readAll(joined(streamHead(), ...thousands(samples).slice(2)));
    assert.deepEqual(planes[0], samples.slice(2000));
    assert.equal(warnings, '');
  });

  it('reads files that were put one behind the other to the end of the last', async () => {
    const { file, samples } = await written();
    const { planes, warnings } = await readAll(joined(file, file));
    assert.deepEqual(planes[0], [...samples, ...samples]);
    assert.equal(warnings, '');
  });

  it('takes no tag behind the sound for damage, at the end and between joined files', async () => {
    const samples = samplesOf(3000);
    const sound = joined(streamHead(), ...thousands(samples));
    for (const tag of [bytesOf('TAG', 128), bytesOf('TAG+', 227), apeTag(40), bytesOf('ID3\x03\0\0\0\0\0\x0a', 20)]) {
      const { planes, warnings } = await readAll(joined(sound, tag, sound, tag));
      assert.deepEqual(planes[0], [...samples, ...samples]);
      assert.equal(warnings, '');
    }
  });

  it('tells of a tag that is cut off, and of what looks like one after damage', async () => {
    const frames = thousands(samplesOf(3000));
    assert.match((await readAll(joined(streamHead(), ...frames, bytesOf('TAG', 50)))).warnings, /50 bytes are damaged/);
    const damaged = joined(streamHead(), ...frames, new Uint8Array(10).fill(7), bytesOf('TAG', 128));
    assert.match((await readAll(damaged)).warnings, /138 bytes are damaged/);
  });

  it('tells what is missing where the length is not known and the file is cut off', async () => {
    const frames = thousands(samplesOf(3000));
    frames[2] = frames[2].subarray(0, 700);
    const { planes, warnings } = await readAll(joined(streamHead(), ...frames));
    assert.equal(planes[0].length, 2000);
    assert.match(warnings, /700 bytes are damaged or cut off/);
  });

  it('fails where no frame can be decoded', async () => {
    const frames = thousands(samplesOf(3000)).map((frame) => frame.fill(0, 100, 110));
    for (const totalSamples of [0, 3000])
      await assert.rejects(readAll(joined(streamHead({ totalSamples }), ...frames)), /found no sound/);
    await assert.rejects(readAll(streamHead({ totalSamples: 3000 })), /found no sound, where the header promises 3000/);
    assert.deepEqual((await readAll(streamHead())).planes, [[]]);
  });

  it('believes frames more than a header that contradicts them, or is not there', async () => {
    const samples = samplesOf(3000);
    const frames = thousands(samples);
    for (const fields of [{ bits: 24 }, { channels: 5 }, { totalSamples: 1500 }, { mostBlock: 16 }]) {
      const { planes, warnings, format } = await readAll(joined(streamHead(fields), ...frames));
      assert.deepEqual([planes, warnings, format], [[samples], '', 'int16'], JSON.stringify(fields));
    }
    const comment = Uint8Array.of(0x66, 0x4c, 0x61, 0x43, 0x84, 0, 0, 2, 1, 1);
    const stated = [plainFrame([samples], { number: 0, rateCode: 10 })];
    assert.deepEqual((await readAll(joined(comment, ...stated))).planes, [samples]);
  });

  it('refuses sound that goes on in another shape, and says where and what to do', async () => {
    const samples = samplesOf(1000);
    const first = plainFrame([samples], { number: 0 });
    for (const [other, words] of [
      [plainFrame([samples, samples], { number: 1 }), /after 1000 samples .* to 2 × 16 bits at 48000 Hz: convert/],
      [plainFrame([samples], { number: 1, rateCode: 9 }), /to 1 × 16 bits at 44100 Hz: convert it first/],
      [plainFrame([samples], { number: 1, bits: 24 }), /to 1 × 24 bits at 48000 Hz: convert it first/],
    ] as const)
      await assert.rejects(readAll(joined(streamHead(), first, other)), words);
  });

  it('makes no hours out of a frame whose number is far off, and says so', async () => {
    const samples = samplesOf(1000);
    const frames = [0, 1, 60_000].map((number) => plainFrame([samples], { number }));
    const { planes, warnings } = await readAll(joined(streamHead(), ...frames));
    assert.equal(planes[0].length, 3000);
    assert.match(warnings, /leave out 59998000 samples per channel/);
  });

  it('gives nothing that is not finite or beyond full scale, and counts it as lost', async () => {
    const samples = samplesOf(1000);
    const wild = [
      predictedFrame(4000, [1000, 30_000], [2, -1], { number: 1 }),
      predictedFrame(4000, [1, 1], [16_383, 16_383], { number: 1 }),
    ];
    for (const frame of wild) {
      const { planes, warnings } = await readAll(joined(streamHead(), plainFrame([samples], { number: 0 }), frame));
      assert.deepEqual(planes[0], samples);
      assert.match(warnings, /bytes are damaged/);
    }
  });

  it('gives way to a signal in a file that is nothing but beginnings of frames', async () => {
    const beginning = predictedFrame(65_535, new Array(32).fill(0), new Array(32).fill(0), { number: 0 });
    beginning[beginning.length - 1] ^= 1;
    const file = joined(streamHead(), ...new Array<Uint8Array>(40_000).fill(beginning));
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 0);
    await assert.rejects(openFlac(withSignal(bytesSource(file), controller.signal)), /enough/);
  });
});

describe('decodeFrame', () => {
  it('computes no samples before the checksum holds', () => {
    const frame = predictedFrame(60_000, [7], [1], { number: 0 });
    const header = parseFrameHeader(frame, 0, { sampleRateHz: 48000, bits: 16 }) as FlacFrameHeader;
    const out = [new Float64Array(60_000)];
    assert.deepEqual(decodeFrame(frame, 0, header, out), { isFrame: true, bytes: frame.length });
    assert.ok(out[0].every((x) => x === 7));
    frame[frame.length - 1] ^= 1;
    out[0].fill(0.5);
    assert.deepEqual(decodeFrame(frame, 0, header, out), { isFrame: false, bytes: frame.length });
    assert.ok(out[0].subarray(1).every((x) => x === 0.5));
  });
});
