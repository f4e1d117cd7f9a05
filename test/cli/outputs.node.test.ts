/** Where outputs are written, what they may replace, and what is left of them when a process ends early. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { link, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { channelsOf, command, readWav, start, wav } from '../support/command-line.ts';

const SOUND = wav('int16', 16000, channelsOf(1, 1000));
/** Long enough to be found at work. */
const MINUTE = wav('int16', 16000, channelsOf(1, 60 * 16000));

describe('outputs of denoise-node', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'denoise-outputs-'));
  });

  after(() => rm(folder, { recursive: true }));

  /** A new folder with files in it. */
  async function folderOf(name: string, files: Readonly<Record<string, Uint8Array>>): Promise<string> {
    const path = join(folder, name);
    await mkdir(path);
    for (const [file, bytes] of Object.entries(files)) await writeFile(join(path, file), bytes);
    return path;
  }

  it('never replace another input, under whatever name, nor does what was taken out', async () => {
    const from = await folderOf('from', { 'a.mp3': SOUND, 'c.wav': SOUND, 'd.wav': SOUND, 'e.txt': SOUND });
    const to = await folderOf('to', { 'a.wav': SOUND, 'c.noise.wav': SOUND });
    await link(join(to, 'a.wav'), join(to, 'd.wav'));
    await symlink(join(from, 'e.txt'), join(to, 'e.wav'));
    await writeFile(join(from, 'e.wav'), SOUND);
    const inputs = ['a.mp3', 'c.wav', 'd.wav', 'e.wav', 'e.txt'].map((name) => join(from, name));
    const others = ['a.wav', 'c.noise.wav'].map((name) => join(to, name));
    const { status, stderr } = await command(...inputs, ...others, '-o', to, '--residual', '--overwrite');
    assert.equal(status, 1);
    assert.match(stderr, /a\.mp3: its output .*a\.wav is the input .*to.a\.wav, which it would replace/);
    assert.match(stderr, /from.c\.wav: its output .*c\.noise\.wav is the input/);
    assert.match(stderr, /from.d\.wav: its output .*d\.wav is the input .*to.a\.wav/);
    assert.match(stderr, /from.e\.wav: its output .*e\.wav is the input .*from.e\.txt/);
    assert.match(stderr, /to.a\.wav: the output would replace its own input/);
    for (const input of [...inputs, ...others]) assert.deepEqual(await readFile(input), Buffer.from(SOUND), input);
  });

  it('are two files where two are asked for, although links make one of their names', async () => {
    const from = await folderOf('two-from', { 'a.wav': SOUND, 'b.wav': SOUND });
    const to = await folderOf('two-to', { 'a.wav': SOUND });
    await symlink('a.wav', join(to, 'b.wav'));
    const { status, stderr } = await command(from, '-o', to, '--overwrite');
    assert.equal(status, 1);
    assert.match(stderr, /b\.wav: its output .*b\.wav is also that of .*a\.wav/);
  });

  it('go to where a link leads, and the link stays; without --overwrite neither is touched', async () => {
    const from = await folderOf('links', { 'a.wav': SOUND });
    const elsewhere = await folderOf('links-elsewhere', { 'kept.wav': new TextEncoder().encode('precious') });
    const [path, dangling] = [join(folder, 'links', 'out.wav'), join(folder, 'links', 'new.wav')];
    await symlink(join('..', 'links-elsewhere', 'kept.wav'), path);
    await symlink(join('..', 'links-elsewhere', 'new.wav'), dangling);
    for (const output of [path, dangling]) {
      const { status, stderr } = await command(join(from, 'a.wav'), '-o', output);
      assert.equal(status, 1);
      assert.match(stderr, /exists; --overwrite/);
    }
    assert.equal(await readFile(path, 'utf8'), 'precious');
    for (const output of [path, dangling]) {
      assert.equal((await command(join(from, 'a.wav'), '-o', output, '--overwrite')).status, 0);
      assert.ok((await lstat(output)).isSymbolicLink());
      assert.equal((await readWav(output)).layout.frames, 1000);
    }
    assert.deepEqual((await readdir(elsewhere)).sort(), ['kept.wav', 'new.wav']);
    const circle = join(folder, 'links', 'circle.wav');
    await symlink('circle.wav', circle);
    assert.match(
      (await command(join(from, 'a.wav'), '-o', circle, '--overwrite')).stderr,
      /circle\.wav is a link that leads to itself/,
    );
  });

  it('may have the longest names that a file system takes', async () => {
    const name = `${'あ'.repeat(82)}.wav`;
    const from = await folderOf('names', { [name]: SOUND });
    const output = join(folder, 'names-out');
    const { status, stderr } = await command(from, '-o', output);
    assert.deepEqual([status, stderr], [0, '']);
    assert.deepEqual(await readdir(output), [name]);
  });

  it('of a process that was killed are removed by the next, those of one that lives are left', async () => {
    const from = await folderOf('killed', { 'a.wav': MINUTE });
    const to = join(folder, 'killed-out');
    const [killed, alive] = [await working(from, to), await working(from, to, 2)];
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const parts = await partsIn(to);
    assert.equal(parts.length, 2);
    const short = await folderOf('killed-short', { 'b.wav': SOUND });
    assert.equal((await command(short, '-o', to)).status, 0);
    const left = await partsIn(to);
    assert.equal(left.length, 1);
    assert.match(left[0], new RegExp(`\\.${alive.pid}\\.`));
    alive.kill('SIGINT');
    assert.deepEqual(await once(alive, 'exit'), [130, null]);
    assert.deepEqual(await readdir(to), ['b.wav']);
  });

  it('are removed when the terminal goes away, or the system asks for an end', async () => {
    const from = await folderOf('hangup', { 'a.wav': MINUTE });
    for (const signal of ['SIGHUP', 'SIGTERM'] as const) {
      const to = join(folder, `hangup-${signal}`);
      const child = await working(from, to);
      child.kill(signal);
      assert.deepEqual(await once(child, 'exit'), [130, null], signal);
      assert.deepEqual(await readdir(to), [], signal);
    }
  });

  it('are written to their end although nobody reads what is printed about them', async () => {
    const from = await folderOf('unheard', { 'a.wav': SOUND, 'b.wav': SOUND, 'c.wav': SOUND });
    const to = join(folder, 'unheard-out');
    const child = await start(from, '-o', to);
    child.stdout?.destroy();
    child.stderr?.destroy();
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.deepEqual((await readdir(to)).sort(), ['a.wav', 'b.wav', 'c.wav']);
  });

  async function partsIn(path: string): Promise<string[]> {
    return existsSync(path) ? (await readdir(path)).filter((name) => name.endsWith('.part')) : [];
  }

  /** A process that is writing a part, once there are `count` in the folder. */
  async function working(from: string, to: string, count = 1) {
    const child = await start(from, '-o', to);
    while (child.exitCode === null && (await partsIn(to)).length < count)
      await new Promise((resolve) => setTimeout(resolve, 20));
    return child;
  }
});
