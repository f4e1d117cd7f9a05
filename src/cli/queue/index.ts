/**
 * In:     the arguments after `denoise-node queue`
 * Out:    what the commands here print and do, and an exit status
 * Thread: main; loaded when it is asked for
 */
import { UsageError } from '../arguments.ts';
import { MissingPackage } from '../optional-package.ts';
import { complain, Exit, print } from '../say.ts';
import { reasonOf } from '../worker.ts';
import { add } from './add.ts';
import { type QueueCommand, readQueueCommand } from './arguments.ts';
import { QUEUE_HELP } from './help.ts';
import { clean, retry } from './mend.ts';
import type { Done, Recording } from './recording.ts';
import { isAway, Link, RedisError } from './redis.ts';
import { status } from './status.ts';
import { work } from './work.ts';

/**
 * Runs a command; resolves with its exit status. Rejects with a {@link UsageError}.
 * @param entry what threads run
 */
export async function queueCommand(args: readonly string[], entry: URL, signal: AbortSignal): Promise<number> {
  const command = readQueueCommand(args);
  if (command === 'help') return print(QUEUE_HELP);
  let link: Link | undefined;
  try {
    if (command.action === 'work') {
      link = await Link.waitFor(command.redis, signal, complain);
      return await work(command, link, entry, signal);
    }
    link = await Link.open(command.redis);
    return await runOnce(command, link, signal);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (signal.aborted) return Exit.interrupted;
    if (error instanceof MissingPackage || error instanceof RedisError || (error as Error).name === 'StoreError')
      complain(`${reasonOf(error)}.`);
    else if (link !== undefined && isAway(error as Error))
      complain(`${link.reason}. Then give the same command again: nothing is done twice.`);
    else throw error;
    return Exit.unreachable;
  } finally {
    link?.close();
  }
}

async function runOnce(
  command: Exclude<QueueCommand, { readonly action: 'work' }>,
  link: Link,
  signal: AbortSignal,
): Promise<number> {
  const queue = new link.bullmq.Queue<Recording, Done>(command.queue, { connection: link.client });
  // What is wrong comes with the command that fails.
  queue.on('error', () => {});
  switch (command.action) {
    case 'add':
      return add(command, queue, signal);
    case 'status':
      return status(command, queue, signal);
    case 'retry':
      return retry(command, queue);
    case 'clean':
      return clean(command, queue);
  }
}
