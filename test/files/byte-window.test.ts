import { expect } from '@esm-bundle/chai';
import { type ByteSource, bytesSource, withSignal } from '../../src/files/byte-source.ts';
import { ByteWindow } from '../../src/files/byte-window.ts';
import { seededRandom } from '../engine/signals.ts';

const BYTES = Uint8Array.from({ length: 1_000_003 }, (_, i) => i % 251);

describe('ByteWindow', () => {
  it('holds what is asked for from any place on, and what is left at the end', async () => {
    const random = seededRandom(1);
    const window = new ByteWindow(bytesSource(BYTES), 7);
    for (let position = 7; position < BYTES.length; ) {
      const count = Math.ceil(random() * 400_000);
      await window.fill(count);
      expect(window.left).to.be.at.least(Math.min(count, BYTES.length - position));
      expect(window.bytes[window.at]).to.equal(BYTES[position]);
      expect(window.bytes[window.at + Math.min(count, window.left) - 1]).to.equal(
        BYTES[position + Math.min(count, window.left) - 1],
      );
      const used = Math.min(window.left, Math.ceil(random() * count));
      window.at += used;
      position += used;
      expect(window.share).to.equal(position / BYTES.length);
    }
    await window.fill(1);
    expect(window.left).to.equal(0);
  });

  it('skips to the next of a byte, and to its end where there is none', async () => {
    const window = new ByteWindow(bytesSource(Uint8Array.of(1, 2, 3, 1, 4)));
    await window.fill(5);
    expect(window.skipTo(1)).to.equal(3);
    expect(window.skipTo(1)).to.equal(2);
    expect([window.left, window.share]).to.deep.equal([0, 1]);
  });

  it('says when the file has become shorter', async () => {
    const source: ByteSource = { size: 10, read: () => Promise.resolve(new Uint8Array()) };
    const error = await new ByteWindow(source).fill(1).catch((reason: unknown) => reason);
    expect(String(error)).to.match(/became shorter/);
  });

  it('lets other tasks run while nothing is read, and gives up when one of them has aborted the signal', async () => {
    const controller = new AbortController();
    const window = new ByteWindow(withSignal(bytesSource(BYTES), controller.signal));
    await window.fill(1);
    let isOver = false;
    setTimeout(() => controller.abort(new Error('enough')), 0);
    setTimeout(() => {
      isOver = true;
    }, 20_000);
    const search = async (): Promise<void> => {
      while (!isOver) await window.giveWay();
    };
    expect(String(await search().catch((reason: unknown) => reason))).to.equal('Error: enough');
  });

  it('has used all of an empty file', () => {
    expect(new ByteWindow(bytesSource(new Uint8Array())).share).to.equal(1);
  });

  it('gives other tasks their turn while a file is searched, and ends where it is aborted', async () => {
    const abort = new AbortController();
    const window = new ByteWindow(withSignal(bytesSource(new Uint8Array(1 << 24)), abort.signal));
    setTimeout(() => abort.abort(new Error('enough')));
    const error = await (async () => {
      for (;;) {
        await window.fill(100);
        if (window.left === 0) return undefined;
        window.failed(1000);
        window.skipTo(0);
      }
    })().catch((reason: unknown) => reason);
    expect(String(error)).to.contain('enough');
  });

  it('lets attempts fail in proportion to the bytes that were passed', async () => {
    const window = new ByteWindow(bytesSource(new Uint8Array(1 << 20)));
    let attempts = 0;
    for (await window.fill(1); window.left > 0; await window.fill(1)) {
      window.skip(64);
      if (!window.mayTry) continue;
      attempts += 1;
      window.failed(1 << 16);
    }
    expect(attempts).to.be.above(60).and.below(500);
  });

  it('moves on beyond what it holds', async () => {
    const window = new ByteWindow(bytesSource(BYTES));
    await window.fill(10);
    window.skip(700_000);
    await window.fill(1);
    expect(window.bytes[window.at]).to.equal(BYTES[700_000]);
    window.skip(700_000);
    await window.fill(1);
    expect([window.left, window.share]).to.deep.equal([0, 1]);
  });
});
