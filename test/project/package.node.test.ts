/** What npm would pack is what package.json promises. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { publint } from 'publint';
import { listModels, readManifest } from '../../tools/models.mjs';
import { packPackage } from '../apps/build-app.ts';

const ROOT = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const CLASSIC = join(ROOT, 'models/classic');
/** Packed, as npm says. */
const MOST_BYTES = 1_000_000;
const MOST_FILES = 60;

interface Packed {
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** What npm would pack of a folder. */
function packed(folder: string): Packed {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(output)[0];
}

/** Every path that an entry of `exports` or `bin` can lead to; patterns up to their star. */
function targetsOf(entry: unknown): string[] {
  if (typeof entry === 'string') return [entry.replace(/\*.*$/, '')];
  return Object.values(entry as Record<string, unknown>).flatMap(targetsOf);
}

describe('the package', () => {
  it('holds every file that it exports', () => {
    const missing = [...targetsOf(manifest.exports), ...targetsOf(manifest.bin)].filter(
      (path) => !existsSync(join(ROOT, path)),
    );
    assert.deepEqual(missing, []);
  });

  it('packs what it exports, and neither tests nor training, in less than a megabyte and sixty files', () => {
    const { size, files } = packed(ROOT);
    const paths = files.map(({ path }) => path);
    const unpacked = targetsOf(manifest.exports)
      .map((path) => path.replace('./', ''))
      .filter((path) => !paths.some((file) => (path.endsWith('/') ? file.startsWith(path) : file === path)));
    assert.deepEqual(unpacked, []);
    assert.deepEqual(
      paths.filter(
        (file) =>
          /^(test|tools|training|bench|demo|docs)\//.test(file) ||
          /types-(test|demo)|tsbuildinfo|dist\/demo|\.map$|golden/.test(file),
      ),
      [],
    );
    assert.deepEqual(paths.filter((path) => /^(?:dist\/)?models\//.test(path)).sort(), [
      'dist/models/base.bin',
      'dist/models/tiny.bin',
      ...['base/CARD.md', 'catalogue.json', 'tiny/CARD.md'].map((path) => `models/${path}`),
    ]);
    assert.ok(size < MOST_BYTES, `${size} bytes`);
    assert.ok(files.length < MOST_FILES, `${files.length} files`);
  });

  it('brings no other package with it', () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = manifest;
    assert.equal(dependencies, undefined);
    for (const name of Object.keys(peerDependencies)) assert.equal(peerDependenciesMeta[name].optional, true, name);
  });

  it('carries the licence texts of what is bundled', () => {
    const text = readFileSync(join(ROOT, 'dist/THIRD-PARTY-LICENSES'), 'utf8');
    for (const name of ['@tensorflow/tfjs-core', 'lit-html', 'opus-decoder', 'stb-vorbis', 'minimp3-wasm', 'libopus'])
      assert.match(text, new RegExp(`^${name}[ ,].*\\((?:Apache-2\\.0|BSD-3-Clause|MIT)\\)$`, 'm'));
    for (const licence of ['Apache License', 'Neither the name of', 'Permission is hereby granted'])
      assert.ok(text.includes(licence), licence);
  });

  it('is what bundlers, Node and TypeScript expect of a package', async () => {
    const tarball = packPackage();
    const bytes = new Uint8Array(readFileSync(tarball)).buffer;
    const { messages } = await publint({ pack: { tarball: bytes }, strict: true });
    assert.deepEqual(messages, []);
    const attw = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const untyped = ['./worklet', './worker'];
    execFileSync(
      process.execPath,
      [attw, tarball, '--profile', 'esm-only', '--exclude-entrypoints', ...untyped, '--format', 'ascii'],
      { stdio: 'pipe' },
    );
  });

  it('leaves other models to a package of theirs, which has what the engine reads, and cards', () => {
    const expected = listModels()
      .filter((model) => model.package === 'denoise-node-classic-models')
      .flatMap(({ name, path }) => {
        const file = path.replace('classic/', '');
        return [file, ...Object.keys(readManifest(name).files).map((other) => join(file, '..', other))].concat(
          join(file, '../CARD.md'),
        );
      });
    assert.deepEqual(
      packed(CLASSIC)
        .files.map(({ path }) => path)
        .sort(),
      [...new Set([...expected, 'LICENSE', 'README.md', 'package.json'])].sort(),
    );
    assert.equal(JSON.parse(readFileSync(join(CLASSIC, 'package.json'), 'utf8')).version, manifest.version);
  });

  it('lets a server import the panel, for its words and the names of its classes', async () => {
    const { DenoisePanel, english, german } = await import('denoise-node/panel');
    assert.equal(typeof DenoisePanel, 'function');
    assert.notEqual(english.title, german.title);
  });

  it('can be imported where there is no browser, and does nothing then', async () => {
    const globalsBefore = Object.keys(globalThis);
    const { DenoiseNode } = await import('denoise-node');
    assert.equal(DenoiseNode.isSupported(), false);
    assert.throws(() => new DenoiseNode({} as BaseAudioContext), /unsupported|needs a browser/);
    assert.deepEqual(Object.keys(globalThis), globalsBefore);
  });
});
