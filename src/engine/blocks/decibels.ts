/**
 * In:     amplitudes or powers of an image, in place
 * Out:    decibels relative to 1
 * Thread: [worker], or whoever runs the engine
 *
 * The same as librosa.power_to_db and librosa.amplitude_to_db with ref=1. `amin` is in the unit of the input: all
 * values below it count as that, so that silence has a level. With `topDb`, no value lies further below the image's
 * maximum. None of these allocates.
 */
import type { Decibels } from '../../shared/units.ts';

const DB_PER_NEPER_OF_POWER = 10 / Math.LN10;

/** 10·lg max(amin, power) for the first `length` values. */
export function powerToDb(values: Float32Array, length: number, amin: number, topDb: Decibels | null): void {
  for (let i = 0; i < length; i++) values[i] = DB_PER_NEPER_OF_POWER * Math.log(Math.max(amin, values[i]));
  if (topDb !== null) limitRange(values, length, topDb);
}

/** 20·lg max(amin, amplitude) for the first `length` values. */
export function amplitudeToDb(values: Float32Array, length: number, amin: number, topDb: Decibels | null): void {
  for (let i = 0; i < length; i++) values[i] = 2 * DB_PER_NEPER_OF_POWER * Math.log(Math.max(amin, values[i]));
  if (topDb !== null) limitRange(values, length, topDb);
}

/** Amplitude of a level; also the gain of a difference of levels. */
export function dbToAmplitude(db: Decibels): number {
  return Math.exp(db / (2 * DB_PER_NEPER_OF_POWER));
}

/** Power of a level. */
export function dbToPower(db: Decibels): number {
  return Math.exp(db / DB_PER_NEPER_OF_POWER);
}

function limitRange(values: Float32Array, length: number, topDb: Decibels): void {
  let most = values[0];
  for (let i = 1; i < length; i++) if (values[i] > most) most = values[i];
  const least = most - topDb;
  for (let i = 0; i < length; i++) if (values[i] < least) values[i] = least;
}
