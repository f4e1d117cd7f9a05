/**
 * In:     a model that nobody uses at the moment
 * Out:    how long one step of one stream takes on this device, now
 * Thread: [worker]
 */
import type { Denoiser } from '../engine/denoiser.ts';
import { advanceSamples } from '../engine/manifest/manifest.ts';
import type { Milliseconds } from '../shared/units.ts';

/** The middle one of so many rounds counts: one that was interrupted says nothing about the others. */
const ROUNDS = 7;
/** Length of a round. The clocks of some browsers show whole milliseconds only. */
const ROUND_MS: Milliseconds = 6;

/** Keeps the thread busy for about 40 ms, or for as long as {@link ROUNDS} steps take if that is more. */
export function measureStep(denoiser: Denoiser): Milliseconds {
  const { sampleRateHz, framing } = denoiser.manifest;
  const stream = denoiser.createStream(sampleRateHz);
  // Silence would not do: a block model asks the network nothing about it.
  const sound = Float32Array.from({ length: advanceSamples(framing) }, (_, n) => 0.1 * Math.sin(n * n));
  const step = (): void => {
    stream.push(sound, 0, stream.samplesToHop);
    denoiser.step([stream]);
    stream.pull(sound.slice(), 0, stream.available);
  };
  step(); // A block model's first block is longer than its advance.
  const rounds = Array.from({ length: ROUNDS }, () => {
    const begin = performance.now();
    for (let steps = 1; ; steps++) {
      step();
      const passed = performance.now() - begin;
      if (passed >= ROUND_MS) return passed / steps;
    }
  });
  stream.dispose();
  return rounds.sort((a, b) => a - b)[ROUNDS >> 1];
}
