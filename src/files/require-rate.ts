import { CONTEXT_RATE_HZ, type Hertz } from '../shared/units.ts';

/** Throws an Error for rates that the engine does not take. */
export function requireRate(sampleRateHz: Hertz): void {
  const [least, most] = CONTEXT_RATE_HZ;
  if (!(sampleRateHz >= least && sampleRateHz <= most)) {
    throw new Error(`expected a sample rate of ${least} to ${most} Hz, found ${sampleRateHz} Hz`);
  }
}
