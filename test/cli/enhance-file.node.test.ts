import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { enhanceFile } from '../../src/cli/enhance-file.ts';
import { targetOf } from '../../src/cli/target.ts';
import { Denoiser } from '../../src/engine/index.ts';
import { channelsOf, wav } from '../support/command-line.ts';

describe('enhanceFile', () => {
  let folder: string;
  let denoiser: Denoiser;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'denoise-file-'));
    denoiser = await Denoiser.load({ modelUrl: new URL('../../models/base/', import.meta.url) });
  });

  after(async () => {
    denoiser.dispose();
    await rm(folder, { recursive: true });
  });

  it('publishes nothing that was given up at the last moment', async () => {
    const input = join(folder, 'in.wav');
    await writeFile(input, wav('int16', 16000, channelsOf(1, 24000)));
    const controller = new AbortController();
    const [output, residual] = await Promise.all(
      ['out.wav', 'out.noise.wav'].map((name) => targetOf(join(folder, name))),
    );
    const job = { input, output, residual, format: 'wav' } as const;
    const enhanced = enhanceFile(denoiser, job, {
      overwrite: false,
      signal: controller.signal,
      onProgress: (share) => share === 1 && controller.abort(new Error('enough')),
    });
    await assert.rejects(enhanced, /enough/);
    assert.deepEqual(await readdir(folder), ['in.wav']);
  });
});
