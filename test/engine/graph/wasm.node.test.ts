import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DenoiseError, Denoiser } from '../../../src/engine/index.ts';
import { FIXTURE_URL, makeFixtureModel, servedFrom } from '../../support/fixture-model.ts';

// A file of its own: the backend starts once for each process.
describe('Denoiser.load without WebAssembly files', () => {
  it('fails with the folder in its message', async () => {
    const source = {
      modelUrl: FIXTURE_URL,
      fetch: servedFrom(await makeFixtureModel('decaying')),
      wasmUrl: '/nowhere/wasm',
    };
    await assert.rejects(Denoiser.load(source), (error) => {
      assert.ok(error instanceof DenoiseError, String(error));
      assert.equal(error.code, 'wasm');
      assert.match(error.message, /from \/nowhere\/wasm\//);
      return true;
    });
  });
});
