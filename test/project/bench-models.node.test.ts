import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';

const { bundledModels, manifestPath, readModel } = await import(
  new URL('../../bench/harness/models.mjs', import.meta.url).href
);

describe('models of the bench', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-models-'));
  after(() => rmSync(folder, { recursive: true }));
  const put = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const list = () => bundledModels(pathToFileURL(`${folder}/`));

  it('are folders with a manifest, and variants beside it', () => {
    put('unet/manifest.json', '{"contract": 1}');
    put('unet/model.json', '{"format": "graph-model"}');
    put('unet/griffin-lim.json', '{"contract": 1}');
    put('base/manifest.json', '{"contract": 1}');
    put('notes/README.md', 'no model');
    assert.deepEqual(list(), ['base', 'unet', 'unet/griffin-lim']);
  });

  it('are refused by name when a manifest is no JSON', () => {
    put('broken/manifest.json', '{');
    assert.throws(list, /broken\/manifest\.json is not JSON/);
    rmSync(join(folder, 'broken'), { recursive: true });
  });

  it('weigh what the engine reads, manifest included, and nothing else', () => {
    const { bytes, manifest } = readModel('base');
    const inManifest = Object.values(manifest.files as Record<string, { bytes: number }>).reduce(
      (sum, file) => sum + file.bytes,
      0,
    );
    assert.ok(
      bytes > inManifest && bytes < inManifest + 50_000,
      `${bytes} bytes beside ${inManifest} of weights and graph`,
    );
    assert.equal(manifestPath('unet/griffin-lim'), '/models/unet/griffin-lim.json');
  });
});
