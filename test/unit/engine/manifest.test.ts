import { expect } from '@esm-bundle/chai';
import { readManifest, requireSupported } from '../../../src/engine/manifest.ts';
import { DenoiseError } from '../../../src/errors.ts';

type Json = Record<string, unknown>;

describe('readManifest', () => {
  it('reads what training writes', () => {
    const manifest = requireSupported(readManifest(streaming(), 'here'), 'here');
    expect(manifest).to.deep.equal(streaming());
  });

  const broken: [field: string, value: unknown, expected: string][] = [
    ['contract', 2, 'expected 1, found 2'],
    ['name', '', 'expected a text, found ""'],
    ['sampleRateHz', 44.1, 'expected a whole number from 3000 to 768000, found 44.1'],
    ['framing', undefined, 'expected an object, found nothing'],
    ['framing.kind', 'spiral', 'expected "streaming" or "block", found "spiral"'],
    ['framing.hopSamples', 0, 'expected a whole number from 1, found 0'],
    ['framing.windowSamples', 100, 'expected a whole number from 480, found 100'],
    ['framing.fftSamples', 1024, 'expected a whole number from 1536, found 1024'],
    ['framing.overlapSamples', 481, 'expected a whole number from 1 to 480, found 481'],
    ['features.exponent', null, 'expected a number from 0 to 1, found null'],
    ['estimate.kind', 'guess', 'found "guess"'],
    ['rebuild.kind', 7, 'expected "noisy-phase" or "griffin-lim", found 7'],
    ['graph.states', {}, 'expected a list, found {}'],
    ['graph.states[0].shape', [1, 48], 'expected a shape'],
    ['graph.input.shape', 'wide', 'expected a list, found "wide"'],
    ['cost.opsPerHop', -1, 'expected a whole number from 0, found -1'],
    ['files.model.json.sha256', 'abc', 'expected 64 hexadecimal digits in lower case, found "abc"'],
  ];
  for (const [field, value, expected] of broken) {
    it(`refuses ${field} = ${JSON.stringify(value)} with a message that names it`, () => {
      const error = thrownBy(() => readManifest(changed(field, value), 'https://host/base/manifest.json'));
      expect(error.code).to.equal('model-mismatch');
      expect(error.message).to.contain('https://host/base/manifest.json').and.to.contain(`"${field}"`).and.to.contain(expected);
    });
  }

  it('refuses what is no object at all', () => {
    for (const json of [null, [], 'text', 3]) expect(thrownBy(() => readManifest(json, 'here')).message).to.contain('the manifest: expected an object');
  });
});

describe('requireSupported', () => {
  const unsupported: [field: string, value: unknown][] = [
    ['framing', { kind: 'block', blockSamples: 8064, hopSamples: 63, windowSamples: 255, fftSamples: 255, overlapSamples: 0 }],
    ['framing.lookAheadHops', 1],
    ['features', { kind: 'mel' }],
    ['estimate.kind', 'noise-magnitude'],
    ['rebuild.kind', 'griffin-lim'],
    ['graph.input.shape', [-1, 3, 513]],
    ['graph.output.shape', [-1, 1, 769]],
  ];
  for (const [field, value] of unsupported) {
    it(`reads, but does not run, ${field} = ${JSON.stringify(value)}`, () => {
      const manifest = readManifest(changed(field, value), 'here');
      const error = thrownBy(() => requireSupported(manifest, 'here'));
      expect(error.code).to.equal('model-mismatch');
      expect(error.message).to.contain(`field "${field}`);
    });
  }

  it('takes a real mask of one plane', () => {
    const json = changed('estimate.kind', 'mask');
    (json.graph as { output: Json }).output.shape = [-1, 1, 769];
    expect(requireSupported(readManifest(json, 'here'), 'here').estimate.kind).to.equal('mask');
  });
});

function thrownBy(action: () => unknown): DenoiseError {
  try {
    action();
  } catch (error) {
    if (error instanceof DenoiseError) return error;
    throw error;
  }
  throw new Error('expected a DenoiseError, nothing was thrown');
}

/** The manifest of {@link streaming} with one field replaced, or removed where `value` is undefined. */
function changed(field: string, value: unknown): Json {
  const json = streaming();
  const keys = field.replace(/\[(\d+)\]/g, '.$1').split(/\.(?!json)/);
  const last = keys.pop() as string;
  const parent = keys.reduce((at, key) => at[key] as Json, json);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return json;
}

function streaming(): Json {
  return {
    contract: 1,
    name: 'base',
    version: '0.1.0',
    licence: 'MIT',
    description: 'Real-time speech denoiser',
    sampleRateHz: 48000,
    framing: {
      kind: 'streaming',
      hopSamples: 480,
      windowSamples: 1536,
      fftSamples: 1536,
      window: 'asymmetric-sqrt-hann',
      overlapSamples: 240,
      lookAheadHops: 0,
    },
    features: { kind: 'compressed-complex', exponent: 0.3, floor: 1e-6 },
    estimate: { kind: 'complex-mask' },
    rebuild: { kind: 'noisy-phase' },
    graph: {
      model: 'model.json',
      input: { name: 'features', shape: [-1, 3, 769] },
      output: { name: 'mask', shape: [-1, 2, 769] },
      states: [{ input: 'state_0', output: 'state_0_next', shape: [-1, 48, 64] }],
    },
    cost: { opsPerHop: 80, macsPerHop: 10000000, parameters: 400000 },
    files: { 'model.json': { bytes: 10, sha256: 'a'.repeat(64) }, 'weights.bin': { bytes: 20, sha256: 'b'.repeat(64) } },
  };
}
