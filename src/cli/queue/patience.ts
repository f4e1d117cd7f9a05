/**
 * In:     what add.ts and work.ts were asked for (arguments.ts)
 * Out:    what BullMQ does about recordings that fail and workers that die
 * Thread: main
 */
import type { AddCommand, WorkCommand } from './arguments.ts';

/** A recording under which so many workers died is no more given to others: it may be what kills them. */
const MOST_DEATHS = 10;

/** How a job is tried again. */
export function retrying({ attempts, backoffSeconds }: Pick<AddCommand, 'attempts' | 'backoffSeconds'>) {
  return { attempts, backoff: { type: 'exponential', delay: backoffSeconds * 1000 } };
}

/** How workers find out that one of them has died. */
export function stalling({ stalledSeconds }: Pick<WorkCommand, 'stalledSeconds'>) {
  return { lockDuration: stalledSeconds * 1000, stalledInterval: stalledSeconds * 500, maxStalledCount: MOST_DEATHS };
}
