import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Chunk, ChunkReader, type ChunkShape } from '../../src/files/chunk-reader.ts';

/** A file as its format's reader sees it: sound, what is missing before it, and bytes that gave none. */
interface Part {
  readonly frames?: number;
  readonly gap?: number;
  readonly silent?: number;
  readonly skippedBytes?: number;
}

class ScriptedReader extends ChunkReader {
  readonly share = 0;
  readonly #parts: Part[];
  readonly #endSeen: boolean | undefined;

  constructor(parts: readonly Part[], shape: Partial<ChunkShape> = {}, endSeen?: boolean) {
    super({ sampleRateHz: 8000, channels: 1, sourceBytes: 1000, ...shape });
    this.#parts = [...parts];
    this.#endSeen = endSeen;
  }

  protected nextChunk(): Promise<Chunk | undefined> {
    const part = this.#parts.shift();
    this.account.skippedBytes += part?.skippedBytes ?? 0;
    if (part === undefined) this.account.endSeen = this.#endSeen;
    if (part?.frames === undefined) return Promise.resolve(part && this.nextChunk());
    const { frames, gap = 0, silent = 0 } = part;
    return Promise.resolve({ channels: [new Float32Array(frames).fill(0.5)], frames, gap, silent });
  }

  close(): void {}
}

async function read(reader: ChunkReader): Promise<{ frames: number; warnings: string }> {
  const into = [new Float32Array(5000)];
  let frames = 0;
  for (let count = -1; count !== 0; frames += count) count = await reader.read(into, 0, 5000);
  return { frames, warnings: reader.warnings.join('; ') };
}

describe('ChunkReader', () => {
  it('says nothing of a recording that is whole', async () => {
    assert.deepEqual(await read(new ScriptedReader([{ frames: 700 }, { frames: 300 }], { frames: 1000 }, true)), {
      frames: 1000,
      warnings: '',
    });
  });

  it('tells bytes that gave no sound, silence that stands for it, and what the header promised', async () => {
    const { frames, warnings } = await read(
      new ScriptedReader([{ frames: 700 }, { skippedBytes: 33 }, { frames: 300, gap: 200 }], { frames: 2000 }),
    );
    assert.equal(frames, 1200);
    assert.match(warnings, /200 samples per channel are damaged and count as silence/);
    assert.match(warnings, /33 bytes are damaged or cut off/);
    assert.match(warnings, /promises 2000 samples per channel and ends after 1200/);
  });

  it('says that a recording has no end where its format marks ends and none came', async () => {
    assert.match((await read(new ScriptedReader([{ frames: 700 }], {}, false))).warnings, /has no end/);
  });

  it('reads on where a header promises less than there is', async () => {
    assert.deepEqual(await read(new ScriptedReader([{ frames: 700 }, { frames: 300 }], { promisedFrames: 700 })), {
      frames: 1000,
      warnings: '',
    });
  });

  it('fails where there should be sound and none is found', async () => {
    for (const reader of [
      new ScriptedReader([{ skippedBytes: 33 }]),
      new ScriptedReader([], { frames: 50 }),
      new ScriptedReader([{ frames: 50, silent: 50, skippedBytes: 1 }]),
    ])
      await assert.rejects(read(reader), /found no sound/);
    assert.deepEqual(await read(new ScriptedReader([])), { frames: 0, warnings: '' });
  });

  it('puts as much silence in place of lost sound as there is sound, and as the bytes can have held', async () => {
    const second = 8000;
    const honest = await read(new ScriptedReader([{ frames: 60 * second }, { frames: second, gap: 50 * second }]));
    assert.equal(honest.frames, 111 * second);
    const large = await read(
      new ScriptedReader([{ frames: second }, { frames: second, gap: 300 * second }], { sourceBytes: 300_000 }),
    );
    assert.equal(large.frames, 302 * second);
  });

  it('makes no hours of silence out of a few bytes, in one gap or in many, and says so', async () => {
    const second = 8000;
    const one = await read(new ScriptedReader([{ frames: second }, { frames: second, gap: 3600 * second }]));
    assert.equal(one.frames, 2 * second);
    assert.match(one.warnings, /leave out 28800000 samples per channel, more than can be missing/);
    const many = await read(new ScriptedReader(Array.from({ length: 1000 }, () => ({ frames: 10, gap: second / 2 }))));
    assert.ok(many.frames < 10 * second, `${many.frames}`);
  });

  it('takes no more channels than any other reader', () => {
    assert.doesNotThrow(() => new ScriptedReader([], { channels: 64 }));
    assert.throws(() => new ScriptedReader([], { channels: 65 }), /at most 64 channels, found 65/);
    assert.throws(() => new ScriptedReader([], { channels: 0 }), /at least one channel/);
    assert.throws(() => new ScriptedReader([], { sampleRateHz: 1 }), /sample rate/);
  });
});
