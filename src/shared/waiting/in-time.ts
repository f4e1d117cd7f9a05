import type { Milliseconds } from '../units.ts';
import { Patience } from './patience.ts';

/** The outcome of some work, or an Error where it has none in time. */
export function inTime<T>(work: Promise<T>, patienceMs: Milliseconds): Promise<T> {
  return new Promise((resolve, reject) => {
    const patience = new Patience(patienceMs, () => reject(new Error(`no answer within ${patienceMs / 1000} s`)));
    work.then(resolve, reject).finally(() => patience.end());
  });
}
