/**
 * In:     `queue add` (arguments.ts)
 * Out:    a job for each recording that is not in the queue yet
 * Thread: main
 */
import type { Queue } from 'bullmq';
import { printableJson } from '../printable.ts';
import { complain, Exit, print } from '../say.ts';
import type { AddCommand } from './arguments.ts';
import { gather } from './gather.ts';
import { retrying } from './patience.ts';
import { idOf, type Recording } from './recording.ts';

/** Jobs that go to Redis at once. */
const BATCH = 500;
/** The name of every job; dashboards show it. */
const JOB_NAME = 'enhance';

/** What became of the recordings of an order. */
interface Added {
  added: number;
  /** In the queue already, as they are and with the same settings. */
  known: number;
  /** Failed before because of an output that may be replaced now. */
  again: number;
}

/** Adds what is not there yet; returns the exit status. */
export async function add(command: AddCommand, queue: Queue<Recording>, signal: AbortSignal): Promise<number> {
  const { recordings, refusals, leftOut } = await gather(command.order);
  const count: Added = { added: 0, known: 0, again: 0 };
  for (let start = 0; start < recordings.length; start += BATCH) {
    if (signal.aborted) return Exit.interrupted;
    await addBatch(command, queue, recordings.slice(start, start + BATCH), count);
  }
  for (const { input, reason } of refusals) complain(`${input}: ${reason}`);
  if (command.json) print(`${printableJson({ ...count, refused: refusals, leftOut })}\n`);
  else if (!command.quiet) {
    for (const { input, reason } of leftOut) complain(`${input}: ${reason}`);
    const again = count.again === 0 ? '' : `, ${count.again} tried again`;
    print(`${count.added} added, ${count.known} in the queue already${again}\n`);
  }
  return refusals.length > 0 ? Exit.someFailed : Exit.ok;
}

async function addBatch(
  command: AddCommand,
  queue: Queue<Recording>,
  recordings: readonly Recording[],
  count: Added,
): Promise<void> {
  const jobs = await Promise.all(recordings.map((recording) => queue.getJob(idOf(recording))));
  const fresh = recordings.filter((_, i) => jobs[i] === undefined);
  await queue.addBulk(
    fresh.map((data) => ({
      name: JOB_NAME,
      data,
      opts: { jobId: idOf(data), ...retrying(command), stackTraceLimit: 0 },
    })),
  );
  count.added += fresh.length;
  for (const [i, job] of jobs.entries()) {
    if (job === undefined) continue;
    if (recordings[i].overwrite && !job.data.overwrite && (await job.isFailed())) {
      await job.updateData({ ...job.data, overwrite: true });
      await job.retry('failed', { resetAttemptsMade: true });
      count.again += 1;
    } else count.known += 1;
  }
}
