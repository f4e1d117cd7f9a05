import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bytesSource } from '../../../src/files/byte-source.ts';
import { openOgg } from '../../../src/files/ogg/ogg-reader.ts';
import { largestDifference, seededRandom } from '../../engine/signals.ts';
import { decode } from '../../support/decoded.ts';
import {
  joined,
  type PageNumbers,
  packetsOf,
  pageOf,
  pagesOf,
  splitPages,
  withNumbers,
} from '../../support/ogg-pages.ts';

const fixture = async (name: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(fileURLToPath(new URL(`../../fixtures/compressed/${name}`, import.meta.url))));
const [OPUS, VORBIS] = await Promise.all(['libopus.opus', 'vorbis.ogg'].map(fixture));
/** Samples of a frame of each of the 32 modes. RFC 6716, section 3.1, table 2. */
const MODE_FRAMES = [
  ...[1, 2, 3].flatMap(() => [480, 960, 1920, 2880]),
  ...[1, 2].flatMap(() => [480, 960]),
  ...[1, 2, 3, 4].flatMap(() => [120, 240, 480, 960]),
];
const HEADER_PAGES = 2;
const FIRST = 2;
const LAST = 4;

describe('a chain of recordings in one Ogg file', () => {
  it('is read to its end, each link without the delay and padding of its codec', async () => {
    for (const [name, file] of Object.entries({ OPUS, VORBIS })) {
      const once = await decode(file);
      for (const second of [file, changed(file, () => ({ serial: 77 }))]) {
        const { planes, warnings } = await decode(joined(file, second, second));
        assert.deepEqual(warnings, [], name);
        for (const [c, plane] of once.planes.entries()) {
          assert.equal(planes[c].length, 3 * plane.length, name);
          for (const link of [0, 1, 2]) {
            const part = planes[c].subarray(link * plane.length, (link + 1) * plane.length);
            assert.equal(largestDifference(part, plane), 0, `${name}, link ${link}, channel ${c}`);
          }
        }
      }
    }
  });

  it('puts one voice on both sides where a mono link follows a stereo one', async () => {
    const mono = withHeader(OPUS, (header) => header.fill(1, 9, 10));
    const [both, alone] = [await decode(joined(OPUS, mono)), await decode(mono)];
    const { length } = alone.planes[0];
    assert.deepEqual(both.warnings, []);
    for (const plane of both.planes) {
      assert.equal(plane.length, 2 * length);
      assert.equal(largestDifference(plane.subarray(length), alone.planes[0]), 0);
    }
  });

  it('is refused with words where links differ in rate or channels, or are of a codec that is not read', async () => {
    const mono = withHeader(OPUS, (header) => header.fill(1, 9, 10));
    const speex = withHeader(OPUS, (header) => header.set(new TextEncoder().encode('Speex   ')));
    await assert.rejects(decode(joined(mono, OPUS)), /48000 Hz with 1 channels, and after it 48000 Hz with 2: convert/);
    await assert.rejects(decode(joined(OPUS, VORBIS)), /48000 Hz with 2 channels, and after it 44100 Hz with 2: /);
    await assert.rejects(decode(joined(OPUS, speex)), /expected Vorbis or Opus in this Ogg file, found Speex: convert/);
  });

  it('says how much of it is lost where the beginning of a link is damaged', async () => {
    const damaged = changed(OPUS, () => ({ serial: 77 }));
    damaged[40] ^= 1;
    const { planes, warnings } = await decode(joined(OPUS, damaged));
    assert.equal(planes[0].length, 19200);
    assert.deepEqual(warnings, [`${damaged.length} bytes are damaged or cut off and left out`]);
  });

  it('is read past streams beside the sound, and past what is appended to it', async () => {
    const picture = (flags: number, sequence: number) =>
      pageOf([Uint8Array.of(1, 2, 3)], { serial: 9, flags, sequence });
    const [head, ...rest] = splitPages(OPUS);
    const beside = joined(picture(FIRST, 0), head, picture(0, 1), ...rest, picture(LAST, 2));
    const once = await decode(OPUS);
    for (const file of [beside, joined(OPUS, new TextEncoder().encode('TAG or anything'))]) {
      const { planes, warnings } = await decode(file);
      assert.deepEqual(warnings, []);
      assert.equal(largestDifference(planes[0], once.planes[0]), 0);
      assert.equal(planes[0].length, once.planes[0].length);
    }
  });
});

describe('several streams of sound in one Ogg file', () => {
  it('are told: the first is read, and the others are counted', async () => {
    const once = await decode(OPUS);
    const [head, ...rest] = splitPages(OPUS);
    const [otherHead, ...otherRest] = splitPages(changed(OPUS, () => ({ serial: 77 })));
    const both = joined(head, otherHead, ...rest.flatMap((page, i) => [page, otherRest[i]]));
    const { planes, warnings } = await decode(both);
    assert.equal(largestDifference(planes[0], once.planes[0]), 0);
    assert.equal(planes[0].length, once.planes[0].length);
    assert.deepEqual(warnings, ['streams of sound beside the first are left out, 1 of them']);
    assert.deepEqual((await decode(joined(both, both))).warnings, [
      'streams of sound beside the first are left out, 2 of them',
    ]);
  });
});

describe('positions in an Ogg file', () => {
  it('may begin anywhere: what is cut from a running stream is as long as its sound', async () => {
    for (const [name, file] of Object.entries({ OPUS, VORBIS })) {
      const shifted = changed(file, ({ position }, page) =>
        page < HEADER_PAGES ? {} : { position: position + 480000 },
      );
      const [once, later] = [await decode(file), await decode(shifted)];
      assert.deepEqual(later.warnings, [], name);
      assert.equal(later.planes[0].length, once.planes[0].length, name);
      assert.equal(largestDifference(later.planes[0], once.planes[0]), 0, name);
    }
  });

  it('cut off the beginning of Vorbis where the first page states less than it holds', async () => {
    const cut = 1000;
    const file = changed(VORBIS, ({ position }, page) => (page < HEADER_PAGES ? {} : { position: position - cut }));
    const [once, { planes, warnings }] = [await decode(VORBIS), await decode(file)];
    assert.deepEqual(warnings, []);
    assert.equal(planes[0].length, once.planes[0].length - cut);
    assert.equal(largestDifference(planes[0], once.planes[0].subarray(cut)), 0);
  });

  it('ask for silence only where a page is missing', async () => {
    for (const [name, file] of Object.entries({ OPUS, VORBIS })) {
      const last = pagesOf(file).length - 1;
      const jump = (sequence: number) =>
        changed(file, (page, i) =>
          i < last ? {} : { position: page.position + 4800, sequence: page.sequence + sequence },
        );
      const once = (await decode(file)).planes[0];
      const [without, missing] = [await decode(jump(0)), await decode(jump(1))];
      assert.deepEqual(without.warnings, [], name);
      assert.ok(without.planes[0].length < once.length + 1000, `${name}: ${without.planes[0].length}`);
      assert.match(missing.warnings.join(), /^\d{4} samples per channel are damaged and count as silence$/, name);
      assert.equal(missing.planes[0].length, once.length + 4800, name);
    }
  });
});

describe('an Ogg file that is cut off', () => {
  it('gives the sound before the cut, wherever in a page that is', async () => {
    for (const [name, file] of Object.entries({ OPUS, VORBIS })) {
      const { at } = pagesOf(file)[pagesOf(file).length - 1];
      const whole = (await decode(file)).planes[0];
      for (const bytes of [1, 4, 5, 10, 26, 27, 28, 40]) {
        const { planes, warnings } = await decode(file.slice(0, at + bytes));
        assert.ok(planes[0].length > 0 && planes[0].length < whole.length, `${name}, ${bytes}: ${planes[0].length}`);
        assert.equal(largestDifference(planes[0], whole.subarray(0, planes[0].length)), 0);
        assert.deepEqual(warnings, [`${bytes} bytes are damaged or cut off and left out`], name);
      }
    }
  });

  it('says that its end is missing where it is cut between pages', async () => {
    const { at } = pagesOf(OPUS)[pagesOf(OPUS).length - 1];
    assert.match((await decode(OPUS.slice(0, at))).warnings.join(), /^the recording has no end/);
  });
});

describe('Opus', () => {
  it('of more channels than its orders have is refused before anything is decoded', async () => {
    const shape = (channels: number, family: number) =>
      withHeader(OPUS, (header) => {
        header[9] = channels;
        header[18] = family;
      });
    for (const [channels, family] of [
      [255, 255],
      [9, 1],
      [3, 0],
      [0, 0],
      [4, 2],
    ])
      await assert.rejects(
        decode(shape(channels, family)),
        new RegExp(`found ${channels} in family ${family}: convert`),
      );
    const impossible = withHeader(OPUS, (header) => joined(header.slice(0, 18), Uint8Array.of(1, 1, 1, 0, 9)));
    await assert.rejects(decode(impossible), /channel mapping to 2 channels/);
  });

  it('goes on behind damaged packets that switch modes, quietly, in the right place', async () => {
    const random = seededRandom(5);
    const pages = splitPages(OPUS);
    const good = pages.slice(HEADER_PAGES).flatMap(packetsOf);
    const damaged = (): Uint8Array => {
      const packet = good[Math.floor(good.length * random())].slice();
      packet[0] = (Math.floor(32 * random()) << 3) | (packet[0] & 4);
      for (let i = 0; i < 3; i++) packet[1 + Math.floor((packet.length - 1) * random())] = 256 * random();
      return packet;
    };
    const said: unknown[] = [];
    const { error } = console;
    console.error = (...what) => said.push(what);
    try {
      for (let run = 0; run < 10; run++) {
        const packets = [...Array.from({ length: 60 }, damaged), ...good];
        let position = 0;
        const sound = packets.map((packet, i) => {
          position += MODE_FRAMES[packet[0] >> 3];
          return pageOf([packet], {
            flags: i === packets.length - 1 ? LAST : 0,
            position,
            serial: 1,
            sequence: i + HEADER_PAGES,
          });
        });
        const { planes } = await decode(joined(...pages.slice(0, HEADER_PAGES), ...sound));
        const skip = new DataView(pages[0].buffer).getUint16(38, true);
        assert.equal(planes[0].length, position - skip);
        const tail = planes[0].subarray(-960 * 10);
        assert.ok(tail.every(Number.isFinite) && tail.some((x) => Math.abs(x) > 0.01), 'what follows is heard');
      }
    } finally {
      console.error = error;
    }
    assert.deepEqual(said, []);
  });
});

describe('Vorbis', () => {
  it('is the same wherever the parts begin in which it is decoded', async () => {
    const pages = splitPages(VORBIS);
    const once = pages.slice(HEADER_PAGES).flatMap(packetsOf);
    const many = Array.from({ length: 30 }, () => once).flat();
    const file = (packets: readonly Uint8Array[]) =>
      joined(
        ...pages.slice(0, HEADER_PAGES),
        ...packets.map((packet, i) =>
          pageOf([packet], {
            flags: i === packets.length - 1 ? LAST : 0,
            position: -1,
            serial: 1,
            sequence: i + HEADER_PAGES,
          }),
        ),
      );
    const whole = await decode(file(many));
    assert.deepEqual(whole.warnings, []);
    // Without 13, a part begins behind a long block that leads over to a short one.
    for (const without of [1, 13, 21]) {
      const { planes, warnings } = await decode(file(many.slice(without)));
      assert.deepEqual(warnings, []);
      const there = whole.planes[0].subarray(whole.planes[0].length - planes[0].length);
      assert.ok(largestDifference(planes[0], there) < 1e-6, `without ${without}`);
      assert.ok(planes[0].length > whole.planes[0].length - without * 1024);
    }
  });
});

describe('sound that a decoder makes of damage', () => {
  it('is silence where it is far too loud to be sound, and counts as lost', async () => {
    // Seeds with which it was 100 to 400 times full scale.
    for (const seed of [113, 237, 349]) {
      const random = seededRandom(seed);
      const pages = splitPages(VORBIS).map((page, i) => {
        if (i < HEADER_PAGES) return page;
        for (let k = 0; k < 30; k++) page[100 + Math.floor((page.length - 100) * random())] = 256 * random();
        return withNumbers(page, {});
      });
      const { planes, warnings } = await decode(joined(...pages));
      assert.ok(planes.flatMap((plane) => [...plane]).every((x) => Math.abs(x) < 16));
      assert.match(warnings.join(), /^\d+ samples per channel are damaged and count as silence$/);
    }
  });
});

describe('bytes that look like pages', () => {
  it('are looked at no more often than their number allows', async () => {
    const many = new Uint8Array(1 << 20);
    for (let at = 0; at < many.length; at += 28) {
      many.set(new TextEncoder().encode('OggS'), at);
      many[at + 26] = 255;
      many[at + 27] = 255;
    }
    const { getUint32 } = DataView.prototype;
    let looks = 0;
    DataView.prototype.getUint32 = function (...where) {
      looks += 1;
      return getUint32.apply(this, where);
    };
    try {
      await assert.rejects(openOgg(bytesSource(many)), /cut off or damaged/);
    } finally {
      DataView.prototype.getUint32 = getUint32;
    }
    assert.ok(looks < 10000, `${looks} looks at ${many.length / 28} places`);
  });
});

/** The file with other numbers in its pages. */
function changed(
  file: Uint8Array,
  change: (page: { position: number; sequence: number }, index: number) => PageNumbers,
): Uint8Array {
  return joined(
    ...splitPages(file).map((page, i) => {
      const view = new DataView(page.buffer);
      return withNumbers(
        page,
        change({ position: Number(view.getBigInt64(6, true)), sequence: view.getUint32(18, true) }, i),
      );
    }),
  );
}

/** The file with another first packet, which is changed in place or given anew. */
function withHeader(file: Uint8Array, change: (header: Uint8Array) => Uint8Array | void): Uint8Array {
  const [first, ...rest] = splitPages(file);
  const [header] = packetsOf(first);
  return joined(pageOf([change(header) ?? header], { flags: FIRST }), ...rest);
}
