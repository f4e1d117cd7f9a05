/** What becomes of a run in which threads end: by themselves, by an error that nobody caught, without memory. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { channelsOf, finished, startIn, wav } from '../support/command-line.ts';

/** Runs in every thread before the command does: some names are the end of the thread that works on them. */
const PRELOAD = `
  import { parentPort } from 'node:worker_threads';
  import { existsSync } from 'node:fs';
  const begun = async (part) => {
    while (!existsSync(part)) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  parentPort?.on('message', async ({ job }) => {
    if (job === undefined) return;
    if (!/exits|throws|hoards/.test(job.input)) return;
    await begun(job.output.part);
    if (job.input.includes('exits')) process.exit(7);
    if (job.input.includes('throws')) queueMicrotask(() => { throw new Error('a fault of its own'); });
    if (job.input.includes('hoards')) for (const all = []; ; ) all.push(new Array(1e5).fill(0.5));
  });
`;

describe('a thread of denoise-node that ends', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'denoise-threads-'));
    await writeFile(join(folder, 'preload.mjs'), PRELOAD);
  });

  after(() => rm(folder, { recursive: true }));

  it('is replaced: its file is told as failed, leaves nothing behind, and the rest goes on', async () => {
    const input = join(folder, 'in');
    await mkdir(input);
    const names = ['a.wav', 'b-exits.wav', 'c.wav', 'd-throws.wav', 'e-exits.wav', 'f-hoards.wav', 'g.wav', 'h.wav'];
    for (const name of names)
      await writeFile(join(input, name), wav('int16', 16000, channelsOf(1, name.length > 5 ? 60 * 16000 : 2000)));
    const output = join(folder, 'out');
    const nodeArgs = ['--import', join(folder, 'preload.mjs'), '--max-old-space-size=256'];
    const child = await startIn({ nodeArgs }, input, '-o', output, '--jobs', '2', '--json');
    const { status, stdout } = await finished(child);
    assert.equal(status, 1);
    const report = JSON.parse(stdout) as { failed: number; files: { input: string; error?: string }[] };
    const errors = new Map(report.files.map((file) => [file.input.slice(input.length + 1), file.error]));
    assert.deepEqual([...errors.keys()], names);
    assert.equal(report.failed, 4);
    assert.match(errors.get('b-exits.wav') ?? '', /the thread that worked on it ended with status 7/);
    assert.match(errors.get('d-throws.wav') ?? '', /the thread that worked on it ended: a fault of its own/);
    assert.match(errors.get('e-exits.wav') ?? '', /ended with status 7/);
    assert.match(errors.get('f-hoards.wav') ?? '', /ended: out of memory/);
    assert.deepEqual((await readdir(output)).sort(), ['a.wav', 'c.wav', 'g.wav', 'h.wav']);
  });
});
