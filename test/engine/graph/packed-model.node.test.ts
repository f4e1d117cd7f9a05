/** A model in one file is the model in its folder. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { DenoiseError, type DenoiseErrorCode, Denoiser } from '../../../src/engine/index.ts';
import { packModel } from '../../../tools/pack-model.mjs';
import { makeFixtureModel } from '../../support/fixture-model.ts';

describe('a packed model', () => {
  let folder: string;
  let path: string;
  let packed: Buffer;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'packed model-'));
    for (const [name, content] of await makeFixtureModel('decaying')) await writeFile(join(folder, name), content);
    packed = packModel(pathToFileURL(join(folder, 'manifest.json')));
    path = join(folder, 'fixture.bin');
    await writeFile(path, packed);
  });

  after(() => rm(folder, { recursive: true }));

  /** One hop through a model. */
  async function enhance(modelUrl: string | URL, fetch?: typeof globalThis.fetch): Promise<Float32Array> {
    const denoiser = await Denoiser.load({ modelUrl, fetch });
    const stream = denoiser.createStream(48000);
    stream.push(
      Float32Array.from({ length: 480 }, (_, n) => Math.sin(n / 5) / 10),
      0,
      480,
    );
    denoiser.step([stream]);
    const enhanced = new Float32Array(stream.available);
    stream.pull(enhanced, 0, enhanced.length);
    denoiser.dispose();
    return enhanced;
  }

  const serving =
    (bytes: Uint8Array<ArrayBuffer>, asked: string[] = []): typeof fetch =>
    async (url) => {
      asked.push(String(url));
      return new Response(bytes);
    };

  async function refused(bytes: Uint8Array<ArrayBuffer>, code: DenoiseErrorCode, message: RegExp): Promise<void> {
    const loading = Denoiser.load({ modelUrl: 'https://app.invalid/fixture-1a2b.bin', fetch: serving(bytes) });
    await assert.rejects(loading, (error) => {
      assert.ok(error instanceof DenoiseError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  }

  it('gives the same sound as its folder: by path, from disk, and by one request whatever its query', async () => {
    const expected = await enhance(folder);
    assert.ok(expected.some((sample) => sample !== 0));
    const asked: string[] = [];
    const url = 'https://app.invalid/assets/fixture-1a2b.bin?v=3';
    assert.deepEqual(await enhance(path), expected);
    assert.deepEqual(await enhance(pathToFileURL(path)), expected);
    assert.deepEqual(await enhance(url, serving(new Uint8Array(packed), asked)), expected);
    assert.deepEqual(asked, [url]);
  });

  it('may be a data: URL, as bundlers make of what they put into the script', async () => {
    const url = `data:application/octet-stream;base64,${packed.toString('base64')}`;
    assert.deepEqual(await enhance(url), await enhance(folder));
  });

  it('is refused where a server answers with a page, and told what is amiss', async () => {
    for (const page of ['<!doctype html><title>App</title>', ''])
      await refused(new TextEncoder().encode(page), 'model-corrupt', /fixture-1a2b\.bin: expected a packed model/);
  });

  it('is refused where bytes are missing or changed, with the name of the file in it', async () => {
    const short = new Uint8Array(packed.subarray(0, packed.length - 7));
    await refused(short, 'model-corrupt', /fixture-1a2b\.bin#weights\.bin: expected \d+ bytes, got \d+/);
    const changed = new Uint8Array(packed);
    changed[changed.length - 1] ^= 1;
    await refused(changed, 'model-corrupt', /fixture-1a2b\.bin#weights\.bin: expected SHA-256/);
  });
});
