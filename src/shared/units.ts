/**
 * Units that names alone cannot carry. Sample values everywhere are Float32, −1 to 1 full scale, one channel unless
 * said.
 */

/** A count of samples at a stated rate. */
export type Samples = number;
/** Samples per second. */
export type Hertz = number;
/** 20·log10 of an amplitude ratio. */
export type Decibels = number;
export type Milliseconds = number;
export type Seconds = number;

/** Context rates that Web Audio allows, and rates of recordings that the engine takes: lowest and highest, Hz. */
export const CONTEXT_RATE_HZ = [3000, 768000] as const;

/** Amplitude ratio of a level in decibels. */
export function decibelsToGain(decibels: Decibels): number {
  return 10 ** (decibels / 20);
}

/** Level in decibels of an amplitude ratio; −Infinity for 0. */
export function gainToDecibels(gain: number): Decibels {
  return 20 * Math.log10(gain);
}
