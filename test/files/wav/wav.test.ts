import { expect } from '@esm-bundle/chai';
import { BlobSink, type ByteSource, bytesSource } from '../../../src/files/byte-source.ts';
import { decodeFrames, encodeFrames, frameBytes, type SampleFormat } from '../../../src/files/sample-format.ts';
import { readWavLayout } from '../../../src/files/wav/wav.ts';
import { formatChunkOf } from '../../../src/files/wav/wav-format.ts';
import { wavHeader } from '../../../src/files/wav/wav-header.ts';
import { openWav } from '../../../src/files/wav/wav-reader.ts';
import { WavWriter } from '../../../src/files/wav/wav-writer.ts';
import { noise } from '../../engine/signals.ts';
import { joined, little, wavOf } from '../../support/sound-files.ts';

const FORMATS: readonly [format: SampleFormat, code: number, bits: number][] = [
  ['uint8', 1, 8],
  ['int16', 1, 16],
  ['int24', 1, 24],
  ['int32', 1, 32],
  ['float32', 3, 32],
  ['float64', 3, 64],
];

describe('readWavLayout', () => {
  it('reads every format, plain and extensible, behind chunks that it does not know', async () => {
    for (const [format, code, bits] of FORMATS) {
      for (const extensible of [false, true]) {
        const file = wavFile({ code, bits, extensible, channels: 3, rate: 44100, frames: 5 });
        const layout = await readWavLayout(bytesSource(file));
        expect(layout.format).to.equal(format);
        expect(layout.channels).to.equal(3);
        expect(layout.sampleRateHz).to.equal(44100);
        expect(layout.frames).to.equal(5);
        expect(layout.dataStart).to.equal(file.length - 5 * frameBytes(layout));
      }
    }
  });

  it('takes what is there when the recorder did not write the size, or the file was cut', async () => {
    for (const claimed of [0, 0xffffffff]) {
      const file = wavFile({ code: 1, bits: 16, channels: 1, rate: 8000, frames: 9, claimedBytes: claimed });
      expect((await readWavLayout(bytesSource(file))).frames).to.equal(9);
    }
    const cut = wavFile({ code: 1, bits: 16, channels: 2, rate: 8000, frames: 9 }).slice(0, -3);
    expect((await readWavLayout(bytesSource(cut))).frames).to.equal(8);
  });

  it('says what it expected and what it found', async () => {
    const good = { code: 1, bits: 16, channels: 1, rate: 8000, frames: 4 };
    expect(await failure(new TextEncoder().encode('OggS and so on, long enough')))
      .to.contain('RIFF WAVE')
      .and.to.contain('OggS');
    expect(await failure(new Uint8Array(3))).to.contain('RIFF WAVE');
    expect(await failure(wavFile({ ...good, bits: 40 }))).to.contain('format 1 with 40 bits');
    expect(await failure(wavFile({ ...good, code: 0x55 }))).to.contain('format 85');
    expect(await failure(wavFile({ ...good, channels: 0 }))).to.contain('at least one channel');
    expect(await failure(withShortFormat(wavFile(good)))).to.contain('format chunk of 16 bytes or more, found 10');
    expect(await failure(wavFile(good).slice(0, 44))).to.contain('data chunk');
  });
});

describe('what a WAV header claims', () => {
  const samples = new Uint8Array(new Int16Array(Array.from(noise(400, 1), (x) => 20000 * x)).buffer);
  const layoutOf = (file: Uint8Array) => readWavLayout(bytesSource(file));

  it('does not shorten a recording whose recorder died after it last wrote the size', async () => {
    const { frames, warnings } = await layoutOf(wavOf(samples, { claimedBytes: 100 }));
    expect(frames).to.equal(400);
    expect(warnings).to.deep.equal([
      'the header says 50 samples per channel, as when a recorder is interrupted: ' +
        'all 400 that are in the file are read',
    ]);
  });

  it('ends the samples where chunks, tags or filling follow, whole or cut off, and says nothing', async () => {
    const list = joined('LIST', little(4), 'INFO');
    for (const after of [
      list,
      joined(list, 'note', little(3), 'abc', [0]),
      joined(list, 'note', little(3), 'abc'),
      joined('LIST', little(400), 'INFO'),
      joined('TAG', new Uint8Array(125)),
      joined('ID3', [4, 0, 0, 0, 0, 0, 20], new Uint8Array(20)),
      joined('APETAGEX', new Uint8Array(24)),
      joined(list, new Uint8Array(500)),
      new Uint8Array(500),
      [7],
    ]) {
      const { frames, warnings } = await layoutOf(wavOf(samples, { after }));
      expect([frames, warnings], String(after)).to.deep.equal([400, []]);
    }
  });

  it('says so where more zeros follow than fill a block of a disk', async () => {
    const { frames, warnings } = await layoutOf(wavOf(samples, { after: new Uint8Array(70000) }));
    expect([frames, warnings]).to.deep.equal([400, ['70000 bytes of zeros after the samples are left out']]);
  });

  it('is not believed where 32 bits were too few: the rest is read, up to the chunks behind it', async () => {
    const wide = 2 ** 32 + 800;
    for (const after of ['', joined('LIST', little(4), 'INFO')]) {
      const { frames, warnings, dataStart } = await readWavLayout(
        hollow(wavOf([], { claimedBytes: 800 }), wide, after),
      );
      expect([frames, dataStart]).to.deep.equal([wide / 2, 44]);
      expect(warnings.join()).to.match(/says 400 samples per channel, because a file of more than 4 GiB .* 2147484048/);
    }
  });

  it('is no promise in the sizes that sox, arecord, ffmpeg and others write to pipes', async () => {
    for (const claimedBytes of [0x7ffff000, 0x7fffff00, 0x7fffffff, 0x80000000, 0xffffffff, 0xffffffff - 36]) {
      const { frames, warnings } = await layoutOf(wavOf(samples, { claimedBytes }));
      expect([frames, warnings], claimedBytes.toString(16)).to.deep.equal([400, []]);
    }
  });

  it('is told where the file ends before it, and is an error where nothing is there', async () => {
    const { frames, warnings } = await layoutOf(wavOf(samples, { claimedBytes: 2000 }));
    expect([frames, warnings]).to.deep.equal([
      400,
      ['the header promises 1000 samples per channel, the file ends after 400'],
    ]);
    expect(await failure(wavOf([], { claimedBytes: 2000 }))).to.contain('found no sound');
  });

  it('is found behind chunks of odd length, with their byte of filling and without', async () => {
    const odd = joined('LIST', little(5), 'INFOx');
    for (const before of [odd, joined(odd, [0]), joined(odd, odd), joined(odd, [0], odd, [0]), joined(odd, [0x41])]) {
      const { frames, dataStart, warnings } = await layoutOf(wavOf(samples, { before }));
      expect([frames, dataStart, warnings]).to.deep.equal([400, 44 + before.length, []]);
    }
  });

  it('is found behind a tag that players of MP3 put in front', async () => {
    const tag = joined('ID3', [3, 0, 0, 0, 0, 0, 6], 'abcdef');
    const reader = await openWav(bytesSource(joined(tag, wavOf(samples))));
    expect(reader.frames).to.equal(400);
    const plane = new Float32Array(400);
    await reader.read([plane], 0, 400);
    const again = new Uint8Array(800);
    encodeFrames([plane], 'int16', again, 400);
    expect([...again]).to.deep.equal([...samples]);
  });
});

describe('wavHeader', () => {
  it('is read back as the same format, and counts every byte', async () => {
    for (const [, code, bits] of FORMATS) {
      const file = wavFile({ code, bits, extensible: true, channels: 2, rate: 96000, frames: 7 });
      const layout = await readWavLayout(bytesSource(file));
      const header = wavHeader(layout, 7);
      const body = 7 * frameBytes(layout);
      const written = new Uint8Array(header.length + body + (body % 2));
      written.set(header);
      const again = await readWavLayout(bytesSource(written));
      expect({ ...again, dataStart: 0 }).to.deep.equal({ ...layout, dataStart: 0 });
      expect(new DataView(written.buffer).getUint32(4, true)).to.equal(written.length - 8);
    }
  });
});

describe('a file of more than 4 GiB', () => {
  it('gets a header with 64-bit sizes, which is read again', async () => {
    const layout = { channels: 2, format: 'int24', formatChunk: formatChunkOf(192000, 2, 'int24') } as const;
    const frames = 2 ** 30;
    const header = wavHeader(layout, frames);
    const source = {
      size: header.length + 6 * frames,
      read: async (position: number, length: number) => header.slice(position, position + length),
    };
    const read = await readWavLayout(source);
    expect(read.frames).to.equal(frames);
    expect(read.dataStart).to.equal(header.length);
    expect(read.warnings).to.deep.equal([]);
    expect(String.fromCharCode(...header.subarray(0, 4))).to.equal('RF64');
  });
});

describe('WavWriter', () => {
  it('states the length in the end where it was not known before, and pads to an even one', async () => {
    for (const frames of [undefined, 5, 9]) {
      const sink = new BlobSink();
      const writer = await WavWriter.open(sink, { sampleRateHz: 8000, channels: 1, format: 'int24', frames });
      await writer.write([noise(9, 1)], 2, 7);
      await writer.finish();
      const file = new Uint8Array(await sink.toBlob('audio/wav').arrayBuffer());
      const reader = await openWav(bytesSource(file));
      expect([reader.frames, reader.format, reader.warnings.length]).to.deep.equal([7, 'int24', 0]);
      expect(file.length % 2).to.equal(0);
      expect(new DataView(file.buffer).getUint32(4, true)).to.equal(file.length - 8);
      const plane = new Float32Array(7);
      expect(await reader.read([plane], 0, 100)).to.equal(7);
      plane.forEach((x, n) => {
        expect(x).to.be.closeTo(noise(9, 1)[n + 2], 1e-6);
      });
      expect(await reader.read([plane], 0, 100)).to.equal(0);
    }
  });
});

describe('encodeFrames', () => {
  it('gives decoded samples back exactly', () => {
    for (const [format] of FORMATS) {
      const bytes = new Uint8Array(200 * frameBytes({ channels: 2, format }));
      if (format === 'float32') new Float32Array(bytes.buffer).set(noise(400, 1));
      else if (format === 'int32')
        new Int32Array(bytes.buffer).set(Array.from(noise(400, 1), (x) => Math.round(x * 2 ** 23) * 256));
      else if (format === 'float64') new Float64Array(bytes.buffer).set(noise(400, 1));
      else bytes.set(Array.from(noise(bytes.length, 1), (x) => Math.round(x * 255)));
      const planes = [new Float32Array(200), new Float32Array(200)];
      decodeFrames(bytes, format, planes, 200);
      const back = new Uint8Array(bytes.length);
      encodeFrames(planes, format, back, 200);
      expect([...back], format).to.deep.equal([...bytes]);
    }
  });

  it('clips integers at full scale instead of wrapping them round', () => {
    for (const format of ['uint8', 'int16', 'int24', 'int32'] as const) {
      const bytes = new Uint8Array(2 * frameBytes({ channels: 1, format }));
      encodeFrames([Float32Array.of(3, -3)], format, bytes, 2);
      const back = new Float32Array(2);
      decodeFrames(bytes, format, [back], 2);
      expect(back[0]).to.be.closeTo(1, format === 'uint8' ? 0.01 : 1e-4);
      expect(back[1]).to.equal(-1);
    }
  });
});

/** A file that is zeros between its beginning and its end, without the room that it would take. */
function hollow(head: Uint8Array, dataBytes: number, after: Uint8Array | string): ByteSource {
  const end = joined(after);
  const size = head.length + dataBytes + end.length;
  return {
    size,
    read: async (position, length) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - position)));
      bytes.forEach((_, i) => {
        const at = position + i;
        bytes[i] = at < head.length ? head[at] : at < head.length + dataBytes ? 0 : end[at - head.length - dataBytes];
      });
      return bytes;
    },
  };
}

interface WavSettings {
  readonly code: number;
  readonly bits: number;
  readonly channels: number;
  readonly rate: number;
  readonly frames: number;
  readonly extensible?: boolean;
  /** What the data chunk says of its size; the truth where it is left out. */
  readonly claimedBytes?: number;
}

function wavFile({
  code,
  bits,
  channels,
  rate,
  frames,
  extensible = false,
  claimedBytes,
}: WavSettings): Uint8Array<ArrayBuffer> {
  const frame = (channels * bits) / 8;
  const format = extensible ? 40 : 16;
  // An unknown chunk of odd length, which is padded, stands before the samples.
  const unknown = 8 + 6;
  const file = new Uint8Array(12 + 8 + format + unknown + 8 + frames * frame);
  const view = new DataView(file.buffer);
  const text = (at: number, value: string): void => file.set(new TextEncoder().encode(value), at);
  text(0, 'RIFF');
  view.setUint32(4, file.length - 8, true);
  text(8, 'WAVE');
  text(12, 'fmt ');
  view.setUint32(16, format, true);
  view.setUint16(20, extensible ? 0xfffe : code, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * frame, true);
  view.setUint16(32, frame, true);
  view.setUint16(34, bits, true);
  if (extensible) {
    view.setUint16(36, 22, true);
    view.setUint16(44, code, true);
  }
  text(20 + format, 'note');
  view.setUint32(24 + format, 5, true);
  text(20 + format + unknown, 'data');
  view.setUint32(24 + format + unknown, claimedBytes ?? frames * frame, true);
  return file;
}

/** The file with a format chunk of 10 bytes and no samples. */
function withShortFormat(file: Uint8Array): Uint8Array {
  const short = Uint8Array.of(...file.subarray(0, 30), ...file.subarray(file.length - 16, file.length - 8));
  new DataView(short.buffer).setUint32(16, 10, true);
  return short;
}

async function failure(file: Uint8Array): Promise<string> {
  try {
    await readWavLayout(bytesSource(file));
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected an Error, none was thrown');
}
