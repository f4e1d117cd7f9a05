import { expect } from '@esm-bundle/chai';
import { bytesSource } from '../../../src/files/byte-source.ts';
import { OggDemuxer } from '../../../src/files/ogg/ogg-demuxer.ts';
import { oggFile } from '../../../src/files/ogg/ogg-file.ts';
import { seededRandom } from '../../engine/signals.ts';

describe('OggDemuxer', () => {
  it('gives back the packets of a file, whatever their lengths, across pages', async () => {
    const random = seededRandom(3);
    const lengths = [
      0,
      1,
      254,
      255,
      256,
      510,
      511,
      65025,
      65026,
      200_000,
      ...Array.from({ length: 300 }, () => Math.floor(600 * random())),
    ];
    const packets = lengths.map((length, i) => Uint8Array.from({ length }, (_, n) => (n * 7 + i) % 256));
    const read = await packetsOf(oggFile([packets.slice(0, 1), packets.slice(1)]));
    expect(read.packets.map((packet) => packet.length)).to.deep.equal(lengths);
    expect(read.packets.every((packet, i) => packet.every((byte, n) => byte === packets[i][n]))).to.equal(true);
    expect(read.damagedBytes).to.equal(0);
  });

  it('leaves a damaged page out, counts its bytes, and goes on behind it', async () => {
    const packets = Array.from({ length: 9 }, (_, i) => new Uint8Array(300).fill(i + 1));
    const file = oggFile(packets.map((packet) => [packet]));
    const page = file.length / 9;
    file[4 * page + 100] ^= 1;
    const read = await packetsOf(file);
    expect(read.packets.map(([first]) => first)).to.deep.equal([1, 2, 3, 4, 6, 7, 8, 9]);
    expect(read.damagedBytes).to.equal(page);
  });

  it('does not put the end of one packet behind the beginning of another when the page between is lost', async () => {
    const long = new Uint8Array(150_000).fill(1);
    const file = oggFile([[new Uint8Array(10)], [long], [new Uint8Array(20).fill(2)]]);
    file[80_000] ^= 1;
    const read = await packetsOf(file);
    expect(read.packets.map((packet) => packet.length)).to.deep.equal([10, 20]);
  });

  it('ends where the file is cut off, and finds nothing in what is no Ogg', async () => {
    const file = oggFile([[new Uint8Array(100)], [new Uint8Array(5000)]]);
    expect((await packetsOf(file.subarray(0, 3000))).packets.map((packet) => packet.length)).to.deep.equal([100]);
    expect((await packetsOf(new Uint8Array(1000).fill(0x4f))).packets.length).to.equal(0);
    expect((await packetsOf(new Uint8Array())).packets.length).to.equal(0);
  });
});

async function packetsOf(file: Uint8Array): Promise<{ packets: Uint8Array[]; damagedBytes: number }> {
  const demuxer = new OggDemuxer(bytesSource(file));
  const packets: Uint8Array[] = [];
  for (let page = await demuxer.nextPage(); page !== undefined; page = await demuxer.nextPage())
    packets.push(...page.packets);
  return { packets, damagedBytes: demuxer.damagedBytes };
}
