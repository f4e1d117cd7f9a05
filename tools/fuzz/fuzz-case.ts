import { Random } from './random.ts';
import type { FuzzTarget } from './target.ts';

/** Seconds of a processor that one case may take. The largest files that are made here take one or two. */
const MOST_SECONDS = 15;

/** Runs one case. Returns what is wrong, undefined where nothing is. */
export async function fuzzCase(target: FuzzTarget, seed: number): Promise<string | undefined> {
  const before = process.cpuUsage();
  try {
    await target.run(new Random(Math.imul(seed, 0x9e3779b1)));
  } catch (error) {
    return error instanceof Error && error.name === 'Finding'
      ? error.message
      : String((error as Error)?.stack ?? error);
  }
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  return seconds > MOST_SECONDS ? `took ${seconds.toFixed(1)} s of a processor` : undefined;
}
