import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

describe('importing the package outside a browser', () => {
  for (const entry of ['index', 'standardized'] as const) {
    it(`changes nothing and says that the node is not supported (${entry})`, async () => {
      await import('standardized-audio-context'); // What it does to the global scope is its own affair.
      const before = Object.getOwnPropertyNames(globalThis).sort();
      const { DenoiseNode } = await import(`../../src/${entry}.ts`);
      assert.deepEqual(Object.getOwnPropertyNames(globalThis).sort(), before);
      assert.equal(DenoiseNode.isSupported(), false);
      assert.deepEqual(await DenoiseNode.census(), { workers: 0, nodes: 0, streams: 0, tensors: 0, tensorBytes: 0 });
      if (entry === 'index')
        assert.throws(() => new DenoiseNode({} as BaseAudioContext), { name: 'DenoiseError', code: 'unsupported' });
    });
  }
});
