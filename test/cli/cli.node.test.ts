import assert from 'node:assert/strict';
import { once } from 'node:events';
import { link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Denoiser } from '../../src/engine/index.ts';
import { enhanceChannels } from '../../src/files/enhance.ts';
import type { SampleFormat } from '../../src/files/sample-format.ts';
import { largestDifference } from '../engine/signals.ts';
import { channelsOf, command, readWav, start, wav } from '../support/command-line.ts';

/** A file that is no recording. */
const SOURCE = fileURLToPath(import.meta.url);
const MODEL = new URL('../../models/base/', import.meta.url);

describe('denoise-node', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'denoise-node-'));
  });

  after(() => rm(folder, { recursive: true }));

  it('writes what the engine makes of each file, in the format of the input, in the shape of the folder', async () => {
    const input = join(folder, 'in');
    await mkdir(join(input, 'deep', 'er'), { recursive: true });
    const files: [name: string, format: SampleFormat, rate: number, channels: number][] = [
      ['a.wav', 'int16', 44100, 2],
      ['deep/b.WAV', 'int24', 16000, 1],
      ['deep/er/c.wav', 'float32', 48000, 3],
      ['d.wav', 'int32', 8000, 1],
      ['e.wav', 'uint8', 11025, 1],
      ['f.wav', 'float64', 192000, 8],
    ];
    for (const [name, format, rate, channels] of files)
      await writeFile(join(input, name), wav(format, rate, channelsOf(channels, rate + 7)));
    await writeFile(join(input, 'notes.txt'), 'not sound');
    const output = join(folder, 'out');
    const { status, stdout } = await command(input, '-o', output);
    assert.equal(status, 0);
    assert.equal(stdout.trim().split('\n').length, files.length);
    const denoiser = await Denoiser.load({ modelUrl: MODEL });
    for (const [name, format, rate, channels] of files) {
      const source = await readWav(join(input, name));
      const result = await readWav(join(output, name));
      assert.deepEqual({ ...result.layout, dataStart: 0 }, { ...source.layout, dataStart: 0 });
      assert.equal(result.layout.format, format);
      assert.equal(result.layout.sampleRateHz, rate);
      assert.equal(result.planes.length, channels);
      const expected = await enhanceChannels(denoiser, source.planes, rate);
      const step = format === 'uint8' ? 1 / 0x80 : format === 'int16' ? 1 / 0x8000 : 1e-5;
      for (const [c, plane] of expected.entries())
        assert.ok(largestDifference(plane, result.planes[c]) <= step, `${name}, channel ${c}`);
    }
    denoiser.dispose();
    assert.deepEqual((await readdir(output)).sort(), ['a.wav', 'd.wav', 'deep', 'e.wav', 'f.wav']);
  });

  it('gives the input back, byte for byte, at --mix 0', async () => {
    const input = join(folder, 'same.wav');
    await writeFile(input, wav('int24', 22050, channelsOf(1, 5001)));
    const output = join(folder, 'same-out.wav');
    assert.equal((await command(input, '-o', output, '--mix', '0', '--quiet')).status, 0);
    assert.deepEqual(await readFile(output), await readFile(input));
  });

  it('names each file that fails with its reason, goes on with the next and exits with 1', async () => {
    const input = join(folder, 'mixed');
    await mkdir(input);
    await writeFile(join(input, 'broken.wav'), 'RIFFxxxxWAVE');
    await writeFile(join(input, 'good.wav'), wav('int16', 16000, channelsOf(1, 4000)));
    const output = join(folder, 'mixed-out/');
    const { status, stdout, stderr } = await command(
      input,
      join(folder, 'missing.wav'),
      SOURCE,
      '-o',
      output,
      '--json',
    );
    assert.equal(status, 1);
    assert.match(stderr, /broken\.wav: expected a data chunk/);
    assert.match(stderr, /missing\.wav: no such file/);
    assert.match(stderr, /cli\.node\.test\.ts: expected WAV, .* or Opus, found none of them/);
    const report = JSON.parse(stdout) as {
      model: string;
      failed: number;
      files: { input: string; output?: string; seconds?: number; error?: string }[];
    };
    assert.equal(report.model, 'base');
    assert.equal(report.failed, 3);
    assert.equal(report.files.length, 4);
    const good = report.files.find((file) => file.error === undefined);
    assert.equal(good?.output, join(output, 'good.wav'));
    assert.equal(good?.seconds, 0.25);
    assert.deepEqual(await readdir(output), ['good.wav']);
  });

  it('replaces a file only when it is told to, and never its own input', async () => {
    const input = join(folder, 'once.wav');
    const output = join(folder, 'once-out.wav');
    await writeFile(input, wav('int16', 16000, channelsOf(1, 1000)));
    await writeFile(output, 'precious');
    const kept = await command(input, '-o', output);
    assert.equal(kept.status, 1);
    assert.match(kept.stderr, /exists; --overwrite/);
    assert.equal(await readFile(output, 'utf8'), 'precious');
    assert.equal((await command(input, '-o', output, '--overwrite')).status, 0);
    assert.equal((await readWav(output)).layout.frames, 1000);
    const self = await command(input, '-o', input, '--overwrite');
    assert.equal(self.status, 1);
    assert.match(self.stderr, /replace its own input/);
    const [alias, second] = [join(folder, 'alias.wav'), join(folder, 'second.wav')];
    await symlink(input, alias);
    await link(input, second);
    for (const name of [alias, second])
      assert.match((await command(input, '-o', name, '--overwrite')).stderr, /replace its own input/);
  });

  it('writes what was taken out, and both files sum to the input', async () => {
    for (const format of ['int16', 'int24', 'float32'] as const) {
      const input = join(folder, `sum-${format}.wav`);
      await writeFile(input, wav(format, 44100, channelsOf(2, 30011)));
      const output = join(folder, `sum-out-${format}.wav`);
      assert.equal((await command(input, '-o', output, '--residual', '--mix', '0.9')).status, 0);
      const [noisy, enhanced, removed] = await Promise.all(
        [input, output, output.replace('.wav', '.noise.wav')].map(readWav),
      );
      assert.equal(removed.layout.format, format);
      for (const [c, plane] of noisy.planes.entries()) {
        const sum = plane.map((_, n) => enhanced.planes[c][n] + removed.planes[c][n]);
        assert.ok(largestDifference(sum, plane) <= (format === 'float32' ? 1e-7 : 0), format);
        assert.ok(largestDifference(enhanced.planes[c], plane) > 0.01);
      }
    }
  });

  it('writes the same with several threads as with one', async () => {
    const input = join(folder, 'many');
    await mkdir(input);
    for (let i = 0; i < 5; i++)
      await writeFile(join(input, `${i}.wav`), wav('int16', 16000, channelsOf(1 + (i % 2), 9000 + 1000 * i)));
    await writeFile(join(input, '5.wav'), 'no sound');
    const [one, three] = [join(folder, 'one'), join(folder, 'three')];
    assert.equal((await command(input, '-o', one, '--residual')).status, 1);
    const { status, stdout, stderr } = await command(input, '-o', three, '--residual', '--jobs', '3', '--json');
    assert.equal(status, 1);
    assert.match(stderr, /5\.wav: expected WAV, Wave64/);
    const { files } = JSON.parse(stdout) as { files: { input: string }[] };
    assert.deepEqual(
      files.map((file) => file.input),
      [0, 1, 2, 3, 4, 5].map((i) => join(input, `${i}.wav`)),
    );
    assert.deepEqual(await readdir(three), await readdir(one));
    assert.equal((await readdir(one)).length, 10);
    for (const name of await readdir(one))
      assert.deepEqual(await readFile(join(three, name)), await readFile(join(one, name)), name);
  });

  it('does not take its own output for input when that lies in the input folder', async () => {
    const input = join(folder, 'nested');
    await mkdir(input);
    await writeFile(join(input, 'a.wav'), wav('int16', 16000, channelsOf(1, 500)));
    for (let run = 0; run < 2; run++) {
      const { stdout } = await command(input, '-o', join(input, 'clean'), '--overwrite');
      assert.equal(stdout.trim().split('\n').length, 1);
    }
  });

  it('says which of two inputs for one output is left out', async () => {
    const [first, second] = [join(folder, 'x.wav'), join(folder, 'many', '0.wav')];
    await writeFile(first, wav('int16', 16000, channelsOf(1, 500)));
    await mkdir(join(folder, 'twin'));
    await writeFile(join(folder, 'twin', 'x.wav'), wav('int16', 16000, channelsOf(1, 500)));
    const { status, stderr } = await command(first, join(folder, 'twin', 'x.wav'), second, '-o', join(folder, 'twins'));
    assert.equal(status, 1);
    assert.match(stderr, /twin.x\.wav: its output .*x\.wav is also that of/);
    assert.deepEqual((await readdir(join(folder, 'twins'))).sort(), ['0.wav', 'x.wav']);
  });

  it('takes an empty recording', async () => {
    const input = join(folder, 'empty.wav');
    await writeFile(input, wav('int16', 16000, channelsOf(2, 0)));
    const output = join(folder, 'empty-out.wav');
    assert.equal((await command(input, '-o', output)).status, 0);
    assert.deepEqual(await readFile(output), await readFile(input));
  });

  it('exits with 2 and says what is wrong with the command line', async () => {
    const cases: [args: string[], message: RegExp][] = [
      [[], /Expected an input/],
      [['a.wav'], /Expected an output with -o/],
      [['a.wav', '-o', 'b.wav', '--mix', '2'], /--mix from 0 to 1, got "2"/],
      [['a.wav', '-o', 'b.wav', '--limit', 'much'], /--limit from 0 to 100, got "much"/],
      [['a.wav', '-o', 'b.mp3'], /ending in \.wav or \.flac/],
      [['a.wav', '-o', 'b.wav', '--format', 'flac'], /ending in \.flac for --format flac/],
      [['a.wav', '-o', 'b/', '--format', 'aiff'], /--format wav or flac, got "aiff"/],
      [['a.wav', '-o', 'b.wav', '--jobs', '0'], /--jobs from 1 to 64, got "0"/],
      [['a.wav', '-o', 'b.wav', '--jobs', '1.5'], /--jobs to be a whole number/],
      [['a.wav', 'b.wav', '-o', SOURCE], /is a file/],
      [['a.wav', '-o', 'b.wav', '--louder'], /--louder/],
    ];
    for (const [args, message] of cases) {
      const { status, stderr } = await command(...args);
      assert.equal(status, 2, args.join(' '));
      assert.match(stderr, message);
    }
  });

  it('exits with 3 when the model is not there', async () => {
    const input = join(folder, 'any.wav');
    await writeFile(input, wav('int16', 16000, channelsOf(1, 10)));
    const { status, stderr } = await command(input, '-o', join(folder, 'any-out.wav'), '--model', 'no-such-model');
    assert.equal(status, 3);
    assert.match(stderr, /no-such-model/);
    assert.match(stderr, /Bundled models: .*base/);
  });

  it('leaves no unfinished file when it is interrupted, with one thread or two', async () => {
    const input = join(folder, 'long');
    await mkdir(input);
    for (const name of ['a.wav', 'b.wav', 'c.wav'])
      await writeFile(join(input, name), wav('int16', 48000, channelsOf(2, 48000 * 60)));
    for (const jobs of ['1', '2']) {
      const output = join(folder, `interrupted-${jobs}`);
      const child = await start(input, '-o', output, '--residual', '--jobs', jobs);
      const exit = once(child, 'exit');
      const unfinished = async (): Promise<number> =>
        (await readdir(output).catch(() => [])).filter((name) => name.endsWith('.part')).length;
      while (child.exitCode === null && (await unfinished()) < 2 * Number(jobs))
        await new Promise((resolve) => setTimeout(resolve, 20));
      child.kill('SIGINT');
      assert.deepEqual(await exit, [130, null]);
      assert.deepEqual(await readdir(output), []);
    }
  });

  it('loads a model from a folder, by the path of its manifest and by name', async () => {
    const input = join(folder, 'by-model.wav');
    await writeFile(input, wav('int16', 48000, channelsOf(1, 4800)));
    const results: Buffer[] = [];
    for (const model of ['base', fileURLToPath(MODEL), fileURLToPath(new URL('manifest.json', MODEL))]) {
      const output = join(folder, 'by-model-out.wav');
      assert.equal((await command(input, '-o', output, '--model', model, '--overwrite')).status, 0, model);
      results.push(await readFile(output));
    }
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
  });

  it('explains itself', async () => {
    const { status, stdout } = await command('--help');
    assert.equal(status, 0);
    for (const option of [
      '--output',
      '--model',
      '--mix',
      '--limit',
      '--high-pass',
      '--auto-gain',
      '--target',
      '--residual',
      '--format',
      '--jobs',
      '--overwrite',
      '--json',
      '--quiet',
      '--version',
    ])
      assert.ok(stdout.includes(option), option);
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    assert.equal((await command('--version')).stdout, `${version}\n`);
  });
});
