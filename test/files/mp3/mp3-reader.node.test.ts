import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { largestDifference, seededRandom } from '../../engine/signals.ts';
import { decode } from '../../support/decoded.ts';
import { framesOf } from '../../support/mp3-frames.ts';
import { joined } from '../../support/ogg-pages.ts';

const fixture = async (name: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(fileURLToPath(new URL(`../../fixtures/compressed/${name}`, import.meta.url))));
const text = (of: string): Uint8Array => new TextEncoder().encode(of);
const [STEREO, MONO] = await Promise.all(['lame-cbr.mp3', 'lame-vbr-mono.mp3'].map(fixture));
/** Samples that the encoder and the decoder put before the sound. */
const DELAY = 1105;

describe('MP3 files that were joined', () => {
  it('are read to the end, each without what its encoder put around it', async () => {
    for (const file of [STEREO, MONO]) {
      const once = await decode(file);
      const { planes, warnings } = await decode(joined(file, file, file));
      assert.deepEqual(warnings, []);
      for (const [c, plane] of once.planes.entries()) {
        assert.equal(planes[c].length, 3 * plane.length);
        for (const part of [0, 1, 2]) {
          const there = planes[c].subarray(part * plane.length, (part + 1) * plane.length);
          assert.equal(largestDifference(there, plane), 0, `part ${part}, channel ${c}`);
        }
      }
    }
  });

  it('are read to the end where only the first has the tag of an encoder, and where only the second has', async () => {
    // The first one holds no sound.
    const bare = joined(...(await framesOf(STEREO)).slice(1));
    const [tagged, plain] = [(await decode(STEREO)).planes[0], (await decode(bare)).planes[0]];
    assert.equal(largestDifference(plain.subarray(DELAY, DELAY + tagged.length), tagged), 0);
    for (const [file, parts] of [
      [joined(STEREO, bare), [tagged, plain]],
      [joined(bare, STEREO), [plain, tagged]],
    ] as const) {
      const { planes, warnings } = await decode(file);
      assert.deepEqual(warnings, []);
      assert.equal(planes[0].length, parts[0].length + parts[1].length);
      assert.equal(largestDifference(planes[0].subarray(0, parts[0].length), parts[0]), 0);
      assert.equal(largestDifference(planes[0].subarray(parts[0].length), parts[1]), 0);
    }
  });

  it('lose nothing where the tag counts fewer frames than there are', async () => {
    const whole = (await decode(MONO)).planes[0];
    const few = MONO.slice();
    const at = indexOf(few, 'Info') === -1 ? indexOf(few, 'Xing') : indexOf(few, 'Info');
    const view = new DataView(few.buffer);
    const count = view.getUint32(at + 8);
    // From the first five frames on, all that the frames hold is there, what the encoder put behind the sound too.
    for (const fewer of [5, count - 2, count - 1]) {
      view.setUint32(at + 8, fewer);
      const { planes, warnings } = await decode(few);
      assert.deepEqual(warnings, [], `${fewer} of ${count}`);
      assert.ok(planes[0].length >= whole.length, `${fewer} of ${count}: ${planes[0].length}`);
      assert.equal(largestDifference(planes[0].subarray(0, whole.length), whole), 0);
    }
  });

  it('say that the end is missing where that of the second is', async () => {
    const frames = await framesOf(STEREO);
    const { warnings } = await decode(joined(STEREO, ...frames.slice(0, 8)));
    assert.match(warnings.join(), /^the recording has no end/);
  });

  it('are refused with words where they differ in rate or channels', async () => {
    await assert.rejects(
      decode(joined(STEREO, MONO)),
      /44100 Hz with 2 channels, and after it 22050 Hz with 1: convert/,
    );
  });
});

describe('tags in an MP3 file', () => {
  const ape = (flags: number): Uint8Array => {
    const mark = new Uint8Array(32);
    mark.set(text('APETAGEX'));
    new DataView(mark.buffer).setUint32(8, 2000, true);
    new DataView(mark.buffer).setUint32(12, 32 + 40, true);
    new DataView(mark.buffer).setUint32(16, 1, true);
    new DataView(mark.buffer).setUint32(20, flags, true);
    return mark;
  };
  const items = joined(Uint8Array.of(11, 0, 0, 0, 0, 0, 0, 0), text('REPLAYGAIN_TRACK_GAI\0-6.50 dB000'));
  const id3v1 = new Uint8Array(128).fill(32);
  id3v1.set(text('TAG'));
  const id3v2 = (mark: string, flags: number, size: number) =>
    joined(text(mark), Uint8Array.of(4, 0, flags, ...[21, 14, 7, 0].map((shift) => (size >> shift) & 127)));
  const lyrics2 = text(`LYRICSBEGININD0000200INF00040${'x'.repeat(40)}000064LYRICS200`);
  const noise = (bytes: number) => {
    const random = seededRandom(9);
    return Uint8Array.from({ length: bytes }, () => 256 * random());
  };
  const AFTER: Readonly<Record<string, Uint8Array>> = {
    ID3v1: id3v1,
    'ID3v1 with its extension': joined(text('TAG+'), new Uint8Array(223).fill(65), id3v1),
    APEv2: joined(ape(0xa0000000), items, ape(0x80000000)),
    'APEv1, which has only an end': joined(items, ape(0)),
    'APEv2 and ID3v1': joined(ape(0xa0000000), items, ape(0x80000000), id3v1),
    Lyrics3: joined(text('LYRICSBEGINla la la ÿ laLYRICSEND'), id3v1),
    Lyrics3v2: joined(lyrics2, id3v1),
    'ID3v2.4 with a footer': joined(id3v2('ID3', 0x10, 300), noise(300), id3v2('3DI', 0x10, 300)),
    zeros: new Uint8Array(5000),
    'zeros and a tag': joined(new Uint8Array(5000), id3v1),
  };

  it('are left out without a word behind the sound, and between recordings', async () => {
    const once = await decode(STEREO);
    for (const [name, tag] of Object.entries(AFTER)) {
      for (const copies of [1, 2]) {
        const { planes, warnings } = await decode(joined(...Array.from({ length: copies }, () => joined(STEREO, tag))));
        const isZeros = name.startsWith('zeros') && copies === 2;
        assert.deepEqual(warnings, isZeros ? ['5000 bytes are damaged or cut off and left out'] : [], name);
        assert.equal(planes[0].length, copies * once.planes[0].length, name);
        assert.equal(largestDifference(planes[0].subarray(-once.planes[0].length), once.planes[0]), 0, name);
      }
    }
  });

  it('may be several before the sound, and large', async () => {
    const once = await decode(STEREO);
    const large = joined(id3v2('ID3', 0, 2_500_000), noise(2_500_000));
    const small = joined(id3v2('ID3', 0, 200), new Uint8Array(200));
    for (const tags of [large, joined(small, large), joined(large, small, small)]) {
      const { planes, warnings } = await decode(joined(tags, STEREO));
      assert.deepEqual(warnings, []);
      assert.equal(planes[0].length, once.planes[0].length);
      assert.equal(largestDifference(planes[0], once.planes[0]), 0);
    }
  });

  it('do not hide sound where their length is damaged', async () => {
    const once = await decode(STEREO);
    const { planes } = await decode(joined(id3v2('ID3', 0, 100_000_000), STEREO));
    assert.equal(planes[0].length, once.planes[0].length);
    const claim = ape(0xa0000000);
    new DataView(claim.buffer).setUint32(12, 1e9, true);
    const between = await decode(joined(STEREO, claim, STEREO));
    assert.equal(between.planes[0].length, 2 * once.planes[0].length);
    assert.deepEqual(between.warnings, ['32 bytes are damaged or cut off and left out']);
  });
});

describe('MPEG audio of another layer', () => {
  it('is refused by its name, with the line that converts it', async () => {
    for (const [second, layer, bytes] of [
      [0xfd, 'II', 417],
      [0xff, 'I', 312],
    ] as const) {
      const frame = new Uint8Array(bytes);
      frame.set([0xff, second, second === 0xfd ? 0x80 : 0x90, 0]);
      const file = joined(...Array.from({ length: 6 }, () => frame));
      await assert.rejects(
        decode(file),
        new RegExp(`found Layer ${layer}: convert it first, for example with ffmpeg -i IN -c:a pcm_s16le OUT.wav`),
      );
      await assert.rejects(decode(joined(STEREO, file)), new RegExp(`found Layer ${layer}: `));
    }
  });
});

describe('a very short MP3 file', () => {
  it('is read or refused with words, whatever its first frame says of itself', async () => {
    for (let flags = 0; flags < 16; flags++) {
      // 24 bytes: MPEG-2 at 24 kHz and 8 kb/s.
      const frame = new Uint8Array(24);
      frame.set([0xff, 0xf3, 0x14, 0xc0]);
      const first = frame.slice();
      first.set(text('Info'), 13);
      first[20] = flags;
      const file = joined(first, frame, frame, frame, frame);
      const { planes } = await decode(file);
      assert.ok(planes[0].length <= 4 * 576);
    }
  });

  it('is read though it has one frame or two, with tags around them too', async () => {
    const sound = (await framesOf(STEREO)).slice(1);
    const whole = (await decode(joined(...sound))).planes;
    const id3v2 = joined(text('ID3'), Uint8Array.of(4, 0, 0, 0, 0, 1, 0), new Uint8Array(128));
    const id3v1 = joined(text('TAG'), new Uint8Array(125).fill(32));
    for (const count of [1, 2]) {
      const frames = joined(...sound.slice(0, count));
      for (const file of [frames, joined(id3v2, frames), joined(frames, id3v1), joined(id3v2, frames, id3v1)]) {
        const { planes, warnings } = await decode(file);
        assert.deepEqual(warnings, []);
        for (const [c, plane] of planes.entries())
          assert.deepEqual(plane, whole[c].slice(0, count * 1152), `${count}, channel ${c}`);
      }
    }
    // Behind anything else, one is no proof.
    await assert.rejects(decode(joined(text('something'), sound[0])), /found none of them/);
  });
});

describe('frames of an MP3 file whose headers state no bit rate', () => {
  /** The same sound as frames of a constant bit rate. */
  const freed = (frames: readonly Uint8Array[]): Uint8Array[] =>
    frames.map((frame) => Uint8Array.from(frame, (byte, i) => (i === 2 ? byte & 15 : byte)));

  it('are read as long as the distance of their marks is, to the sample', async () => {
    for (const name of ['lame-cbr.mp3', 'long.mp3']) {
      const [tag, ...sound] = await framesOf(await fixture(name));
      // The tag of an encoder is as long as the sound's frames are here.
      const first = new Uint8Array(sound[0].length);
      first.set(tag.subarray(0, first.length));
      first[2] = sound[0][2];
      for (const frames of [sound, [first, ...sound], [first, ...sound, first, ...sound]]) {
        const expected = await decode(joined(...frames));
        const { planes, warnings } = await decode(joined(...freed(frames)));
        assert.deepEqual(warnings, expected.warnings);
        assert.deepEqual(planes, expected.planes, `${name}, ${frames.length} frames`);
      }
    }
  });

  it('are read where there are but two', async () => {
    const frames = (await framesOf(STEREO)).slice(1, 3);
    const { planes, warnings } = await decode(joined(...freed(frames)));
    assert.deepEqual([planes, warnings], [(await decode(joined(...frames))).planes, []]);
  });

  it('stay in their place behind damage of any kind, and the decoder comes back from it', async () => {
    const frames = freed((await framesOf(STEREO)).slice(1));
    const whole = await decode(joined(...frames));
    const random = seededRandom(3);
    for (let round = 0; round < 60; round++) {
      const damaged = frames.map((frame) => frame.slice());
      const last = round < 20 ? damaged.length - 1 - (round % 4) : Math.floor(random() * damaged.length);
      for (const frame of round < 40 ? [damaged[last]] : damaged)
        for (let i = 4; i < (round % 2 ? frame.length : 36); i++) frame[i] = 256 * random();
      const { planes } = await decode(joined(...damaged)).catch(() => whole);
      assert.equal(planes[0].length, whole.planes[0].length, `round ${round}`);
      // Nothing before it is touched, but for what its sound overlaps.
      if (round < 40) assert.deepEqual(planes[0].slice(0, last * 1152), whole.planes[0].slice(0, last * 1152));
    }
  });

  it('are read although the first one has marks inside it', async () => {
    const frames = freed((await framesOf(STEREO)).slice(1));
    const [begin, ...rest] = frames;
    // Three marks at one distance, in the sound that the second frame does not need.
    for (const at of [300, 340, 380]) begin.set(begin.subarray(0, 4), at);
    const { planes, warnings } = await decode(joined(begin, ...rest));
    assert.deepEqual(warnings, []);
    assert.equal(planes[0].length, frames.length * 1152);
  });

  it('are refused with the line that converts them where they are longer than can be', async () => {
    const frame = new Uint8Array(2880);
    frame.set([0xff, 0xfb, 0x08, 0x44]);
    await assert.rejects(
      decode(joined(frame, frame, frame, frame)),
      /frames of at most 2303 bytes, found 2880: convert it first, for example with mpg123 -w OUT\.wav IN\.mp3/,
    );
  });
});

describe('frames of an MP3 file', () => {
  it('stay in their place behind one whose side information is damaged', async () => {
    const frames = (await framesOf(STEREO)).slice(1);
    const whole = await decode(joined(...frames));
    frames[5].fill(0xff, 6, 36);
    const { planes, warnings } = await decode(joined(...frames));
    assert.match(warnings.join(), /^1152 samples per channel are damaged and count as silence$/);
    assert.equal(largestDifference(planes[0].subarray(0, 5 * 1152), whole.planes[0].subarray(0, 5 * 1152)), 0);
    assert.equal(largestDifference(planes[0].subarray(8 * 1152), whole.planes[0].subarray(8 * 1152)), 0);
  });

  it('may have checksums: the tag of the encoder stands where it does without', async () => {
    const [first, ...rest] = await framesOf(STEREO);
    first[1] &= 0xfe;
    first.set([12, 34], 4);
    const [once, { planes, warnings }] = [await decode(STEREO), await decode(joined(first, ...rest))];
    assert.deepEqual(warnings, []);
    assert.equal(planes[0].length, once.planes[0].length);
  });
});

function indexOf(bytes: Uint8Array, mark: string): number {
  return bytes.findIndex((_, at) => text(mark).every((byte, i) => bytes[at + i] === byte));
}
