/**
 * In:     `queue work` (arguments.ts); jobs of the queue
 * Out:    enhanced recordings, each by the code of the command line; a line about each
 * Thread: main; recordings are enhanced in threads (bench.ts)
 */
import { dirname } from 'node:path';
import type { Job as QueueJob, Worker } from 'bullmq';
import { targetsOf } from '../enhance-file.ts';
import { requireFree } from '../output.ts';
import { removePartsOf } from '../part-files.ts';
import type { Job } from '../plan.ts';
import { printable } from '../printable.ts';
import { ProgressBars } from '../progress.ts';
import { complain, Exit } from '../say.ts';
import { targetOf } from '../target.ts';
import { codeOf, reasonOf } from '../worker.ts';
import { withAdvice } from './advice.ts';
import type { WorkCommand } from './arguments.ts';
import { Bench } from './bench.ts';
import { stalling } from './patience.ts';
import { type Done, markOf, type Recording } from './recording.ts';
import { isAway, type Link } from './redis.ts';

/** Progress is told no more often, for each recording. */
const PROGRESS_MS = 1000;
/** How often a worker that ends with the work looks whether there is any left. */
const LOOK_MS = 500;

/** Works until the signal is aborted, or nothing is left; returns the exit status. */
export async function work(command: WorkCommand, link: Link, entry: URL, signal: AbortSignal): Promise<number> {
  const worker = new QueueWorker(command, link, entry, signal);
  return worker.run();
}

class QueueWorker {
  readonly #command: WorkCommand;
  readonly #link: Link;
  readonly #bench: Bench;
  readonly #signal: AbortSignal;
  readonly #bars: ProgressBars;
  readonly #worker: Worker<Recording, Done>;
  /** What is under way here, by the id of its job; aborted where another worker has taken it over. */
  readonly #underWay = new Map<string, AbortController>();
  #failed = 0;

  constructor(command: WorkCommand, link: Link, entry: URL, signal: AbortSignal) {
    this.#command = command;
    this.#link = link;
    this.#signal = signal;
    this.#bench = new Bench(entry, command.jobs);
    this.#bars = new ProgressBars(process.stderr, !command.quiet && !command.json && process.stderr.isTTY);
    const { jobs, perMinute, queue } = command;
    this.#worker = new link.bullmq.Worker<Recording, Done>(queue, (job, token) => this.#process(job, token), {
      connection: link.client,
      autorun: false,
      concurrency: jobs,
      ...stalling(command),
      drainDelay: 1,
      ...(perMinute > 0 ? { limiter: { max: perMinute, duration: 60_000 } } : {}),
    });
    this.#worker.on('error', (error) => this.#onError(error));
    this.#worker.on('failed', (job, error) => this.#onFailed(job, error));
    this.#worker.on('completed', (job, done) => this.#onCompleted(job, done));
    this.#worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) this.#underWay.get(id)?.abort();
    });
    link.watch(
      (reason) => this.#say(`${reason}. What is under way goes on; Redis is waited for.`),
      () => this.#say('Redis is there again.'),
    );
  }

  async run(): Promise<number> {
    const ended = this.#worker.run();
    await this.#untilEnd();
    for (const controller of this.#underWay.values()) controller.abort();
    if (this.#link.isReady) await this.#worker.close();
    else {
      // Nothing can be given back. Whoever takes it over removes what is left here.
      this.#say('Redis is away: what was under way is taken over by other workers.');
      process.exit(Exit.interrupted);
    }
    await ended.catch(() => {});
    await this.#bench.close();
    if (this.#signal.aborted) return Exit.interrupted;
    return this.#failed > 0 ? Exit.someFailed : Exit.ok;
  }

  /** Waits for the signal or, if that is wanted, until nothing is left to do. */
  async #untilEnd(): Promise<void> {
    const queue = new this.#link.bullmq.Queue(this.#command.queue, { connection: this.#link.client });
    queue.on('error', () => {});
    const aborted = new Promise((resolve) => this.#signal.addEventListener('abort', resolve, { once: true }));
    while (!this.#signal.aborted) {
      if (this.#command.untilEmpty && this.#link.isReady) {
        const left = await Promise.race([
          aborted,
          queue.getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized'),
        ]);
        if (left === 0) return;
      }
      await Promise.race([aborted, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
    }
  }

  async #process(queueJob: QueueJob<Recording, Done>, token: string | undefined): Promise<Done> {
    const { source } = queueJob.data;
    const id = queueJob.id ?? '';
    const controller = new AbortController();
    this.#underWay.set(id, controller);
    if (this.#signal.aborted) controller.abort();
    this.#bars.set(source, 0);
    try {
      return await this.#enhance(queueJob, controller.signal);
    } catch (error) {
      if (this.#signal.aborted && this.#link.isReady) {
        await queueJob.moveToWait(token);
        throw new this.#link.bullmq.WaitingError();
      }
      // It went to another worker, or will once Redis is there again: its own attempts are not at an end.
      if (controller.signal.aborted) throw new Error('this worker gave it up');
      const message = withAdvice(error);
      // What a recording itself is to blame for is not tried again.
      throw codeOf(error) === undefined ? new this.#link.bullmq.UnrecoverableError(message) : new Error(message);
    } finally {
      this.#underWay.delete(id);
      this.#bars.end(source);
    }
  }

  async #enhance(queueJob: QueueJob<Recording, Done>, signal: AbortSignal): Promise<Done> {
    const started = performance.now();
    const recording = queueJob.data;
    const job = await this.#prepare(queueJob);
    const { model, ...strength } = recording.settings;
    let toldMs = started;
    const result = await this.#bench.enhance(model, signal, job, { ...strength, overwrite: true }, (share) => {
      this.#bars.set(recording.source, share);
      if (performance.now() - toldMs < PROGRESS_MS || !this.#link.isReady) return;
      toldMs = performance.now();
      void queueJob.updateProgress({ share }).catch(() => {});
    });
    return { ...result, elapsedSeconds: (performance.now() - started) / 1000 };
  }

  /** Makes sure that the outputs may be written, and removes what a worker has left that died over them. */
  async #prepare(queueJob: QueueJob<Recording, Done>): Promise<Job> {
    const { source, output, residual, format, overwrite, begun } = queueJob.data;
    const mark = markOf(queueJob.id ?? '');
    const job: Job = {
      input: source,
      output: await targetOf(output, mark),
      residual: residual === undefined ? undefined : await targetOf(residual, mark),
      format,
    };
    for (const target of targetsOf(job)) await requireFree(target, overwrite || begun === true);
    if (begun !== true) {
      await queueJob.updateData({ ...queueJob.data, begun: true });
      return job;
    }
    for (const target of targetsOf(job)) {
      if (target === '-') continue;
      if ('part' in target) await removePartsOf(mark, dirname(target.part));
      else await (await import('../s3/index.ts')).discardUploads(target);
    }
    return job;
  }

  #onCompleted({ data }: QueueJob<Recording, Done>, done: Done): void {
    const { seconds, elapsedSeconds, warnings } = done;
    if (this.#command.json) {
      process.stdout.write(`${printable(JSON.stringify({ source: data.source, output: data.output, ...done }))}\n`);
      return;
    }
    if (this.#command.quiet) return;
    this.#bars.print(() => {
      for (const warning of warnings) complain(`${data.source}: warning: ${warning}`);
      const speed = (seconds / elapsedSeconds).toFixed(1);
      const times = `${seconds.toFixed(1)} s in ${elapsedSeconds.toFixed(1)} s, ${speed} × real time`;
      process.stdout.write(`${printable(`${data.source} → ${data.output}  ${times}`)}\n`);
    });
  }

  #onFailed(job: QueueJob<Recording, Done> | undefined, { message }: Error): void {
    if (job === undefined) return;
    const { attemptsMade, opts, finishedOn, data } = job;
    const isFinal = finishedOn !== undefined;
    if (isFinal) this.#failed += 1;
    const next = isFinal ? '' : ` (attempt ${attemptsMade} of ${opts.attempts}; it is tried again)`;
    if (this.#command.json)
      process.stdout.write(`${printable(JSON.stringify({ source: data.source, error: message, isFinal }))}\n`);
    else this.#say(`${data.source}: ${message}${next}`);
  }

  #onError(error: Error): void {
    if (isAway(error)) return;
    if (/Missing lock|not in the active state|Lock mismatch|Missing key/.test(error.message)) {
      this.#say(
        'A recording took this worker longer than it gave a sign, and went to another; --stalled sets how long.',
      );
      return;
    }
    const advice = /^(?:MISCONF|OOM)/.test(error.message) ? ': make room for Redis' : '';
    this.#say(`Redis: ${reasonOf(error)}${advice}`);
  }

  #say(text: string): void {
    this.#bars.print(() => complain(text));
  }
}
