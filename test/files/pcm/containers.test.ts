import { expect } from '@esm-bundle/chai';
import { bytesSource } from '../../../src/files/byte-source.ts';
import { isSoundKind, openSound, type SoundKind } from '../../../src/files/open-sound.ts';
import { recognise } from '../../../src/files/recognise.ts';
import { seededRandom } from '../../engine/signals.ts';
import { aiffOf, auOf, big, cafOf, joined, little, wave64Of, wavOf } from '../../support/sound-files.ts';

/** Two channels, five frames: full scale, both signs, and a step of 16 bits. */
const FRAMES = [
  [0, 1],
  [-1, 0.5],
  [1 - 2 ** -7, -0.5],
  [0.25, -0.25],
  [-0.75, 0.75],
].map((frame) => frame.map((x) => Math.min(x, 1 - 2 ** -7)));
const SAMPLES = FRAMES.flat();

const integers = (bytes: number, number: typeof big, offset = 0): number[] =>
  SAMPLES.flatMap((x) => number((x * 2 ** (8 * bytes - 1) + offset + 256 ** bytes) % 256 ** bytes, bytes));
const floats = (bytes: 4 | 8, isLittle: boolean): Uint8Array => {
  const view = new DataView(new ArrayBuffer(bytes * SAMPLES.length));
  SAMPLES.forEach((x, i) => {
    if (bytes === 4) view.setFloat32(4 * i, x, isLittle);
    else view.setFloat64(8 * i, x, isLittle);
  });
  return new Uint8Array(view.buffer);
};
const shape = (bits: number) => ({ bits, channels: 2, rate: 22050 });

/** Containers, what is in them, and the format that the samples come out in. */
const FILES: readonly [name: string, file: Uint8Array, kind: string, format: string][] = [
  ['AIFF of 8 bits', aiffOf(integers(1, big), shape(8)), 'AIFF', 'uint8'],
  ['AIFF of 16 bits', aiffOf(integers(2, big), shape(16)), 'AIFF', 'int16'],
  ['AIFF of 24 bits', aiffOf(integers(3, big), shape(24)), 'AIFF', 'int24'],
  ['AIFF of 32 bits', aiffOf(integers(4, big), shape(32)), 'AIFF', 'int32'],
  ['AIFF-C, not compressed', aiffOf(integers(2, big), shape(16), 'NONE'), 'AIFF', 'int16'],
  ['AIFF-C, little-endian', aiffOf(integers(2, little), shape(16), 'sowt'), 'AIFF', 'int16'],
  ['AIFF-C, 24 little-endian', aiffOf(integers(3, little), shape(24), '42ni'), 'AIFF', 'int24'],
  ['AIFF-C, unsigned', aiffOf(integers(1, big, 128), shape(8), 'raw '), 'AIFF', 'uint8'],
  ['AIFF-C, float', aiffOf(floats(4, false), shape(32), 'fl32'), 'AIFF', 'float32'],
  ['AIFF-C, double', aiffOf(floats(8, false), shape(64), 'FL64'), 'AIFF', 'float64'],
  ['CAF of 16 bits', cafOf(integers(2, big), shape(16)), 'CAF', 'int16'],
  ['CAF of 24 bits, little-endian', cafOf(integers(3, little), shape(24), 'lpcm', 2), 'CAF', 'int24'],
  ['CAF of 8 bits', cafOf(integers(1, big), shape(8)), 'CAF', 'uint8'],
  ['CAF, float', cafOf(floats(4, false), shape(32), 'lpcm', 1), 'CAF', 'float32'],
  ['CAF, little-endian double', cafOf(floats(8, true), shape(64), 'lpcm', 3), 'CAF', 'float64'],
  ['CAF without a size', cafOf(integers(2, big), shape(16), 'lpcm', 0, true), 'CAF', 'int16'],
  ['Wave64 of 16 bits', wave64Of(integers(2, little), shape(16)), 'Wave64', 'int16'],
  ['Wave64 of 24 bits', wave64Of(integers(3, little), shape(24)), 'Wave64', 'int24'],
  ['Wave64, float', wave64Of(floats(4, true), shape(32), 3), 'Wave64', 'float32'],
  ['AU of 8 bits', auOf(integers(1, big), shape(8), 2), 'AU', 'uint8'],
  ['AU of 16 bits', auOf(integers(2, big), shape(16), 3), 'AU', 'int16'],
  ['AU of 24 bits', auOf(integers(3, big), shape(24), 4), 'AU', 'int24'],
  ['AU, double', auOf(floats(8, false), shape(64), 7), 'AU', 'float64'],
  ['AU without a size', auOf(integers(2, big), shape(16), 3, true), 'AU', 'int16'],
  ['big-endian WAV', wavOf(integers(2, big), { ...shape(16), order: 'big' }), 'WAV', 'int16'],
  ['big-endian WAV, float', wavOf(floats(4, false), { ...shape(32), code: 3, order: 'big' }), 'WAV', 'float32'],
];

describe('uncompressed sound', () => {
  it('is read from AIFF, CAF, Wave64, AU and big-endian WAV, in every depth and order of bytes', async () => {
    for (const [name, file, kind, format] of FILES) {
      const reader = await opened(file, kind);
      expect([reader.sampleRateHz, reader.channels, reader.format, reader.frames], name).to.deep.equal([
        22050,
        2,
        format,
        5,
      ]);
      expect(reader.warnings, name).to.deep.equal([]);
      const planes = [new Float32Array(5), new Float32Array(5)];
      expect(await reader.read(planes, 0, 9), name).to.equal(5);
      FRAMES.forEach((frame, n) => {
        expect([planes[0][n], planes[1][n]], `${name}, frame ${n}`).to.deep.equal(frame);
      });
    }
  });

  it('is read behind a tag of MP3 players', async () => {
    const tag = joined('ID3', [3, 0, 0, 0, 0, 0, 6], 'abcdef');
    for (const [name, file, kind, format] of FILES) {
      const reader = await opened(joined(tag, file), kind);
      expect([reader.frames, reader.format], name).to.deep.equal([5, format]);
    }
  });

  it('is expanded to 16 bits from A-law and µ-law, in every container that has them', async () => {
    // G.711: the largest of each sign, and the smallest.
    const laws = [
      { name: 'alaw', codes: [0xaa, 0x2a, 0xd5, 0x55], values: [32256, -32256, 8, -8], wav: 6, au: 27 },
      { name: 'ulaw', codes: [0x80, 0x00, 0xff, 0xfe], values: [32124, -32124, 0, 8], wav: 7, au: 1 },
    ];
    const telephone = { bits: 8, channels: 1, rate: 8000 };
    for (const { name, codes, values, wav, au } of laws) {
      for (const [file, kind] of [
        [wavOf(codes, { ...telephone, code: wav }), 'WAV'],
        [aiffOf(codes, telephone, name), 'AIFF'],
        [cafOf(codes, telephone, name), 'CAF'],
        [wave64Of(codes, telephone, wav), 'Wave64'],
        [auOf(codes, telephone, au), 'AU'],
      ] as const) {
        const reader = await opened(file, kind);
        expect([reader.format, reader.frames, reader.sampleRateHz], `${name} in ${kind}`).to.deep.equal([
          'int16',
          4,
          8000,
        ]);
        const plane = new Float32Array(4);
        await reader.read([plane], 0, 4);
        expect(
          Array.from(plane, (x) => x * 32768),
          `${name} in ${kind}`,
        ).to.deep.equal(values);
      }
    }
  });

  it('is read or refused with a reason where its header is damaged, and takes no more memory', async () => {
    const random = seededRandom(3);
    for (const [name, file, kind] of FILES) {
      for (let run = 0; run < 200; run++) {
        const damaged = file.slice();
        // The mark stays, so that the header is read.
        for (let i = 0; i <= run % 4; i++) damaged[12 + Math.floor(100 * random())] = 256 * random();
        const source = bytesSource(damaged);
        let asked = 0;
        const read = async (position: number, length: number) => {
          asked = Math.max(asked, length);
          return source.read(position, length);
        };
        try {
          const reader = await openSound({ size: source.size, read }, kind as SoundKind, 0);
          const planes = Array.from({ length: reader.channels }, () => new Float32Array(4096));
          const count = await reader.read(planes, 0, 4096);
          expect(count * reader.channels, `${name}, ${run}`).to.be.at.most(damaged.length);
        } catch (error) {
          expect((error as Error).message, `${name}, ${run}`).to.match(/^(?:expected|found no sound)/);
        }
        expect(asked, `${name}, ${run}`).to.be.at.most(1 << 16);
      }
    }
  });

  it('keeps whole rates where an AIFF file of an old Mac has a fraction', async () => {
    const reader = await opened(aiffOf(integers(2, big), { bits: 16, channels: 2, rate: 22254.5454 }), 'AIFF');
    expect(reader.sampleRateHz).to.equal(22255);
  });

  it('is refused with the name of its coding, and the line that converts it, where it is coded otherwise', async () => {
    const telephone = { bits: 4, channels: 1, rate: 8000 };
    const cases: readonly [file: Uint8Array, kind: string, name: string][] = [
      [wavOf(new Uint8Array(64), { code: 2, bits: 8 }), 'WAV', 'Microsoft ADPCM (format 2)'],
      [wavOf(new Uint8Array(64), { code: 17, bits: 8 }), 'WAV', 'IMA ADPCM (format 17)'],
      [wavOf(new Uint8Array(64), { code: 0x1234 }), 'WAV', 'format 4660 with 16 bits'],
      [aiffOf(new Uint8Array(64), telephone, 'ima4'), 'AIFF', 'IMA ADPCM'],
      [cafOf(new Uint8Array(64), telephone, 'alac'), 'CAF', 'Apple Lossless'],
      [cafOf(new Uint8Array(64), telephone, 'Qclp'), 'CAF', '"Qclp" with 4 bits'],
      [auOf(new Uint8Array(64), telephone, 23), 'AU', 'format 23'],
    ];
    for (const [file, kind, name] of cases) {
      const message = await opened(file, kind).then(
        () => 'none',
        (error: Error) => error.message,
      );
      expect(message).to.contain(`found ${name}: convert it first, for example with ffmpeg -i IN`);
    }
  });
});

async function opened(file: Uint8Array, kind: string) {
  const source = bytesSource(file);
  const found = await recognise(source);
  expect(found?.kind).to.equal(kind);
  if (found === undefined || !isSoundKind(found.kind)) throw new Error('expected a kind that is opened');
  return openSound(source, found.kind, found.start);
}
