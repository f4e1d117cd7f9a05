/** What the command finds in a folder. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { channelsOf, command, wav } from '../support/command-line.ts';

const SOUND = wav('int16', 16000, channelsOf(1, 300));

interface Report {
  readonly files: readonly { readonly input: string; readonly error?: string }[];
  readonly leftOut: readonly { readonly input: string; readonly reason: string }[];
}

describe('a folder that denoise-node is given', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'denoise-folders-'));
  });

  after(() => rm(folder, { recursive: true }));

  it('is searched through links to files and folders, each folder once; a circle is told and left', async () => {
    const input = join(folder, 'linked');
    await mkdir(join(input, 'real', 'deep'), { recursive: true });
    await mkdir(join(folder, 'store', 'more'), { recursive: true });
    await writeFile(join(input, 'real', 'a.wav'), SOUND);
    await writeFile(join(folder, 'store', 'SHA256-1.wav'), SOUND);
    await writeFile(join(folder, 'store', 'more', 'c.wav'), SOUND);
    await symlink(join(folder, 'store', 'SHA256-1.wav'), join(input, 'b.wav'));
    await symlink(join(folder, 'store', 'more'), join(input, 'more'));
    // Three ways round in a circle, of which the first in the alphabet comes before the folder's own name.
    await symlink(join(input, 'real'), join(input, 'another'));
    await symlink('..', join(input, 'real', 'deep', 'up'));
    await symlink(folder, join(folder, 'store', 'more', 'top'));
    const output = join(folder, 'linked-out');
    const { status, stdout, stderr } = await command(input, '-o', output, '--json');
    assert.deepEqual([status, stderr], [0, '']);
    const { files, leftOut } = JSON.parse(stdout) as Report;
    const found = files.map((file) => file.input.slice(input.length + 1));
    assert.deepEqual(found, ['b.wav', 'more/c.wav', 'more/top/store/SHA256-1.wav', 'real/a.wav']);
    assert.deepEqual(leftOut.map((each) => each.input.slice(input.length + 1)).sort(), [
      'another',
      'more/top/linked',
      'more/top/store/more',
      'real/deep/up',
    ]);
    for (const { reason } of leftOut) assert.match(reason, /is searched already/);
    assert.deepEqual((await readdir(output)).sort(), ['b.wav', 'more', 'real']);
    const told = await command(input, '-o', output, '--overwrite');
    assert.match(told.stderr, /another: left out: it is the folder .*real, which is searched already/);
  });

  it('names a link to a recording that is not there, and passes over other links', async () => {
    const input = join(folder, 'dangling');
    await mkdir(input);
    await writeFile(join(input, 'a.wav'), SOUND);
    await symlink('nowhere', join(input, 'gone.wav'));
    await symlink('nowhere', join(input, 'gone.txt'));
    const { status, stderr } = await command(input, '-o', join(folder, 'dangling-out'));
    assert.equal(status, 1);
    assert.equal(stderr, `denoise-node: ${join(input, 'gone.wav')}: a link to what is not there\n`);
  });

  it('has its hidden files and folders left out, as a Mac puts them beside every recording', async () => {
    const input = join(folder, 'hidden');
    await mkdir(join(input, '.git'), { recursive: true });
    for (const name of ['a.wav', '.git/b.wav']) await writeFile(join(input, name), SOUND);
    await writeFile(join(input, '._a.wav'), Uint8Array.of(0, 5, 0x16, 7));
    const output = join(folder, 'hidden-out');
    const { status, stderr } = await command(input, '-o', output);
    assert.deepEqual([status, stderr], [0, '']);
    assert.deepEqual(await readdir(output), ['a.wav']);
  });

  it('is not searched where the output lies in it, also under another name', async () => {
    const input = join(folder, 'output-inside');
    await mkdir(join(input, 'clean'), { recursive: true });
    await writeFile(join(input, 'a.wav'), SOUND);
    await symlink('clean', join(input, 'done'));
    for (let run = 0; run < 2; run++) {
      const { stdout } = await command(input, '-o', join(input, 'done'), '--overwrite');
      assert.equal(stdout.trim().split('\n').length, 1);
    }
    assert.deepEqual(await readdir(join(input, 'clean')), ['a.wav']);
  });
});
