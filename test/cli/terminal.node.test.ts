/** Names and words of others on the way to a terminal. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { channelsOf, command, wav } from '../support/command-line.ts';

/** Clears a screen, renames a window, rings, in eight bits too; turns the line round; makes a line of its own. */
const HOSTILE = 'a\x1b[2J\x1b]0;x\x07\u009b31m\u202egnp\nfake.wav';
const SHOWN = 'a\\u001b[2J\\u001b]0;x\\u0007\\u009b31m\\u202egnp\\nfake.wav';

describe('a file name with control characters', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'denoise-terminal-'));
    await mkdir(join(folder, 'in'));
    await writeFile(join(folder, 'in', HOSTILE), wav('int16', 16000, channelsOf(1, 300)));
    await writeFile(join(folder, 'in', `broken-${HOSTILE}`), 'no sound');
  });

  after(() => rm(folder, { recursive: true }));

  it('is written as it is, and shown with escapes in what is printed, errors and JSON', async () => {
    const output = join(folder, 'out');
    const { stdout, stderr } = await command(join(folder, 'in'), '-o', output);
    assert.deepEqual(await readdir(output), [HOSTILE]);
    assert.ok(stdout.startsWith(`${join(folder, 'in')}/${SHOWN} → ${output}/${SHOWN}  `), stdout);
    assert.ok(stderr.includes(`broken-${SHOWN}: expected`), stderr);
    const json = await command(join(folder, 'in'), '-o', output, '--overwrite', '--json');
    const usage = await command('in.wav', '-o', HOSTILE.replace('.wav', '.mp3'));
    assert.equal(usage.status, 2);
    const printed = [stdout, stderr, json.stdout, json.stderr, usage.stderr].join('').replaceAll('\n', '');
    assert.doesNotMatch(printed, /[\p{Cc}\p{Cf}]/u);
    const { files } = JSON.parse(json.stdout) as { files: { input: string }[] };
    assert.deepEqual(files.map((file) => file.input).sort(), [
      join(folder, 'in', HOSTILE),
      join(folder, 'in', `broken-${HOSTILE}`),
    ]);
  });
});
