import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Denoiser } from '../../src/engine/index.ts';
import { bytesSource } from '../../src/files/byte-source.ts';
import { enhanceChannels } from '../../src/files/enhance.ts';
import { decodeFrames, encodeFrames, frameBytes, type SampleFormat } from '../../src/files/sample-format.ts';
import { formatChunkOf, readWavLayout, wavHeader } from '../../src/files/wav.ts';
import { largestDifference, noise } from '../unit/engine/signals.ts';

const COMMAND = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
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
    ];
    for (const [name, format, rate, channels] of files) await writeFile(join(input, name), wav(format, rate, channelsOf(channels, rate + 7)));
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
      const step = format === 'int16' ? 1 / 0x8000 : 1e-5;
      for (const [c, plane] of expected.entries()) assert.ok(largestDifference(plane, result.planes[c]) <= step, `${name}, channel ${c}`);
    }
    denoiser.dispose();
    assert.deepEqual((await readdir(output)).sort(), ['a.wav', 'd.wav', 'deep']);
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
    const { status, stdout, stderr } = await command(input, join(folder, 'missing.wav'), COMMAND, '-o', output, '--json');
    assert.equal(status, 1);
    assert.match(stderr, /broken\.wav: expected a data chunk/);
    assert.match(stderr, /missing\.wav: no such file/);
    assert.match(stderr, /main\.ts: expected a \.wav file/);
    const report = JSON.parse(stdout) as { model: string; failed: number; files: { input: string; output?: string; seconds?: number; error?: string }[] };
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
  });

  it('takes an empty recording', async () => {
    const input = join(folder, 'empty.wav');
    await writeFile(input, wav('int16', 16000, channelsOf(2, 0)));
    const output = join(folder, 'empty-out.wav');
    assert.equal((await command(input, '-o', output)).status, 0);
    assert.deepEqual(await readFile(output), await readFile(input));
  });

  it('exits with 2 and says what is wrong with the command line', async () => {
    const cases: [words: string[], message: RegExp][] = [
      [[], /Expected an input/],
      [['a.wav'], /Expected an output with -o/],
      [['a.wav', '-o', 'b.wav', '--mix', '2'], /--mix from 0 to 1, got "2"/],
      [['a.wav', '-o', 'b.wav', '--limit', 'much'], /--limit from 0 to 100, got "much"/],
      [['a.wav', '-o', 'b.mp3'], /ending in \.wav/],
      [['a.wav', 'b.wav', '-o', COMMAND], /is a file/],
      [['a.wav', '-o', 'b.wav', '--louder'], /--louder/],
    ];
    for (const [words, message] of cases) {
      const { status, stderr } = await command(...words);
      assert.equal(status, 2, words.join(' '));
      assert.match(stderr, message);
    }
  });

  it('exits with 3 when the model is not there', async () => {
    const input = join(folder, 'any.wav');
    await writeFile(input, wav('int16', 16000, channelsOf(1, 10)));
    const { status, stderr } = await command(input, '-o', join(folder, 'any-out.wav'), '--model', 'no-such-model');
    assert.equal(status, 3);
    assert.match(stderr, /no-such-model/);
  });

  it('leaves no unfinished file when it is interrupted', async () => {
    const input = join(folder, 'long.wav');
    await writeFile(input, wav('int16', 48000, channelsOf(2, 48000 * 120)));
    const output = join(folder, 'interrupted');
    const child = spawn(process.execPath, ['--import', 'tsx', COMMAND, input, '-o', `${output}/`]);
    const exit = once(child, 'exit');
    const begun = async (): Promise<boolean> => (await readdir(output).catch(() => [])).some((name) => name.endsWith('.part'));
    while (child.exitCode === null && !(await begun())) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    assert.deepEqual(await exit, [130, null]);
    assert.deepEqual(await readdir(output), []);
  });

  it('explains itself', async () => {
    const { status, stdout } = await command('--help');
    assert.equal(status, 0);
    for (const option of ['--output', '--model', '--mix', '--limit', '--overwrite', '--json', '--quiet', '--version'])
      assert.ok(stdout.includes(option), option);
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
    assert.equal((await command('--version')).stdout, `${version}\n`);
  });
});

async function command(...words: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', COMMAND, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [status] = (await once(child, 'close')) as [number];
  return { status, stdout, stderr };
}

function channelsOf(count: number, frames: number): Float32Array[] {
  return Array.from({ length: count }, (_, c) => noise(frames, c + 1, 0.2));
}

function wav(format: SampleFormat, sampleRateHz: number, planes: readonly Float32Array[]): Uint8Array {
  const frames = planes[0].length;
  const layout = { channels: planes.length, format, formatChunk: formatChunkOf(sampleRateHz, planes.length, format) };
  const header = wavHeader(layout, frames);
  const file = new Uint8Array(header.length + frames * frameBytes(layout) + ((frames * frameBytes(layout)) % 2));
  file.set(header);
  encodeFrames(planes, format, file.subarray(header.length), frames);
  return file;
}

async function readWav(path: string) {
  const file = await readFile(path);
  const layout = await readWavLayout(bytesSource(file));
  const planes = Array.from({ length: layout.channels }, () => new Float32Array(layout.frames));
  decodeFrames(file.subarray(layout.dataStart), layout.format, planes, layout.frames);
  return { layout, planes };
}
