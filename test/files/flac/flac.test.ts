import { expect } from '@esm-bundle/chai';
import { BlobSink, bytesSource } from '../../../src/files/byte-source.ts';
import { openFlac } from '../../../src/files/flac/flac-reader.ts';
import { FlacWriter, flacFormat } from '../../../src/files/flac/flac-writer.ts';
import { quantise, type SampleFormat } from '../../../src/files/sample-format.ts';
import { noise } from '../../engine/signals.ts';

const LENGTH = 10_000;

/** Signals that take every way through the coder. */
const SIGNALS: Readonly<Record<string, readonly Float32Array[]>> = {
  'silence, then a step': [Float32Array.from({ length: LENGTH }, (_, n) => (n < 5000 ? 0 : 0.5))],
  'full scale, both ends': [Float32Array.from({ length: LENGTH }, (_, n) => (n % 2 === 0 ? -1 : 1))],
  'loud noise': [noise(LENGTH, 1, 1), noise(LENGTH, 2, 1)],
  'faint noise': [noise(LENGTH, 3, 1e-4)],
  'a tone': [Float32Array.from({ length: LENGTH }, (_, n) => 0.9 * Math.sin(n * 0.05))],
  'two channels that are almost one': [
    noise(LENGTH, 4, 0.5),
    noise(LENGTH, 4, 0.5).map((x, n) => x + 1e-3 * Math.sin(n)),
  ],
  'two channels that are opposite': [noise(LENGTH, 5, 0.9), noise(LENGTH, 5, 0.9).map((x) => -x)],
  'a click in silence': [Float32Array.from({ length: LENGTH }, (_, n) => (n === 7777 ? 1 : 0))],
  'a ramp': [Float32Array.from({ length: LENGTH }, (_, n) => (2 * n) / LENGTH - 1)],
};

describe('FlacWriter and openFlac', () => {
  it('give back every sample of every kind of signal and depth', async () => {
    for (const [name, channels] of Object.entries(SIGNALS)) {
      for (const format of ['uint8', 'int16', 'int24'] as const) {
        const { planes, frames } = await roundTrip(channels, format);
        const expected = channels.map((channel) => channel.slice());
        quantise(expected, format, LENGTH);
        expect(frames, name).to.equal(LENGTH);
        for (const [c, plane] of expected.entries())
          expect(
            plane.every((x, n) => x === planes[c][n]),
            `${name}, ${format}, channel ${c}`,
          ).to.equal(true);
      }
    }
  });

  it('make a file that is shorter than its samples, wherever they can be foretold', async () => {
    for (const name of ['a tone', 'a ramp', 'faint noise', 'a click in silence', 'two channels that are almost one']) {
      const { bytes } = await roundTrip(SIGNALS[name], 'int16');
      expect(bytes, name).to.be.below(0.75 * 2 * LENGTH * SIGNALS[name].length);
    }
  });

  it('take any pieces and any length', async () => {
    for (const length of [0, 1, 15, 16, 4095, 4096, 4097, 8192]) {
      const { planes, frames } = await roundTrip([noise(length, 6, 0.3)], 'int24', 1000);
      const expected = [noise(length, 6, 0.3)];
      quantise(expected, 'int24', length);
      expect(frames ?? 0).to.equal(length);
      expect([...planes[0]]).to.deep.equal([...expected[0]]);
    }
  });

  it('store floats and 32 bits as 24, and the rest as it is', () => {
    expect((['uint8', 'int16', 'int24', 'int32', 'float32', 'float64'] as const).map(flacFormat)).to.deep.equal([
      'uint8',
      'int16',
      'int24',
      'int24',
      'int24',
      'int24',
    ]);
  });
});

async function roundTrip(channels: readonly Float32Array[], format: SampleFormat, piece = 3333) {
  const length = channels[0].length;
  const sink = new BlobSink();
  const writer = await FlacWriter.open(sink, {
    sampleRateHz: 44100,
    channels: channels.length,
    format,
    frames: undefined,
  });
  for (let at = 0; at < length; at += piece) await writer.write(channels, at, Math.min(piece, length - at));
  await writer.finish();
  const bytes = new Uint8Array(await sink.toBlob('audio/flac').arrayBuffer());
  const reader = await openFlac(bytesSource(bytes));
  expect([reader.sampleRateHz, reader.channels, reader.format]).to.deep.equal([44100, channels.length, format]);
  const planes = channels.map(() => new Float32Array(length));
  let done = 0;
  for (let count = -1; count !== 0; done += count)
    count = await reader.read(planes, done, Math.min(piece, length - done));
  expect(done).to.equal(length);
  expect(reader.warnings).to.deep.equal([]);
  return { planes, frames: reader.frames, bytes: bytes.length };
}
