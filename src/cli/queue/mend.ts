/**
 * In:     `queue retry` and `queue clean` (arguments.ts)
 * Out:    jobs that wait again, or are forgotten
 * Thread: main
 */
import type { Queue } from 'bullmq';
import { printableJson } from '../printable.ts';
import { print } from '../say.ts';
import type { CleanCommand, RetryCommand } from './arguments.ts';
import type { Recording } from './recording.ts';

/** Jobs that are taken at once. */
const PAGE = 1000;

/** Gives every recording that has failed all its attempts again; returns the exit status. */
export async function retry(command: RetryCommand, queue: Queue<Recording>): Promise<number> {
  // What fails again meanwhile is not taken twice.
  const failed = await queue.getFailedCount();
  let retried = 0;
  while (retried < failed) {
    const jobs = await queue.getFailed(0, Math.min(PAGE, failed - retried) - 1);
    if (jobs.length === 0) break;
    for (const job of jobs) await job.retry('failed', { resetAttemptsMade: true });
    retried += jobs.length;
  }
  return tell(command, { retried }, `${retried} to be tried again`);
}

/** Forgets recordings; returns the exit status. */
export async function clean(command: CleanCommand, queue: Queue<Recording>): Promise<number> {
  let forgotten = 0;
  for (const type of command.kinds.flatMap((kind) => TYPES[kind])) {
    for (;;) {
      const ids = await queue.clean(0, PAGE, type);
      if (ids.length === 0) break;
      forgotten += ids.length;
    }
  }
  return tell(command, { forgotten }, `${forgotten} forgotten`);
}

const TYPES = {
  done: ['completed'],
  failed: ['failed'],
  waiting: ['wait', 'prioritized', 'delayed'],
} as const;

function tell({ json, quiet }: RetryCommand | CleanCommand, found: object, words: string): number {
  if (json) return print(`${printableJson(found)}\n`);
  return quiet ? 0 : print(`${words}\n`);
}
