/** What npm would pack is what package.json promises. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

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

  it('packs what it exports, and neither tests nor training', () => {
    const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const packed: string[] = JSON.parse(output)[0].files.map(({ path }: { path: string }) => path);
    const unpacked = targetsOf(manifest.exports)
      .map((path) => path.replace('./', ''))
      .filter((path) => !packed.some((file) => (path.endsWith('/') ? file.startsWith(path) : file === path)));
    assert.deepEqual(unpacked, []);
    assert.deepEqual(
      packed.filter(
        (file) =>
          /^(test|training|bench|demo|docs)\//.test(file) || /types-(test|demo)|tsbuildinfo|dist\/demo/.test(file),
      ),
      [],
    );
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
