/** models/catalogue.json says what lies in models/, and everything that reads it reads the same. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundledFiles } from '../../src/main/bundled-files.ts';
import { modelNames, modelUrl } from '../../src/node/bundled-models.ts';
import { listModels, readManifest, readModel } from '../../tools/models.mjs';

const MODELS = join(import.meta.dirname, '../../models');
const listed = listModels();

/** Every JSON file below models/ that describes a model, not a graph, as a path from there. */
function manifestsOnDisk(): string[] {
  return readdirSync(MODELS, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => 'contract' in JSON.parse(readFileSync(path, 'utf8')))
    .map((path) => relative(MODELS, path));
}

describe('the catalogue', () => {
  it('lists every manifest that there is, and no other', () => {
    assert.deepEqual(listed.map(({ path }) => path).sort(), manifestsOnDisk().sort());
  });

  it('lists each under the name that its manifest has', () => {
    for (const { name } of listed) assert.equal(readManifest(name).name, name);
  });

  it('lists each where the node looks for that name below the folder of its package', () => {
    for (const { name, path } of listed) {
      const manifest = name.includes('/') ? `${name}.json` : `${name}/manifest.json`;
      assert.ok(path === manifest || path.endsWith(`/${manifest}`), `${name} is at ${path}`);
    }
  });

  it('names its packages as they name themselves, in folders where npm links them', () => {
    const root = join(MODELS, '..');
    const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const { packages } = JSON.parse(readFileSync(join(MODELS, 'catalogue.json'), 'utf8'));
    for (const { name, folder } of packages) {
      const own = folder === '.' ? root : join(MODELS, folder);
      assert.equal(JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')).name, name);
      if (folder !== '.') assert.ok(workspaces.includes(`models/${folder}`), `${name} is no workspace`);
    }
  });

  it('has under the name of this package the models that a node finds by their names', () => {
    const own = listed.filter((model) => model.package === 'denoise-node').map(({ name }) => name);
    assert.deepEqual(Object.keys(bundledFiles.models), own);
    const { exports } = JSON.parse(readFileSync(join(MODELS, '../package.json'), 'utf8'));
    for (const name of own) assert.equal(exports[`./models/${name}`].default, `./dist/${name}-model.js`);
  });

  it('is what the command line goes by', () => {
    assert.deepEqual(
      modelNames().installed,
      listed.map(({ name }) => name),
    );
    for (const { name, url } of listed) assert.equal(modelUrl(name), fileURLToPath(url));
    assert.equal(modelUrl('./base'), './base');
  });
});

describe('what reads the catalogue', () => {
  const folder = mkdtempSync(join(tmpdir(), 'catalogue-'));
  after(() => rmSync(folder, { recursive: true }));
  const put = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const url = pathToFileURL(`${folder}/`);

  it('keeps its order, and looks for a package in its folder', () => {
    const packages = [
      { name: 'one', folder: '.', models: [{ name: 'unet', manifest: 'unet/manifest.json' }] },
      { name: 'two', folder: 'more', models: [{ name: 'base', manifest: 'base/manifest.json' }] },
    ];
    put('catalogue.json', JSON.stringify({ packages }));
    const found = listModels(url);
    assert.deepEqual(
      found.map(({ name, package: of, path }) => [name, of, path]),
      [
        ['unet', 'one', 'unet/manifest.json'],
        ['base', 'two', 'more/base/manifest.json'],
      ],
    );
    assert.equal(found[1].url.href, new URL('more/base/manifest.json', url).href);
  });

  it('refuses by name a manifest that is no JSON, and a model that is not listed', () => {
    put('unet/manifest.json', '{');
    assert.throws(() => readModel('unet', url), /unet\/manifest\.json: expected JSON/);
    assert.throws(() => readModel('seed', url), /Expected a model of unet, base, got "seed"/);
  });

  it('weighs what the engine reads, manifest included, and nothing else', () => {
    const { bytes, manifest } = readModel('base');
    const inManifest = Object.values(manifest.files as Record<string, { bytes: number }>).reduce(
      (sum, file) => sum + file.bytes,
      0,
    );
    assert.ok(
      bytes > inManifest && bytes < inManifest + 50_000,
      `${bytes} bytes beside ${inManifest} of weights and graph`,
    );
  });
});
