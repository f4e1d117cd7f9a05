import { expect } from '@esm-bundle/chai';
import { BlobSink, blobSource, bytesSource, withSignal } from '../../src/files/byte-source.ts';

const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

describe('blobSource and bytesSource', () => {
  it('give what lies at a position, and less only at the end', async () => {
    for (const source of [blobSource(new Blob([BYTES])), bytesSource(BYTES)]) {
      expect(source.size).to.equal(1000);
      expect([...(await source.read(10, 20))]).to.deep.equal([...BYTES.subarray(10, 30)]);
      expect([...(await source.read(990, 20))]).to.deep.equal([...BYTES.subarray(990)]);
      expect((await source.read(1000, 20)).length).to.equal(0);
      expect((await source.read(5000, 20)).length).to.equal(0);
    }
  });

  it('give the same bytes in order, backwards and again, whatever became of the arrays given before', async () => {
    const bytes = Uint8Array.from({ length: 2_500_003 }, (_, i) => i % 253);
    const source = blobSource(new Blob([bytes]));
    const positions = Array.from({ length: 26 }, (_, i) => 100_000 * i);
    for (const position of [...positions, ...[...positions].reverse(), 0, 0]) {
      const piece = await source.read(position, 100_000);
      expect(piece.length).to.equal(Math.min(100_000, bytes.length - position));
      expect(piece.every((byte, i) => byte === (position + i) % 253)).to.equal(true);
      piece.fill(255);
    }
  });
});

describe('withSignal', () => {
  it('gives the same bytes until the signal is aborted, then its reason', async () => {
    const controller = new AbortController();
    const source = withSignal(bytesSource(BYTES), controller.signal);
    expect(source.size).to.equal(1000);
    expect([...(await source.read(10, 20))]).to.deep.equal([...BYTES.subarray(10, 30)]);
    controller.abort(new Error('enough'));
    expect(String(await failure(source.read(10, 20)))).to.equal('Error: enough');
  });
});

describe('BlobSink', () => {
  it('holds everything that was written, in order, beyond the size of its parts', async () => {
    const sink = new BlobSink();
    const piece = Uint8Array.from({ length: 300_007 }, (_, i) => i % 253);
    for (let i = 0; i < 9; i++) await sink.write(piece);
    const bytes = await bytesOf(sink);
    expect(bytes.length).to.equal(9 * piece.length);
    expect(bytes.every((byte, i) => byte === (i % piece.length) % 253)).to.equal(true);
  });

  it('takes the array back at once: what the caller does with it later changes nothing', async () => {
    const sink = new BlobSink();
    const piece = Uint8Array.of(1, 2, 3);
    await sink.write(piece);
    piece.fill(9);
    expect([...(await bytesOf(sink))]).to.deep.equal([1, 2, 3]);
  });

  it('corrects its beginning, before and after the first part is full', async () => {
    for (const length of [100, 3_000_000]) {
      const sink = new BlobSink();
      await sink.write(new Uint8Array(length));
      await sink.rewrite(4, Uint8Array.of(7, 8));
      const bytes = await bytesOf(sink);
      expect(bytes.length).to.equal(length);
      expect([...bytes.subarray(3, 7)]).to.deep.equal([0, 7, 8, 0]);
    }
  });

  it('refuses to correct what has left its hands, or was never written', async () => {
    const sink = new BlobSink();
    await sink.write(new Uint8Array(10));
    expect(await failure(sink.rewrite(9, new Uint8Array(2)))).to.be.instanceOf(RangeError);
    await sink.write(new Uint8Array(3_000_000));
    expect(await failure(sink.rewrite(2_000_000, new Uint8Array(1)))).to.be.instanceOf(RangeError);
  });
});

async function bytesOf(sink: BlobSink): Promise<Uint8Array> {
  return new Uint8Array(await sink.toBlob('audio/wav').arrayBuffer());
}

function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
