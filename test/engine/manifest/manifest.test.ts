import { expect } from '@esm-bundle/chai';
import { type BlockFraming, blockFrames } from '../../../src/engine/manifest/block-manifest.ts';
import { advanceSamples, algorithmicDelaySamples, readManifest } from '../../../src/engine/manifest/manifest.ts';
import { DenoiseError } from '../../../src/shared/errors.ts';

type Json = Record<string, unknown>;

describe('readManifest', () => {
  it('reads what training writes for a streaming model', () => {
    expect(readManifest(streaming(), 'here')).to.deep.equal(streaming());
  });

  it('reads what training writes for a block model, and fills in what it may leave out', () => {
    expect(readManifest(block(), 'here')).to.deep.equal({
      ...block(),
      features: { kind: 'log-magnitude-db', amin: 1e-5, topDb: null },
      normalisation: {
        kind: 'fixed',
        to: [-1, 1],
        rows: [{ rows: 128, inputRange: [-100, 40], outputRange: [-100, 40] }],
      },
      rebuild: { kind: 'noisy-phase', gainLimit: 1 },
    });
  });

  it('reads mel and cepstral rows with ranges of their own', () => {
    const manifest = readManifest(melBlock(), 'here');
    expect(manifest.features).to.deep.equal({ ...(melBlock().features as Json), topDb: null });
    expect(manifest)
      .to.have.nested.property('normalisation.rows[1]')
      .deep.equal({ rows: 20, inputRange: [-600, 300], outputRange: [-600, 300] });
  });

  const broken: [field: string, value: unknown, expected: string][] = [
    ['contract', 2, 'expected 1, found 2'],
    ['name', '', 'expected a text, found ""'],
    ['sampleRateHz', 44.1, 'expected a whole number from 3000 to 768000, found 44.1'],
    ['framing', undefined, 'expected an object, found nothing'],
    ['framing.kind', 'spiral', 'expected "streaming" or "block", found "spiral"'],
    ['framing.hopSamples', 0, 'expected a whole number from 1 to 65536, found 0'],
    ['framing.windowSamples', 100, 'expected a whole number from 480 to 65536, found 100'],
    ['framing.fftSamples', 1024, 'expected a whole number from 1536 to 65536, found 1024'],
    ['framing.overlapSamples', 481, 'expected a whole number from 1 to 480, found 481'],
    ['features.exponent', null, 'expected a number from 0 to 1, found null'],
    ['estimate.kind', 'guess', 'found "guess"'],
    ['rebuild.kind', 7, 'expected "noisy-phase", found 7'],
    ['graph.states', {}, 'expected a list, found {}'],
    ['graph.states[0].shape', [1, 48], 'expected a shape'],
    ['graph.input.shape', 'wide', 'expected a list, found "wide"'],
    ['cost.opsPerHop', -1, 'expected a whole number from 0, found -1'],
    ['files.model.json.sha256', 'abc', 'expected 64 hexadecimal digits in lower case, found "abc"'],
  ];
  for (const [field, value, expected] of broken) itRefuses(streaming, field, value, expected);

  const tooLarge: [field: string, value: unknown, expected: string][] = [
    ['name', 'x'.repeat(5000), 'expected a text of at most 4096 characters (here 5000)'],
    ['framing.fftSamples', 2 ** 27, 'expected a whole number from 1536 to 65536, found 134217728'],
    ['framing.fftSamples', 65521, 'expected a length whose prime factors are at most 127, found 65521'],
    ['graph.states[0].shape', [-1, 1e9], 'expected at most 4194304 values in all states together (here 1000000000)'],
    ['graph.states[0].shape', [-1, 2 ** 52, 2 ** 52], 'expected at most 4194304 values'],
    [
      'graph.states',
      Array.from({ length: 3 }, (_, i) => ({ input: `i${i}`, output: `o${i}`, shape: [-1, 2e6] })),
      'expected at most 4194304 values in all states together (here 6000000), found [-1,2000000]',
    ],
    ['graph.states', Array(300).fill({ input: 'i', output: 'o', shape: [-1, 1] }), 'a list of at most 256 (here 300)'],
    ['graph.states[0].shape', [-1, 1, 1, 1, 1, 1, 1], 'expected a list of at most 6 (here 7)'],
    ['bands', { centreBins: Array(1000).fill(0) }, 'expected a list of at most 769 (here 1000)'],
    ['files.model.json.bytes', 2 ** 26, 'expected a whole number from 1 to 33554432, found 67108864'],
    ['files.weights.bin.bytes', 1e10, 'expected a whole number from 1 to 268435456, found 10000000000'],
    [
      'files',
      Object.fromEntries(['a', 'b'].map((name) => [name, { bytes: 2e8, sha256: 'a'.repeat(64) }])),
      'expected at most 268435456 bytes in all files together',
    ],
    [
      'files',
      Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`${i}`, {}])),
      'expected at most 256 fields (here 300)',
    ],
  ];
  for (const [field, value, expected] of tooLarge) itRefuses(streaming, field, value, expected);

  it('takes steps of ten seconds at most, at any rate', () => {
    const json = changed(streaming(), 'sampleRateHz', 3000);
    for (const samples of ['hopSamples', 'windowSamples', 'fftSamples'])
      changed(json, `framing.${samples}`, samples === 'hopSamples' ? 30001 : 60000);
    expect(thrownBy(() => readManifest(json, 'here')).message).to.contain('from 1 to 30000, found 30001');
  });

  for (const name of [
    '../secret',
    'a/../../secret',
    '..',
    '.',
    'a/./b',
    '/etc/passwd',
    ' /etc/passwd',
    '//other.host/weights.bin',
    'https://other.host/weights.bin',
    'file:///etc/passwd',
    'data:,weights',
    'C:/weights.bin',
    '..\\secret',
    '%2e%2e/secret',
    '..%2fsecret',
    '.\t./secret',
    'weights.bin?version=2',
    'weights.bin#part',
    'a//b',
    'folder/',
    '',
  ]) {
    it(`refuses a file called ${JSON.stringify(name)}, which may lie outside of the folder`, () => {
      const json = streaming();
      (json.files as Json)[name] = { bytes: 1, sha256: 'a'.repeat(64) };
      const error = thrownBy(() => readManifest(json, 'here'));
      expect(error.code).to.equal('model-mismatch');
      expect(error.message).to.contain('field "files": expected names of files inside the folder');
    });
  }

  it('takes files in folders inside, and names of any script', () => {
    const json = streaming();
    for (const name of ['part 1/weights.bin', '..bin', 'größe.bin', '__proto__'])
      Object.defineProperty(json.files, name, { value: { bytes: 1, sha256: 'a'.repeat(64) }, enumerable: true });
    expect(Object.keys(readManifest(json, 'here').files)).to.have.length(6);
  });

  it('quotes little of what it refuses, however large or deep that is', () => {
    let deep: unknown = [];
    for (let depth = 0; depth < 100_000; depth++) deep = depth % 2 === 0 ? [deep] : { deep };
    const long = 'x'.repeat(1e6);
    for (const value of [deep, long, [long, long], { [long]: long }, Array(1e6).fill(long)])
      for (const field of ['framing.kind', 'graph.states', 'graph.input.shape', 'files', 'cost.opsPerHop']) {
        const error = thrownBy(() => readManifest(changed(streaming(), field, value), `https://host/${long}`));
        expect(error.code).to.equal('model-mismatch');
        expect(error.message.length).to.be.lessThan(1000);
      }
  });

  it('refuses what is no object at all', () => {
    for (const json of [null, [], 'text', 3])
      expect(thrownBy(() => readManifest(json, 'here')).message).to.contain('the manifest: expected an object');
  });
});

describe('readManifest of a streaming model', () => {
  const refused: [field: string, value: unknown, expected: string][] = [
    ['framing.lookAheadHops', 1, 'expected 0, found 1'],
    ['features.kind', 'mel', 'expected "compressed-complex", found "mel"'],
    ['estimate.kind', 'noise-magnitude', 'found "noise-magnitude"'],
    ['rebuild.kind', 'griffin-lim', 'expected "noisy-phase", found "griffin-lim"'],
    [
      'graph.input.shape',
      [-1, 3, 513],
      'expected [-1,3,769], as framing, features, bands and estimate imply, found [-1,3,513]',
    ],
    [
      'graph.output.shape',
      [-1, 1, 769],
      'expected [-1,2,769], as framing, features, bands and estimate imply, found [-1,1,769]',
    ],
  ];
  for (const [field, value, expected] of refused) itRefuses(streaming, field, value, expected);

  it('takes a real mask of one plane', () => {
    const json = changed(streaming(), 'estimate.kind', 'mask');
    (json.graph as { output: Json }).output.shape = [-1, 1, 769];
    expect(readManifest(json, 'here').estimate.kind).to.equal('mask');
  });
});

describe('readManifest of a block model', () => {
  const refused: [field: string, value: unknown, expected: string][] = [
    ['framing.blockSamples', 200, 'expected a whole number from 255 to 80000, found 200'],
    ['framing.overlapSamples', 4033, 'expected a whole number from 0 to 4032, found 4033'],
    ['framing.windowSamples', 126, 'expected a whole number from 127 to 65536, found 126'],
    ['framing.fftSamples', 128, 'expected a whole number from 255 to 65536, found 128'],
    ['framing.window', 'hamming', 'expected "hann", found "hamming"'],
    ['framing.padding', undefined, 'expected "constant" or "reflect", found nothing'],
    ['features.kind', 'chroma', 'expected "magnitude" or "log-magnitude-db" or "mel" or "mel-mfcc", found "chroma"'],
    ['features.kind', 'compressed-complex', 'found "compressed-complex"'],
    ['features', undefined, 'expected an object, found nothing'],
    ['features.amin', 0, 'expected a number from 1e-30 to 1, found 0'],
    ['features.topDb', 'none', 'expected a number from 1 to 400, found "none"'],
    ['normalisation', undefined, 'expected an object, found nothing'],
    ['normalisation.kind', 'standard', 'expected "none" or "image" or "fixed", found "standard"'],
    ['normalisation.to', [1, -1], 'expected a range such as [-1,1], the smaller number first, found [1,-1]'],
    ['normalisation.inputRange', undefined, 'expected a range such as [-1,1], the smaller number first, found nothing'],
    ['normalisation.outputRange', [0], 'expected a range'],
    [
      'estimate.kind',
      'complex-mask',
      'expected "noise-magnitude" or "clean-magnitude" or "mask", found "complex-mask"',
    ],
    ['estimate.kind', 'clean-features', 'found "clean-features"'],
    ['rebuild.kind', 'mel-gain', 'expected "noisy-phase" or "griffin-lim", found "mel-gain"'],
    [
      'rebuild',
      { kind: 'griffin-lim', iterations: 0 },
      'field "rebuild.iterations": expected a whole number from 1 to 1000, found 0',
    ],
    [
      'rebuild',
      { kind: 'griffin-lim', iterations: 8, convergenceDb: 3 },
      'field "rebuild.convergenceDb": expected a number from -200 to 0, found 3',
    ],
    [
      'graph.input.shape',
      [-1, 128, 127, 1],
      'expected [-1,128,128,1] or [-1,127,128,1], as framing, features, bands and estimate imply, found [-1,128,127,1]',
    ],
    ['graph.input.shape', [-1, 126, 128, 1], 'found [-1,126,128,1]'],
    ['graph.input.shape', [-1, 128, 128], 'found [-1,128,128]'],
    [
      'graph.output.shape',
      [-1, 128, 128, 2],
      'expected [-1,128,128,1], as framing, features, bands and estimate imply, found [-1,128,128,2]',
    ],
    ['graph.states', [{ input: 'a', output: 'b', shape: [-1, 4] }], 'expected [], as blocks carry no memory'],
  ];
  for (const [field, value, expected] of refused) itRefuses(block, field, value, expected);

  const tooLarge: [field: string, value: unknown, expected: string][] = [
    ['framing.blockSamples', 2 ** 30, 'expected a whole number from 255 to 80000, found 1073741824'],
    [
      'framing',
      { ...(block().framing as Json), hopSamples: 1, blockSamples: 80000 },
      'expected at most 1048576 values in frames × bins (here 80000 × 128), found 80000',
    ],
    ['framing.hopSamples', 2 ** 20, 'expected a whole number from 1 to 32767, found 1048576'],
  ];
  for (const [field, value, expected] of tooLarge) itRefuses(block, field, value, expected);

  it('takes fewer iterations of Griffin-Lim for larger blocks', () => {
    const json = melBlock();
    json.sampleRateHz = 48000;
    Object.assign(json.framing as Json, { blockSamples: 480000 });
    for (const tensor of ['input', 'output']) changed(json, `graph.${tensor}.shape`, [-1, 148, 938, 1]);
    json.rebuild = { kind: 'griffin-lim', iterations: 1000, momentum: 0, seed: 1, init: 'random' };
    expect(thrownBy(() => readManifest(json, 'here')).message).to.contain('from 1 to 279, found 1000');
  });

  const refusedMels: [field: string, value: unknown, expected: string][] = [
    ['features.mels', 0, 'expected a whole number from 1 to 1024, found 0'],
    ['features.mels', 5000, 'expected a whole number from 1 to 1024, found 5000'],
    ['features.mfccs', 129, 'expected a whole number from 1 to 128, found 129'],
    ['features.highHz', 11026, 'expected a number from 1 to 11025, found 11026'],
    ['normalisation.rows', [{ rows: 148, inputRange: [0, 1] }], 'expected 2 groups of 128 and 20 rows'],
    ['normalisation.rows[1].rows', 19, 'expected 20, found 19'],
    ['normalisation.rows[0].inputRange', [0, 0], 'expected a range'],
    ['estimate.kind', 'clean-magnitude', 'expected "clean-features", found "clean-magnitude"'],
    [
      'rebuild',
      { kind: 'mel-gain', gainFloor: 2 },
      'field "rebuild.gainFloor": expected a number from 0 to 1, found 2',
    ],
    ['rebuild.kind', 'noisy-phase', 'expected "mel-gain" or "griffin-lim", found "noisy-phase"'],
    [
      'graph.input.shape',
      [-1, 128, 109, 1],
      'expected [-1,148,109,1], as framing, features, bands and estimate imply, found [-1,128,109,1]',
    ],
  ];
  for (const [field, value, expected] of refusedMels) itRefuses(melBlock, field, value, expected);
});

describe('the advance and the delay of a framing', () => {
  it('are hop and overlap of a streaming model', () => {
    const { framing } = readManifest(streaming(), 'here');
    expect([advanceSamples(framing), algorithmicDelaySamples(framing)]).to.deep.equal([480, 240]);
  });

  it('are the block without its overlap, and the overlap, of a block model', () => {
    const { framing } = readManifest(block(), 'here');
    expect([advanceSamples(framing), algorithmicDelaySamples(framing)]).to.deep.equal([8064 - 1008, 1008]);
  });

  it('go with as many frames as librosa.stft gives of a block', () => {
    const { framing } = readManifest(block(), 'here');
    expect(blockFrames(framing as BlockFraming)).to.equal(128);
    expect(
      blockFrames({
        ...(framing as BlockFraming),
        blockSamples: 16256,
        fftSamples: 512,
        hopSamples: 128,
      }),
    ).to.equal(128);
    expect(
      blockFrames({
        ...(framing as BlockFraming),
        blockSamples: 55296,
        fftSamples: 2048,
        hopSamples: 512,
      }),
    ).to.equal(109);
  });
});

function itRefuses(manifest: () => Json, field: string, value: unknown, expected: string): void {
  it(`refuses ${field} = ${JSON.stringify(value)} with a message that names it`, () => {
    const error = thrownBy(() => readManifest(changed(manifest(), field, value), 'https://host/base/manifest.json'));
    expect(error.code).to.equal('model-mismatch');
    expect(error.message)
      .to.contain('https://host/base/manifest.json')
      .and.to.contain(`field "${field}`)
      .and.to.contain(expected);
  });
}

function thrownBy(action: () => unknown): DenoiseError {
  try {
    action();
  } catch (error) {
    if (error instanceof DenoiseError) return error;
    throw error;
  }
  throw new Error('expected a DenoiseError, nothing was thrown');
}

/** A manifest with one field replaced, or removed where `value` is undefined. */
function changed(json: Json, field: string, value: unknown): Json {
  const keys = field.replace(/\[(\d+)\]/g, '.$1').split(/\.(?!json|bin$|bin\.)/);
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
    files: {
      'model.json': { bytes: 10, sha256: 'a'.repeat(64) },
      'weights.bin': { bytes: 20, sha256: 'b'.repeat(64) },
    },
  };
}

function block(): Json {
  return {
    ...streaming(),
    name: 'unet-8k',
    sampleRateHz: 8000,
    framing: {
      kind: 'block',
      blockSamples: 8064,
      overlapSamples: 1008,
      hopSamples: 63,
      windowSamples: 255,
      fftSamples: 255,
      window: 'hann',
      padding: 'constant',
    },
    features: { kind: 'log-magnitude-db', amin: 1e-5 },
    normalisation: { kind: 'fixed', inputRange: [-100, 40], outputRange: [-100, 40], to: [-1, 1] },
    estimate: { kind: 'noise-magnitude' },
    rebuild: { kind: 'noisy-phase' },
    graph: {
      model: 'model.json',
      input: { name: 'features', shape: [-1, 128, 128, 1] },
      output: { name: 'estimate', shape: [-1, 128, 128, 1] },
      states: [],
    },
  };
}

function melBlock(): Json {
  return {
    ...block(),
    name: 'mel-latent',
    sampleRateHz: 22050,
    framing: {
      kind: 'block',
      blockSamples: 55296,
      overlapSamples: 4096,
      hopSamples: 512,
      windowSamples: 2048,
      fftSamples: 2048,
      window: 'hann',
      padding: 'constant',
    },
    features: { kind: 'mel-mfcc', mels: 128, mfccs: 20, lowHz: 0, highHz: 11025, amin: 1e-10 },
    normalisation: {
      kind: 'fixed',
      to: [0, 1],
      rows: [
        { rows: 128, inputRange: [-100, 40] },
        { rows: 20, inputRange: [-600, 300] },
      ],
    },
    estimate: { kind: 'clean-features' },
    rebuild: { kind: 'mel-gain' },
    graph: {
      model: 'model.json',
      input: { name: 'features', shape: [-1, 148, 109, 1] },
      output: { name: 'estimate', shape: [-1, 148, 109, 1] },
      states: [],
    },
  };
}
