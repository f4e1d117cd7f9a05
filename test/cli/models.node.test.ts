/** Where the command looks for models of another package: its own is copied to where nothing lies near. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildCommand, channelsOf, type Finished, wav } from '../support/command-line.ts';

const ROOT = join(import.meta.dirname, '../..');
const CLASSIC = 'denoise-node-classic-models';
/** What the command imports. */
const DEPENDENCIES = ['@tensorflow', 'minimp3-wasm', 'opus-decoder', 'stb-vorbis'];

describe('denoise-node --model, of a package of models', () => {
  let folder: string;
  let command: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'denoise-models-'));
    const own = join(folder, 'installed/node_modules/denoise-node');
    command = join(own, 'dist/cli.js');
    await buildCommand(command);
    await cp(join(ROOT, 'package.json'), join(own, 'package.json'));
    await cp(join(ROOT, 'models/catalogue.json'), join(own, 'models/catalogue.json'));
    await cp(join(ROOT, 'models/base'), join(own, 'models/base'), { recursive: true });
    for (const name of DEPENDENCIES)
      await symlink(join(ROOT, 'node_modules', name), join(folder, 'installed/node_modules', name));
    await mkdir(join(folder, 'elsewhere/node_modules'), { recursive: true });
    await writeFile(join(folder, 'elsewhere/in.wav'), wav('int16', 16000, channelsOf(1, 16000)));
  });

  after(() => rm(folder, { recursive: true }));

  function enhanceWith(model: string): Promise<Finished> {
    const words = ['in.wav', '-o', 'out.wav', '--overwrite', '--model', model];
    return run(...words);
  }

  function run(...words: string[]): Promise<Finished> {
    return new Promise((resolve) =>
      execFile(process.execPath, [command, ...words], { cwd: join(folder, 'elsewhere') }, (error, stdout, stderr) =>
        resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
      ),
    );
  }

  it('exits with 3 and the line that installs it where it is not there', async () => {
    const { status, stderr } = await enhanceWith('unet-8k/seed');
    assert.equal(status, 3);
    assert.match(stderr, new RegExp(`^denoise-node: The model unet-8k/seed .*: npm install ${CLASSIC} brings it\\.`));
  });

  it('says in its help what is to be had, and how', async () => {
    assert.match((await run('--help')).stdout, new RegExp(`after npm install ${CLASSIC}: .*unet-8k, unet-8k/noise`));
  });

  for (const [where, place] of [
    ['beside the command', 'installed'],
    ['in the working directory', 'elsewhere'],
  ])
    it(`finds it ${where}`, async () => {
      const link = join(folder, place, 'node_modules', CLASSIC);
      await symlink(join(ROOT, 'models/classic'), link);
      const { status, stderr } = await enhanceWith('unet-8k/seed');
      await rm(link);
      assert.deepEqual([status, stderr], [0, '']);
    });
});
