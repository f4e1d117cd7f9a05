/** What a worker's own log says of its speed, in the words of the simulation. */
import type { Scenario } from './queue-simulation.ts';

/** A run of workers until nothing was left. */
export interface Run {
  /** From the start of the first process to the end of the last one, seconds. */
  readonly wall: number;
  /** Each recording, in the order of time: when it was done, after the start of the run, and its length, seconds. */
  readonly done: readonly { readonly at: number; readonly seconds: number }[];
}

/** What a run of one worker with one job says about it. */
export interface Calibration extends Pick<Scenario, 'speed' | 'overhead' | 'start'> {
  /** From its last recording to the end of its process. */
  readonly end: number;
}

/**
 * By least squares of the time from one recording's end to the next over the length of that recording; so the sum over
 * all of them is what was measured. Where the machine was too busy for a line with a positive overhead, there is none.
 */
export function calibrationOf({ wall, done }: Run): Calibration {
  if (done.length < 3) throw new Error(`Expected three recordings or more to measure a worker by, got ${done.length}.`);
  const later = done.slice(1);
  const times = later.map(({ at }, i) => at - done[i].at);
  const lengths = later.map(({ seconds }) => seconds);
  const [meanTime, meanLength] = [times, lengths].map((all) => all.reduce((sum, one) => sum + one, 0) / all.length);
  const covariance = times.reduce((sum, time, i) => sum + (time - meanTime) * (lengths[i] - meanLength), 0);
  const variance = lengths.reduce((sum, length) => sum + (length - meanLength) ** 2, 0);
  const slope = covariance / variance;
  const isLine = slope > 0 && slope * meanLength <= meanTime;
  const speed = isLine ? 1 / slope : meanLength / meanTime;
  const overhead = isLine ? meanTime - meanLength * slope : 0;
  const [first] = done;
  const start = Math.max(0, first.at - overhead - first.seconds / speed);
  return { speed, overhead, start, end: wall - done[done.length - 1].at };
}
