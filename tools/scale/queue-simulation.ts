/**
 * `denoise-node queue work` on machines that need not exist: recordings go from one queue to whoever is free, tries
 * fail and are repeated, workers die and others take over. How long is waited, how often is tried, and when a worker
 * counts as dead, are the command's own settings. Times are seconds.
 */
import { Backoffs } from 'bullmq';
import { readQueueCommand } from '../../src/cli/queue/arguments.ts';
import { retrying, stalling } from '../../src/cli/queue/patience.ts';
import { Random } from '../fuzz/random.ts';
import { Agenda } from './agenda.ts';

/** What is to be done, by whom, and what goes wrong. */
export interface Scenario {
  /** Lengths of the recordings, seconds, in the order in which they were added. */
  readonly recordings: ArrayLike<number>;
  readonly workers: number;
  /** `--jobs` of each worker. */
  readonly jobs: number;
  /** Seconds of sound that one job does in a second. */
  readonly speed: number;
  /** What each recording takes beside its sound: to get it, open it, put it away. */
  readonly overhead: number;
  /** From the start of a worker until it takes a recording. */
  readonly start: number;
  /** Share of the tries that fail, 0 … 1. They do so at their end, which is the worst case. */
  readonly failures: number;
  /** Mean time from the start of a worker until it dies; deaths know no age. */
  readonly lifetime: number;
  /** From the death of a worker until it is started anew. */
  readonly repair: number;
  /** Share of the workers that are slow, 0 … 1. */
  readonly slow: number;
  /** How many times as long they take. */
  readonly slowness: number;
  readonly retry: ReturnType<typeof retrying>;
  readonly stall: ReturnType<typeof stalling>;
  readonly seed: number;
}

/** How it went. */
export interface Outcome {
  /** From the start of the workers until the last recording is done or given up. */
  readonly wall: number;
  /** Time of jobs, whatever came of it; without repetition and slow machines, the sum over the recordings. */
  readonly busy: number;
  /** Share of the jobs' places that were at work, from the start to the end. */
  readonly utilisation: number;
  /** Share of the work that came to nothing and had to be done again, or was given up. */
  readonly repeated: number;
  /** From the first moment at which somebody found nothing to do until the end. */
  readonly tail: number;
  readonly tries: number;
  readonly deaths: number;
  /** Recordings that were given up. */
  readonly failed: number;
}

/** Nothing goes wrong, and settings are what the command takes where it is told nothing. */
export function calm(): Omit<Scenario, 'recordings' | 'workers' | 'speed'> {
  const [add, work] = [readQueueCommand(['add', 'in', '-o', 'out']), readQueueCommand(['work'])];
  if (add === 'help' || add.action !== 'add' || work === 'help' || work.action !== 'work')
    throw new Error('expected the commands that were asked for');
  return {
    jobs: work.jobs,
    overhead: 0,
    start: 0,
    failures: 0,
    lifetime: Number.POSITIVE_INFINITY,
    repair: 0,
    slow: 0,
    slowness: 1,
    retry: retrying(add),
    stall: stalling(work),
    seed: 1,
  };
}

/** Lengths around a mean: log-normal, `spread` is the standard deviation of the logarithm; 0 makes all equal. */
export function lengthsAround(mean: number, spread: number, count: number, seed: number): Float64Array {
  const random = new Random(seed);
  return Float64Array.from({ length: count }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
    return mean * Math.exp(spread * normal - spread ** 2 / 2);
  });
}

interface Worker {
  readonly pace: number;
  readonly underWay: Set<Try>;
  lives: number;
}

interface Try {
  readonly recording: number;
  readonly worker: Worker;
  readonly begun: number;
  isLost: boolean;
}

type Happening =
  | { readonly type: 'start' | 'death'; readonly worker: Worker }
  | { readonly type: 'end'; readonly attempt: Try }
  | { readonly type: 'stalled' | 'again'; readonly recording: number };

/** The same for the same scenario, whatever machine it runs on. */
export function simulate(scenario: Scenario): Outcome {
  return new Simulation(scenario).run();
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #agenda = new Agenda<Happening>();
  /** One each, so that more of one mishap does not change when others come. */
  readonly #failing: Random;
  readonly #dying: Random;
  /** Taken first, the latest before the others: what was taken from the dead. */
  readonly #front: number[] = [];
  #fresh = 0;
  /** Taken last: what failed and has waited. */
  readonly #again: number[] = [];
  #nextAgain = 0;
  /** Places of living workers, each with the life to which it belongs, who has waited longest first. */
  readonly #idle: { readonly worker: Worker; readonly life: number }[] = [];
  #nextIdle = 0;
  readonly #attempts = new Map<number, number>();
  readonly #stalls = new Map<number, number>();
  #now = 0;
  #settled = 0;
  #busy = 0;
  #wasted = 0;
  #firstIdle = Number.POSITIVE_INFINITY;
  #tries = 0;
  #deaths = 0;
  #failed = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    const { workers, seed, slow, slowness, start } = scenario;
    [this.#failing, this.#dying] = [new Random(seed), new Random(seed + 1)];
    for (let i = 0; i < workers; i++) {
      const pace = i < Math.round(slow * workers) ? slowness : 1;
      this.#agenda.put(start, { type: 'start', worker: { pace, underWay: new Set(), lives: 0 } });
    }
  }

  run(): Outcome {
    const { recordings, workers, jobs } = this.#scenario;
    while (this.#settled < recordings.length) {
      const next = this.#agenda.take();
      if (next === undefined) throw new Error('expected something to happen until all recordings are settled');
      this.#now = next.at;
      this.#happen(next.what);
      this.#giveOut();
    }
    const wall = this.#now;
    return {
      wall,
      busy: this.#busy,
      utilisation: this.#busy / (wall * workers * jobs),
      repeated: this.#wasted / this.#busy,
      tail: Math.max(0, wall - this.#firstIdle),
      tries: this.#tries,
      deaths: this.#deaths,
      failed: this.#failed,
    };
  }

  #happen(what: Happening): void {
    if (what.type === 'start') this.#start(what.worker);
    if (what.type === 'death') this.#die(what.worker);
    if (what.type === 'end') this.#end(what.attempt);
    if (what.type === 'stalled') this.#front.push(what.recording);
    if (what.type === 'again') this.#again.push(what.recording);
  }

  #start(worker: Worker): void {
    const { jobs, lifetime } = this.#scenario;
    worker.lives += 1;
    for (let i = 0; i < jobs; i++) this.#idle.push({ worker, life: worker.lives });
    if (lifetime !== Number.POSITIVE_INFINITY)
      this.#agenda.put(this.#now - lifetime * Math.log(1 - this.#dying.next()), { type: 'death', worker });
  }

  #die(worker: Worker): void {
    const { repair, start, stall } = this.#scenario;
    this.#deaths += 1;
    worker.lives += 1;
    // BullMQ renews locks when half their time is over; who is alive looks for locks that ran out at intervals.
    const lock = stall.lockDuration / 1000;
    const interval = stall.stalledInterval / 1000;
    const runsOut = this.#now + lock - (this.#dying.next() * lock) / 2;
    const isSeen = Math.ceil(runsOut / interval) * interval;
    for (const attempt of worker.underWay) {
      attempt.isLost = true;
      this.#spend(this.#now - attempt.begun, true);
      const { recording } = attempt;
      const stalls = (this.#stalls.get(recording) ?? 0) + 1;
      this.#stalls.set(recording, stalls);
      if (stalls > stall.maxStalledCount) this.#giveUp();
      else this.#agenda.put(isSeen, { type: 'stalled', recording });
    }
    worker.underWay.clear();
    this.#agenda.put(this.#now + repair + start, { type: 'start', worker });
  }

  #end(attempt: Try): void {
    if (attempt.isLost) return;
    const { failures, retry } = this.#scenario;
    const { worker, recording, begun } = attempt;
    worker.underWay.delete(attempt);
    this.#idle.push({ worker, life: worker.lives });
    const hasFailed = failures > 0 && this.#failing.next() < failures;
    this.#spend(this.#now - begun, hasFailed);
    if (!hasFailed) {
      this.#settled += 1;
      return;
    }
    const attempts = (this.#attempts.get(recording) ?? 0) + 1;
    this.#attempts.set(recording, attempts);
    if (attempts >= retry.attempts) this.#giveUp();
    else this.#agenda.put(this.#now + waitAfter(attempts, retry), { type: 'again', recording });
  }

  #spend(time: number, inVain: boolean): void {
    this.#busy += time;
    if (inVain) this.#wasted += time;
  }

  #giveUp(): void {
    this.#settled += 1;
    this.#failed += 1;
  }

  /** To all who are free, as long as there is something. */
  #giveOut(): void {
    const { recordings, overhead, speed } = this.#scenario;
    while (this.#nextIdle < this.#idle.length) {
      const { worker, life } = this.#idle[this.#nextIdle];
      if (life !== worker.lives) {
        this.#nextIdle += 1;
        continue;
      }
      const recording = this.#next();
      if (recording === undefined) {
        this.#firstIdle = Math.min(this.#firstIdle, this.#now);
        return;
      }
      this.#nextIdle += 1;
      this.#tries += 1;
      const attempt = { recording, worker, begun: this.#now, isLost: false };
      worker.underWay.add(attempt);
      const time = (overhead + recordings[recording] / speed) * worker.pace;
      this.#agenda.put(this.#now + time, { type: 'end', attempt });
    }
    this.#idle.length = 0;
    this.#nextIdle = 0;
  }

  #next(): number | undefined {
    if (this.#front.length > 0) return this.#front.pop();
    if (this.#fresh < this.#scenario.recordings.length) return this.#fresh++;
    return this.#nextAgain < this.#again.length ? this.#again[this.#nextAgain++] : undefined;
  }
}

/** By BullMQ's own calculation, for which the error and the job make no difference. */
function waitAfter(attempts: number, { backoff }: Scenario['retry']): number {
  const wait = (Backoffs.calculate as (...args: unknown[]) => number)(backoff, attempts, new Error(), undefined);
  return wait / 1000;
}
