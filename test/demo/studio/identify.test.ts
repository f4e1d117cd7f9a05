import { expect } from '@esm-bundle/chai';
import { identify } from '../../../demo/studio/identify.ts';
import { bytesSource } from '../../../src/files/byte-source.ts';
import { recognise } from '../../../src/files/recognise.ts';

const ascii = (text: string) => Array.from(text, (char) => char.charCodeAt(0));
const big = (value: number, bytes = 4) =>
  Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) & 255);
const zeros = (count: number) => new Array<number>(count).fill(0);
const identityOf = async (...parts: number[][]) => {
  const source = bytesSource(Uint8Array.from(parts.flat()));
  const found = await recognise(source);
  return found && identify(source, found);
};

/** A box of an MPEG-4 file. */
const box = (name: string, ...content: number[][]) => [
  ...big(8 + content.flat().length),
  ...ascii(name),
  ...content.flat(),
];
const mediaHeader = (clock: number) => box('mdhd', zeros(4), zeros(8), big(clock), zeros(8));
const handler = (kind: string) => box('hdlr', zeros(8), ascii(kind), zeros(12));

describe('identify', () => {
  it('knows WAV by its content, RF64 too', async () => {
    for (const tag of ['RIFF', 'RF64', 'BW64'])
      expect(await identityOf(ascii(tag), zeros(4), ascii('WAVE'), zeros(60))).to.deep.equal({ format: 'WAV' });
  });

  it('reads rate and bit depth of FLAC', async () => {
    // 20 bits of rate, 3 of channels − 1, 5 of bits − 1.
    const packed = (rate: number, bits: number) => [
      rate >> 12,
      (rate >> 4) & 255,
      ((rate & 15) << 4) | (1 << 1) | ((bits - 1) >> 4),
      ((bits - 1) & 15) << 4,
    ];
    for (const [rate, bits] of [
      [44100, 16],
      [96000, 24],
      [192000, 24],
    ]) {
      // prettier-ignore
      const head = [ascii('fLaC'), [0, 0, 0, 34], zeros(10), packed(rate, bits), zeros(30)];
      expect(await identityOf(...head)).to.deep.equal({ format: 'FLAC', sampleRateHz: rate, bits });
    }
  });

  it('reads the rate of Ogg Vorbis, and 48 kHz for Opus whatever was recorded', async () => {
    const page = [ascii('OggS'), zeros(22), [1, 30]];
    const vorbis = [[1], ascii('vorbis'), zeros(4), [2], [0x22, 0x56, 0, 0], zeros(20)];
    expect(await identityOf(...page, ...vorbis)).to.deep.equal({ format: 'Ogg Vorbis', sampleRateHz: 22050 });
    expect(await identityOf(...page, ascii('OpusHead'), [1, 1], zeros(2), [0x80, 0x3e, 0, 0], zeros(20))).to.deep.equal(
      {
        format: 'Opus',
        sampleRateHz: 48000,
      },
    );
  });

  it('reads the rate of MP3 and AAC, behind a tag with a large picture', async () => {
    expect(await identityOf([0xff, 0xfb, 0x90, 0], zeros(60))).to.deep.equal({ format: 'MP3', sampleRateHz: 44100 });
    expect(await identityOf([0xff, 0xf3, 0x94, 0], zeros(60))).to.deep.equal({ format: 'MP3', sampleRateHz: 24000 });
    const tag = [...ascii('ID3'), 4, 0, 0, 0, 0x02, 0x20, 0x10]; // 2·2¹⁴ + 32·2⁷ + 16 bytes
    expect(await identityOf(tag, zeros(36880), [0xff, 0xfb, 0x94, 0], zeros(60))).to.deep.equal({
      format: 'MP3',
      sampleRateHz: 48000,
    });
    const frame = [0xff, 0xf1, 0x4c, 0x80, 0x01, 0x1f, 0xfc, 0]; // 8 bytes
    expect(await identityOf(frame, frame, zeros(60))).to.deep.equal({ format: 'AAC', sampleRateHz: 48000 });
  });

  it('reads the rate of the sound in MPEG-4, not of the picture, wherever the index lies', async () => {
    const film = box('trak', box('mdia', mediaHeader(90000), handler('vide')));
    const sound = box('trak', box('tkhd', zeros(80)), box('mdia', mediaHeader(44100), handler('soun')));
    const file = [
      box('ftyp', ascii('M4A '), zeros(4)),
      box('mdat', zeros(5000)),
      box('moov', box('mvhd', zeros(100)), film, sound),
    ];
    expect(await identityOf(...file)).to.deep.equal({ format: 'MPEG-4', sampleRateHz: 44100 });
  });

  it('reads the rate of WebM', async () => {
    const head = [0x1a, 0x45, 0xdf, 0xa3];
    expect(await identityOf(head, zeros(40), ascii('A_OPUS'), zeros(10))).to.deep.equal({
      format: 'WebM',
      sampleRateHz: 48000,
    });
    expect(
      await identityOf(head, zeros(40), ascii('A_VORBIS'), [0xb5, 0x84, 0x47, 0x2c, 0x44, 0x00], zeros(10)),
    ).to.deep.equal({
      format: 'WebM',
      sampleRateHz: 44100,
    });
  });

  it('does not take text, pictures, noise or cut-off heads for sound, and ends on boxes without end', async () => {
    expect(await identityOf(ascii('This is a text that somebody has called talk.wav, and no sound at all.'))).to.equal(
      undefined,
    );
    expect(await identityOf([0x89], ascii('PNG'), zeros(60))).to.equal(undefined);
    for (const head of ['fLaC', 'OggS', 'ID3', 'RIFF', ''])
      expect((await identityOf(ascii(head)))?.sampleRateHz).to.equal(undefined);
    expect(await identityOf(box('ftyp', zeros(8)), ...Array.from({ length: 3000 }, () => box('free')))).to.deep.equal({
      format: 'MPEG-4',
      sampleRateHz: undefined,
    });
    expect(await identityOf(box('ftyp', zeros(8)), zeros(100))).to.deep.equal({
      format: 'MPEG-4',
      sampleRateHz: undefined,
    });
  });
});
