import { type Decibels, decibelsToGain } from '../shared/units.ts';

/** Attenuation limit at and above which noise may vanish altogether, dB. */
export const NO_LIMIT_DB: Decibels = 100;

/** Share of the noisy signal that an attenuation limit leaves in: 1 at 0 dB, exactly 0 at {@link NO_LIMIT_DB}. */
export function noisyShare(attenuationLimitDb: Decibels): number {
  return attenuationLimitDb >= NO_LIMIT_DB ? 0 : decibelsToGain(-attenuationLimitDb);
}
