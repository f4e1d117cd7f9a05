/**
 * In:     a queue
 * Out:    how far it is, for people or as JSON
 * Thread: main
 */
import type { Queue } from 'bullmq';
import { printable, printableJson } from '../printable.ts';
import { Exit, print } from '../say.ts';
import type { StatusCommand } from './arguments.ts';
import type { Done, Progress, Recording } from './recording.ts';

/** How far a queue is. */
interface Status {
  readonly done: number;
  readonly underWay: number;
  /** Those that are to be tried again included. */
  readonly waiting: number;
  readonly failed: number;
  readonly workers: number;
  /** Sound of what is done. */
  readonly seconds: number;
  /** Seconds of sound in a second, over all workers, lately; null where nothing was done lately. */
  readonly speed: number | null;
  /** About; null where nothing tells. */
  readonly secondsLeft: number | null;
  readonly failures: readonly Failure[];
}

interface Failure {
  readonly source: string;
  readonly output: string;
  readonly attempts: number;
  readonly reason: string;
}

/** Jobs that are read at once. */
const PAGE = 1000;
/** What counts as lately. */
const LATELY_MS = 5 * 60_000;
const WATCH_MS = 2000;
/** Failures that are shown; JSON has all. */
const SHOWN = 20;

type RecordingQueue = Queue<Recording, Done>;

/** Tells how far the queue is, once or until the signal is aborted; returns the exit status. */
export async function status(command: StatusCommand, queue: RecordingQueue, signal: AbortSignal): Promise<number> {
  const sound = new Sound(queue);
  const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  for (;;) {
    const found = await look(queue, sound);
    // On a terminal each takes the place of the one before.
    if (command.watch && process.stdout.isTTY && !command.json) print('\x1b[H\x1b[2J');
    print(command.json ? `${printableJson({ queue: command.queue, ...found })}\n` : text(found));
    if (!command.watch) return Exit.ok;
    await Promise.race([aborted, new Promise((resolve) => setTimeout(resolve, WATCH_MS))]);
    if (signal.aborted) return Exit.ok;
    if (!command.json && !process.stdout.isTTY) print('\n');
  }
}

async function look(queue: RecordingQueue, sound: Sound): Promise<Status> {
  const counts = await queue.getJobCounts('completed', 'active', 'wait', 'prioritized', 'delayed', 'failed');
  const { completed, active, wait, prioritized, delayed, failed } = counts;
  const waiting = wait + prioritized + delayed;
  const seconds = await sound.read(completed);
  const [speed, workers, shares, failures] = await Promise.all([
    speedOf(queue),
    queue.getWorkersCount(),
    sharesOf(queue),
    failuresOf(queue, failed),
  ]);
  // How long the others are is not known before they are read: as long as those that are done.
  const left = (waiting + active - shares) * (seconds / completed);
  const secondsLeft = waiting + active === 0 ? 0 : speed === null || completed === 0 ? null : left / speed;
  return { done: completed, underWay: active, waiting, failed, workers, seconds, speed, secondsLeft, failures };
}

/** Adds up the sound of what is done. While it is watched, only what is new is read. */
class Sound {
  readonly #queue: RecordingQueue;
  #jobs = 0;
  #seconds = 0;

  constructor(queue: RecordingQueue) {
    this.#queue = queue;
  }

  async read(count: number): Promise<number> {
    // Some were forgotten, or are done again.
    if (count < this.#jobs) [this.#jobs, this.#seconds] = [0, 0];
    while (this.#jobs < count) {
      const page = await this.#queue.getJobs('completed', this.#jobs, Math.min(count, this.#jobs + PAGE) - 1, true);
      if (page.length === 0) break;
      for (const { returnvalue } of page) this.#seconds += returnvalue?.seconds ?? 0;
      this.#jobs += page.length;
    }
    return this.#seconds;
  }
}

/** The sound of what was done lately by the time that it took all workers together. */
async function speedOf(queue: RecordingQueue): Promise<number | null> {
  const lately = (await queue.getCompleted(0, PAGE - 1)).filter(
    ({ finishedOn = 0 }) => finishedOn > Date.now() - LATELY_MS,
  );
  const seconds = lately.reduce((sum, { returnvalue }) => sum + (returnvalue?.seconds ?? 0), 0);
  const begun = Math.min(...lately.map(({ processedOn = 0 }) => processedOn));
  const ended = Math.max(...lately.map(({ finishedOn = 0 }) => finishedOn));
  return lately.length === 0 ? null : (1000 * seconds) / Math.max(1, ended - begun);
}

/** How much of what is under way is done, in recordings. */
async function sharesOf(queue: RecordingQueue): Promise<number> {
  const active = await queue.getActive();
  return active.reduce((sum, { progress }) => sum + ((progress as Partial<Progress>).share ?? 0), 0);
}

async function failuresOf(queue: RecordingQueue, count: number): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (let start = 0; start < count; start += PAGE) {
    for (const { data, attemptsMade, failedReason = '' } of await queue.getFailed(start, start + PAGE - 1))
      failures.push({ source: data.source, output: data.output, attempts: attemptsMade, reason: failedReason });
  }
  return failures;
}

function text({ done, underWay, waiting, failed, workers, seconds, speed, secondsLeft, failures }: Status): string {
  const lines = [
    `done       ${done} of ${done + underWay + waiting + failed}, ${(seconds / 3600).toFixed(2)} hours of sound`,
    `under way  ${underWay}, ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
    `waiting    ${waiting}`,
    `failed     ${failed}`,
    `speed      ${speed === null ? 'nothing was done in the last five minutes' : `${speed.toFixed(1)} × real time`}`,
    `time left  ${secondsLeft === null ? 'not known yet' : secondsLeft === 0 ? 'none' : `about ${clock(secondsLeft)}`}`,
    ...failures.slice(0, SHOWN).map(({ source, reason }) => `  ${source}: ${reason}`),
    ...(failures.length > SHOWN ? [`  and ${failures.length - SHOWN} more, which --json lists`] : []),
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}

function clock(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
