import { NO_LIMIT_DB } from '../attenuation-limit.ts';
import { SampleQueue } from '../dsp/sample-queue.ts';
import type { Kernels } from '../graph/kernels/load-kernels.ts';
import type { StreamPath } from '../stream-path.ts';
import { FEATURE_PLANES } from './compressed-complex.ts';
import { estimatePlanes } from './estimate.ts';
import { type HopParts, HopProgram, hasHopProgram } from './hop-program.ts';
import { KernelHopPath } from './kernel-hop-path.ts';

/**
 * The program of the first `kernels` that give exactly what the `reference` gives, a new path each; undefined where
 * none do, or the model has something around its network that kernels do not know.
 */
export function makeHopProgram(
  parts: HopParts,
  kernels: readonly Kernels[],
  reference: () => StreamPath,
): HopProgram | undefined {
  if (kernels.length === 0 || !hasHopProgram(parts)) return undefined;
  const expected = proof(parts, reference());
  for (const own of kernels) {
    let program: HopProgram | undefined;
    try {
      program = new HopProgram(parts, own);
      const found = proof(parts, new KernelHopPath(parts, program));
      if (expected.every((values, i) => values.every((value, k) => value === found[i][k]))) return program;
    } catch {
      // Kernels that trap: the next ones, or none, do the job.
    }
    program?.dispose();
  }
  return undefined;
}

/** Enough for every sample of a frame to have gone by. */
const PROOF_FRAMES = 2;

/** Everything that a path makes of always the same sound and estimates, some of which are not finite. */
function proof({ manifest, bands, fft }: HopParts, path: StreamPath): Float32Array[] {
  const { hopSamples, windowSamples } = manifest.framing;
  const columns = bands?.bands ?? fft.bins;
  const noisy = new SampleQueue(hopSamples);
  const features = new Float32Array(FEATURE_PLANES * columns);
  const estimates = new Float32Array(estimatePlanes(manifest.estimate) * columns);
  const enhanced = new Float32Array(hopSamples);
  const hops = Math.ceil((PROOF_FRAMES * windowSamples) / hopSamples);
  const results: Float32Array[] = [];
  for (let hop = 0; hop < hops; hop++) {
    for (let n = hop * hopSamples, end = n + hopSamples; n < end; n++)
      noisy.push(Math.sin(n * 1.618) * Math.sin(n * 0.017));
    path.analyse(noisy, features, 0);
    for (let i = 0; i < estimates.length; i++) estimates[i] = Math.sin(i * 2.618 + hop);
    if (hop === 1) estimates[hop % columns] = Number.NaN;
    const finite = path.synthesise(estimates, 0, hop % 2 === 0 ? NO_LIMIT_DB : 20, enhanced);
    results.push(features.slice(), enhanced.slice(), Float32Array.of(Number(finite)));
  }
  return results;
}
