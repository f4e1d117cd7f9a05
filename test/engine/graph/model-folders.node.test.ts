import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { DenoiseError, type DenoiseErrorCode, Denoiser } from '../../../src/engine/index.ts';
import { makeBlockFixture } from '../../support/fixture-block-model.ts';
import { FIXTURE_URL, type ModelFolder, makeFixtureModel, servedFrom } from '../../support/fixture-model.ts';

describe('Denoiser.load', () => {
  it('runs any folder that keeps the contract, from a URL with or without its slash', async () => {
    const fetch = servedFrom(await makeFixtureModel('decaying'));
    for (const modelUrl of [FIXTURE_URL, FIXTURE_URL.slice(0, -1), new URL(FIXTURE_URL)]) {
      const denoiser = await Denoiser.load({ modelUrl, fetch });
      const stream = denoiser.createStream(48000);
      stream.push(new Float32Array(480).fill(0.1), 0, 480);
      denoiser.step([stream]);
      assert.equal(stream.available, 480);
      denoiser.dispose();
    }
  });

  it('runs a folder from disk, by path and by file: URL', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'model folder-'));
    try {
      for (const [name, content] of await makeFixtureModel('decaying')) await writeFile(join(folder, name), content);
      for (const modelUrl of [folder, `${folder}/`, new URL(`file://${folder.replaceAll(' ', '%20')}`)]) {
        const denoiser = await Denoiser.load({ modelUrl });
        assert.equal(denoiser.manifest.name, 'fixture');
        denoiser.dispose();
      }
      await rm(join(folder, 'weights.bin'));
      await refused({ modelUrl: folder }, 'model-load', /weights\.bin: expected a file of the model/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('takes a URL that ends in .json for a manifest, whose files lie beside it', async () => {
    const folder = await makeFixtureModel('decaying', (manifest) => (manifest.name = 'variant'));
    folder.set('other-way.json', folder.get('manifest.json') as Uint8Array<ArrayBuffer>);
    folder.delete('manifest.json');
    const denoiser = await Denoiser.load({ modelUrl: `${FIXTURE_URL}other-way.json`, fetch: servedFrom(folder) });
    assert.equal(denoiser.manifest.name, 'variant');
    denoiser.dispose();
    folder.delete('weights.bin');
    await refused(
      { modelUrl: `${FIXTURE_URL}other-way.json`, fetch: servedFrom(folder) },
      'model-load',
      /model\/weights\.bin: .*404/,
    );
  });

  it('asks for each file once', async () => {
    const serve = servedFrom(await makeFixtureModel('decaying'));
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = (input, init) => {
      asked.push(String(input).slice(FIXTURE_URL.length));
      return serve(input, init);
    };
    (await Denoiser.load({ modelUrl: FIXTURE_URL, fetch })).dispose();
    assert.deepEqual(asked.sort(), ['manifest.json', 'model.json', 'weights.bin']);
  });

  for (const name of ['manifest.json', 'model.json', 'weights.bin']) {
    it(`names ${name} when it is missing`, async () => {
      const folder = await makeFixtureModel('decaying');
      folder.delete(name);
      await refusedFolder(folder, 'model-load', new RegExp(`${FIXTURE_URL}${name}: .*404`));
    });
  }

  it('says so when the network fails', async () => {
    const fetch = (): Promise<Response> => Promise.reject(new TypeError('connection refused'));
    await refused({ modelUrl: FIXTURE_URL, fetch }, 'model-load', /connection refused/);
  });

  it('notices one flipped bit in the weights', async () => {
    const folder = await makeFixtureModel('decaying');
    const weights = folder.get('weights.bin') as Uint8Array;
    weights[3] ^= 1;
    await refusedFolder(folder, 'model-corrupt', /weights\.bin: expected SHA-256 [0-9a-f]{64}, got [0-9a-f]{64}/);
  });

  it('notices a file that was cut short', async () => {
    const folder = await makeFixtureModel('decaying');
    const model = folder.get('model.json') as Uint8Array<ArrayBuffer>;
    folder.set('model.json', model.slice(0, -1));
    await refusedFolder(
      folder,
      'model-corrupt',
      new RegExp(`model\\.json: expected ${model.length} bytes, got ${model.length - 1}`),
    );
  });

  it('notices a page served in place of the manifest', async () => {
    const folder = await makeFixtureModel('decaying');
    folder.set('manifest.json', new TextEncoder().encode('<!doctype html>'));
    await refusedFolder(folder, 'model-corrupt', /manifest\.json: expected JSON/);
  });

  it('refuses a manifest of another contract, and names the field', async () => {
    const folder = await makeFixtureModel('decaying', (manifest) => (manifest.contract = 2));
    await refusedFolder(folder, 'model-mismatch', /field "contract": expected 1, found 2/);
  });

  it('refuses a block model that breaks the contract, and names the field, what was expected and found', async () => {
    const normalisation = await makeBlockFixture({ network: 'half', normalisation: {} });
    await refusedFolder(
      normalisation,
      'model-mismatch',
      /field "normalisation\.kind": expected "none" or "image" or "fixed", found nothing/,
    );
    const features = await makeBlockFixture({ network: 'half', features: { kind: 'chroma' } });
    await refusedFolder(
      features,
      'model-mismatch',
      /field "features\.kind": expected "magnitude" or .* found "chroma"/,
    );
    const frames = await makeBlockFixture({ network: 'half', frames: 17 });
    await refusedFolder(
      frames,
      'model-mismatch',
      /field "graph\.input\.shape": expected \[-1,128,16,1\] or .* found \[-1,128,17,1\]/,
    );
  });

  it('refuses a block model whose graph gives another image than its manifest says', async () => {
    const folder = await makeBlockFixture({ network: 'unet' });
    const manifest = JSON.parse(new TextDecoder().decode(folder.get('manifest.json')));
    // A block of one more frame: the manifest is sound in itself, but the graph resizes to 16.
    manifest.framing.blockSamples += 63;
    for (const tensor of [manifest.graph.input, manifest.graph.output]) tensor.shape[2] = 17;
    folder.set('manifest.json', new TextEncoder().encode(JSON.stringify(manifest)));
    await refusedFolder(folder, 'model-mismatch', /\[-1,128,17,1\]/);
  });

  it('refuses a graph without the tensors that the manifest names', async () => {
    const input = await makeFixtureModel('decaying', (manifest) => (manifest.graph.input.name = 'spectrum'));
    await refusedFolder(input, 'model-mismatch', /graph inputs: expected "spectrum".*"features"/);
    const output = await makeFixtureModel('decaying', (manifest) => (manifest.graph.states[0].output = 'state_1_next'));
    await refusedFolder(output, 'model-mismatch', /graph outputs: expected "state_1_next".*"state_0_next"/);
  });

  it('refuses a graph whose state has another shape than the manifest says', async () => {
    const folder = await makeFixtureModel('decaying', (manifest) => (manifest.graph.states[0].shape = [-1, 8, 2]));
    await refusedFolder(folder, 'model-mismatch', /state_0|\[-1,8,2\]/);
  });

  it('compares what the graph says of its shapes before it takes memory for any', async () => {
    const folder = await makeFixtureModel('decaying', (manifest) => (manifest.graph.states[0].shape = [-1, 2 ** 22]));
    await refusedFolder(
      folder,
      'model-mismatch',
      /graph inputs: expected "state_0" to be \[-1,4194304\], as the manifest states, found \[-1,4,2\] in the graph/,
    );
  });

  it('refuses weights that say to be more than their files hold, and files that are named twice', async () => {
    await refusedGraph(
      (graph) => (graph.weightsManifest[0].weights[0].shape = [1e9]),
      /weight ".*": expected at most \d+ values in all weights together, .* found the shape \[1000000000\]/,
    );
    await refusedGraph(
      (graph) => (graph.weightsManifest[0].weights[0].shape = [-1e9]),
      /found the shape \[-1000000000\]/,
    );
    await refusedGraph(
      (graph) => (graph.weightsManifest[0].paths = Array(1e5).fill('weights.bin')),
      /model\.json: expected each file once/,
    );
  });

  it('tells whatever else a graph may be as a short mismatch', async () => {
    for (const change of [
      (graph) => (graph.weightsManifest = null),
      (graph) => (graph.weightsManifest = [null]),
      (graph) => (graph.weightsManifest[0].weights[0].shape = 'wide'),
      (graph) => (graph.modelTopology = 7),
      (graph) => (graph.modelTopology.node = [{ name: 'x'.repeat(1e6), op: 'y'.repeat(1e6) }]),
    ] as ((graph: GraphJson) => void)[])
      await refusedGraph(change, /./);
  });

  it('refuses a manifest that leaves out a file of the graph', async () => {
    const weights = await makeFixtureModel('decaying', (manifest) => delete manifest.files['weights.bin']);
    await refusedFolder(weights, 'model-mismatch', /"files": expected "weights\.bin"/);
    const model = await makeFixtureModel('decaying', (manifest) => delete manifest.files['model.json']);
    await refusedFolder(model, 'model-mismatch', /"files": expected "model\.json"/);
  });

  it('leaves no tensor behind when it refuses', async () => {
    const probe = await Denoiser.load({ modelUrl: FIXTURE_URL, fetch: servedFrom(await makeFixtureModel('decaying')) });
    const before = probe.memory().tensors;
    const folder = await makeFixtureModel('decaying', (manifest) => (manifest.graph.states[0].shape = [-1, 8, 2]));
    await refusedFolder(folder, 'model-mismatch', /./);
    assert.equal(probe.memory().tensors, before);
    probe.dispose();
    assert.equal(probe.memory().tensors, 0);
  });
});

function refusedFolder(folder: ModelFolder, code: DenoiseErrorCode, message: RegExp): Promise<void> {
  return refused({ modelUrl: FIXTURE_URL, fetch: servedFrom(folder) }, code, message);
}

// biome-ignore lint/suspicious/noExplicitAny: it is there to be spoiled.
type GraphJson = any;

/** Refuses the fixture with another graph, whose size and hash are right. */
async function refusedGraph(change: (graph: GraphJson) => void, message: RegExp): Promise<void> {
  const folder = await makeFixtureModel('decaying');
  const graph = JSON.parse(new TextDecoder().decode(folder.get('model.json')));
  change(graph);
  const bytes = new TextEncoder().encode(JSON.stringify(graph));
  const manifest = JSON.parse(new TextDecoder().decode(folder.get('manifest.json')));
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  manifest.files['model.json'] = { bytes: bytes.length, sha256: Buffer.from(digest).toString('hex') };
  folder.set('model.json', bytes);
  folder.set('manifest.json', new TextEncoder().encode(JSON.stringify(manifest)));
  await refusedFolder(folder, 'model-mismatch', message);
}

async function refused(
  source: Parameters<typeof Denoiser.load>[0],
  code: DenoiseErrorCode,
  message: RegExp,
): Promise<void> {
  await assert.rejects(Denoiser.load(source), (error) => {
    assert.ok(error instanceof DenoiseError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.ok(error.message.length < 1000, `${error.message.length} characters`);
    return true;
  });
}
