/** What pages load beside their script, copied by the command. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { command } from '../support/command-line.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('denoise-node copy-assets', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'copied assets-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function filesIn(path: string): Promise<string[]> {
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(path.length + 1)
          .replaceAll(sep, '/'),
      )
      .sort();
  }

  it('copies what a page loads, with the bundled models, and says what it wrote', async () => {
    const { status, stdout } = await command('copy-assets', folder);
    const expected = [
      'denoise-processor.js',
      'denoise-worker.js',
      'models/base.bin',
      'models/tiny.bin',
      'wam/wam-processor.js',
      'wasm/tfjs-backend-wasm-simd.wasm',
    ];
    assert.equal(status, 0);
    assert.deepEqual(await filesIn(folder), expected);
    assert.deepEqual(stdout.trim().split('\n').sort(), expected.map((path) => join(folder, path)).sort());
    for (const path of expected)
      assert.deepEqual(await readFile(join(folder, path)), await readFile(join(ROOT, 'dist', path)), path);
  });

  it('copies the models that are asked for alone, also those of another package', async () => {
    const { status } = await command('copy-assets', folder, '--models', 'tiny,unet-8k/seed');
    assert.equal(status, 0);
    const models = (await filesIn(folder)).filter((path) => path.startsWith('models/'));
    const manifest = JSON.parse(await readFile(join(ROOT, 'models/classic/unet-8k/seed.json'), 'utf8'));
    const files = ['seed.json', ...Object.keys(manifest.files)].map((name) => `models/unet-8k/${name}`);
    assert.deepEqual(models, ['models/tiny.bin', ...files].sort());
  });

  it('writes one module with all of it, and its declarations, with --inline', async () => {
    const { status } = await command('copy-assets', folder, '--inline', '--models', 'tiny');
    assert.equal(status, 0);
    assert.deepEqual(await filesIn(folder), ['denoise-inline.d.ts', 'denoise-inline.js']);
    const { default: inline } = await import(pathToFileURL(join(folder, 'denoise-inline.js')).href);
    const { assets, model } = inline();
    const expected = {
      [assets.worklet]: 'denoise-processor.js',
      [assets.worker]: 'denoise-worker.js',
      [assets.wasm]: 'wasm/tfjs-backend-wasm-simd.wasm',
      [model]: 'models/tiny.bin',
    };
    assert.equal(Object.keys(expected).length, 4);
    for (const [url, path] of Object.entries(expected)) {
      const found = Buffer.from(await (await fetch(url)).arrayBuffer());
      assert.deepEqual(found, await readFile(join(ROOT, 'dist', path)), path);
    }
    assert.equal(inline(), inline());
  });

  it('refuses what it does not understand, and copies nothing then', async () => {
    for (const [words, message] of [
      [['copy-assets'], /one folder to copy into, got 0/],
      [['copy-assets', folder, folder], /one folder to copy into, got 2/],
      [['copy-assets', folder, '--models', 'bass'], /--models of base, tiny, .*got "bass"/],
      [['copy-assets', folder, '--modles', 'base'], /--modles/],
      [['copy-assets', folder, '--inline', '--models', 'base,tiny'], /one of base, tiny with --inline/],
      [['copy-assets', join(ROOT, 'package.json')], /Cannot copy into .*package\.json: /],
    ] as const) {
      const { status, stderr } = await command(...words);
      assert.equal(status, 2);
      assert.match(stderr, message);
    }
    assert.deepEqual(await filesIn(folder), []);
  });
});
