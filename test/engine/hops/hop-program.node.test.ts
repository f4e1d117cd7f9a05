/** What stands around the network, by our own kernels beside TypeScript: the same to the bit. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { SampleQueue } from '../../../src/engine/dsp/sample-queue.ts';
import type { Kernels } from '../../../src/engine/graph/kernels/load-kernels.ts';
import { startBackend } from '../../../src/engine/graph/start-backend.ts';
import { wasmBackend } from '../../../src/engine/graph/wasm-backend.ts';
import { HopPaths } from '../../../src/engine/hops/hop-path.ts';
import type { StreamingManifest } from '../../../src/engine/manifest/streaming-manifest.ts';
import type { StreamPath } from '../../../src/engine/stream-path.ts';
import { Random } from '../../../tools/fuzz/random.ts';
import { instantiated } from '../own-kernels.ts';

const MODELS = 80;
const HOPS = 12;
/** Lengths whose transforms our kernels know, with every radix. */
const KNOWN = [16, 32, 48, 64, 96, 128, 256, 288, 384, 512, 768, 1024, 1536, 2048];
/** Odd ones, and those with other prime factors, or pairs that do not come in twos. */
const UNKNOWN = [15, 30, 40, 100, 320, 480, 960, 1001];
/** Spoilt values of an estimate, which the engine cannot choose. */
const ODD_VALUES = [1e-42, -1e-42, 0, -0, 1e30, -1e30, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];

for (const build of ['simd', 'relaxed-simd'] as const)
  describe(`the hop by our kernels (${build})`, () => {
    let kernels: Kernels | undefined;

    before(async () => {
      await startBackend();
      kernels = await instantiated(build);
    });

    it('gives what TypeScript gives for any framing and bands, whatever the estimate is', (test) => {
      if (kernels === undefined) return test.skip('no relaxed SIMD');
      for (let seed = 1; seed <= MODELS; seed++) {
        const random = new Random(seed);
        const manifest = anyManifest(random, random.pick(KNOWN));
        const counted = countedKernels(kernels);
        const paths = new HopPaths(manifest, [counted]);
        const first = counted.runs;
        const found = resultsOf(paths.createPath(), manifest, new Random(seed));
        assert.ok(counted.runs > first, `seed ${seed}: not by our kernels`);
        assertSame(found, resultsOf(new HopPaths(manifest).createPath(), manifest, new Random(seed)), `seed ${seed}`);
        paths.dispose();
      }
    });

    it('keeps streams of one model apart, and begins anew when told to', (test) => {
      if (kernels === undefined) return test.skip('no relaxed SIMD');
      const manifest = anyManifest(new Random(7), 384);
      const paths = new HopPaths(manifest, [kernels]);
      const [one, other] = [paths.createPath(), paths.createPath()];
      const alone = resultsOf(one, manifest, new Random(1));
      resultsOf(other, manifest, new Random(2));
      one.reset();
      assertSame(resultsOf(one, manifest, new Random(1)), alone, 'after a reset');
      paths.dispose();
    });

    it('goes on when the heap has grown', (test) => {
      if (kernels === undefined) return test.skip('no relaxed SIMD');
      const manifest = anyManifest(new Random(3), 512);
      const paths = new HopPaths(manifest, [kernels]);
      const path = paths.createPath();
      const expected = resultsOf(path, manifest, new Random(1));
      const { wasm } = wasmBackend();
      const heap = wasm.HEAPU8.length;
      const taken = wasm._malloc(heap);
      assert.ok(wasm.HEAPU8.length > heap);
      path.reset();
      assertSame(resultsOf(path, manifest, new Random(1)), expected, 'on the larger heap');
      wasm._free(taken);
      paths.dispose();
    });

    it('frees what it holds', (test) => {
      if (kernels === undefined) return test.skip('no relaxed SIMD');
      const manifest = anyManifest(new Random(5), 2048);
      const make = (): void => new HopPaths(manifest, [kernels as Kernels]).dispose();
      make();
      const heap = wasmBackend().wasm.HEAPU8.length;
      // Far more than fits if any of them stayed.
      for (let i = 0; i < 400; i++) make();
      assert.equal(wasmBackend().wasm.HEAPU8.length, heap);
    });
  });

describe('HopPaths', () => {
  it('asks no kernels for what they do not know, and leaves those that fail or disagree', async () => {
    await startBackend();
    const simd = (await instantiated('simd')) as Kernels;
    const random = new Random(9);
    const known = anyManifest(random, 256);
    const others: StreamingManifest[] = [
      ...UNKNOWN.map((length) => anyManifest(random, length)),
      { ...known, estimate: { kind: 'mask' } },
      withoutBands(known),
    ];
    for (const manifest of others) {
      const counted = countedKernels(simd);
      resultsOf(new HopPaths(manifest, [counted]).createPath(), manifest, new Random(1));
      assert.equal(counted.runs, 0, `${manifest.framing.fftSamples} samples`);
    }
    const failing = countedKernels({
      build: 'simd',
      run: () => {
        throw new WebAssembly.RuntimeError('unreachable');
      },
    });
    const idle = countedKernels({ build: 'simd', run: () => {} });
    const right = countedKernels(simd);
    const paths = new HopPaths(known, [failing, idle, right]);
    const tried = [failing.runs, idle.runs, right.runs];
    assert.ok(tried.every((runs) => runs > 0));
    resultsOf(paths.createPath(), known, new Random(1));
    assert.deepEqual([failing.runs, idle.runs], tried.slice(0, 2));
    assert.ok(right.runs > tried[2]);
    paths.dispose();
  });
});

function countedKernels({ build, run }: Kernels): Kernels & { runs: number } {
  const counted = {
    build,
    runs: 0,
    run: (at: number, count: number): void => {
      counted.runs += 1;
      run(at, count);
    },
  };
  return counted;
}

/** What a path asks of a manifest, with any window, hop and bands that a transform of this length allows. */
function anyManifest(random: Random, fftSamples: number): StreamingManifest {
  const windowSamples = Math.max(4, fftSamples - (random.chance(0.5) ? 0 : random.below(fftSamples / 2)));
  const hopSamples = 1 + random.below(windowSamples / 2);
  const overlapSamples = 1 + random.below(Math.min(hopSamples, windowSamples - hopSamples));
  const last = Math.floor(fftSamples / 2);
  const centreBins = [0];
  const [dense, step] = [last * random.next(), 1 + 6 * random.next()];
  for (let at = 1; at <= last - 1; at += at < dense ? 1 : 1 + step * random.next()) centreBins.push(at);
  centreBins.push(last);
  return {
    framing: {
      kind: 'streaming',
      hopSamples,
      windowSamples,
      fftSamples,
      overlapSamples,
      window: 'asymmetric-sqrt-hann',
      lookAheadHops: 0,
    },
    features: { kind: 'compressed-complex', exponent: random.next(), floor: 1e-6 },
    bands: { centreBins },
    estimate: { kind: 'complex-mask' },
  } as unknown as StreamingManifest;
}

function withoutBands({ bands: _, ...manifest }: StreamingManifest): StreamingManifest {
  return manifest;
}

/** Features, samples and verdicts of some hops of sound, loud, silent and spoilt as the engine lets it through. */
function resultsOf(path: StreamPath, manifest: StreamingManifest, random: Random): Float32Array[] {
  const { framing, bands, estimate, features: settings } = manifest;
  assert.equal(settings.kind, 'compressed-complex');
  const { hopSamples, fftSamples } = framing;
  const columns = bands?.centreBins.length ?? Math.floor(fftSamples / 2) + 1;
  const noisy = new SampleQueue(hopSamples);
  const [features, masks] = [new Float32Array(3 * columns + 2), new Float32Array(2 * columns + 3)];
  const enhanced = new Float32Array(hopSamples);
  const results: Float32Array[] = [];
  for (let hop = 0; hop < HOPS; hop++) {
    const loudness = random.pick([0, 1e-15, 1e-5, 1, 1e30]);
    for (let n = 0; n < hopSamples; n++) noisy.push(loudness * (2 * random.next() - 1));
    assert.ok(path.analyse(noisy, features, 2));
    const isSpoilt = random.chance(0.3);
    for (let i = 0; i < masks.length; i++)
      masks[i] = isSpoilt && random.chance(0.05) ? random.pick(ODD_VALUES) : 2 * random.next() - 1;
    const finite = path.synthesise(masks, estimate.kind === 'mask' ? 0 : 3, random.pick([0, 12, 100]), enhanced);
    results.push(features.slice(), enhanced.slice(), Float32Array.of(Number(finite)));
  }
  return results;
}

function assertSame(found: readonly Float32Array[], expected: readonly Float32Array[], where: string): void {
  assert.equal(found.length, expected.length);
  for (const [i, values] of expected.entries()) {
    assert.equal(found[i].length, values.length);
    for (const [k, value] of values.entries()) {
      const isSame = found[i][k] === value || (Number.isNaN(value) && Number.isNaN(found[i][k]));
      assert.ok(isSame, `${where}, result ${i}, value ${k}: expected ${value}, found ${found[i][k]}`);
    }
  }
}
