/**
 * An archive that is done under the worst circumstances: workers are killed, Redis is restarted, the store refuses some
 * writes. What is asked for comes from a seed, so that a run can be repeated.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { seededRandom } from '../../engine/signals.ts';
import { channelsOf, command, wav } from '../../support/command-line.ts';
import { partsIn, QueueCommand, type Status } from './queue-command.ts';
import { RedisServer } from './redis-server.ts';
import { S3Server } from './s3-server.ts';

/** What is done to an archive. */
export interface Ordeal {
  readonly recordings: number;
  readonly kills: number;
  readonly seed: number;
}

/** What has become of it. */
export interface Outcome {
  readonly kills: number;
  /** Outputs that are not what the command line makes, or not there. */
  readonly wrong: readonly string[];
  /** Objects that were written with different bytes, one after the other. */
  readonly changed: readonly string[];
  /** What is not whole and was left: names of files, and of uploads. */
  readonly left: readonly string[];
  /** Outputs that nobody asked for. */
  readonly foreign: readonly string[];
  /** Sources whose outputs the store refused, and that are not told as failed, or the other way round. */
  readonly untold: readonly string[];
  /** Before the store took everything. */
  readonly status: Status;
  readonly lastStatus: Status;
}

const BUCKET = 'archive';
const RATE_HZ = 16000;
const FRAMES = 0.3 * RATE_HZ;
const WORKERS = 2;
/** The store takes no object of a name that ends so, whatever is done, until it is mended: every tenth recording. */
const REFUSED = /7\.wav$/;
/** Longest pause between a recording that is done and the death of a worker. */
const MOST_PAUSE_MS = 200;

/** Half of the archive goes from a folder to S3, the other half from S3 to a folder. */
export async function undergo({ recordings, kills, seed }: Ordeal): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'denoise-ordeal-'));
  const [redis, store] = await Promise.all([RedisServer.start(), S3Server.start(BUCKET)]);
  const [fromFolder, fromStore, toFolder, plain] = ['from-folder', 'from-store', 'to-folder', 'plain'].map((name) =>
    join(folder, name),
  );
  const queue = new QueueCommand(redis.url, 'ordeal', store.env);
  const workers = new Workers(queue);
  try {
    await Promise.all([fromFolder, fromStore].map((path) => mkdir(path)));
    for (let i = 0; i < recordings; i++) {
      const name = `${String(i).padStart(4, '0')}.wav`;
      const bytes = wav('int16', RATE_HZ, channelsOf(1, FRAMES + i));
      await writeFile(join(i % 2 === 0 ? fromStore : fromFolder, name), bytes);
      if (i % 2 === 0) await store.put(BUCKET, `in/${name}`, bytes);
    }
    for (const source of [fromFolder, fromStore]) await command(source, '-o', plain, '--quiet');
    store.refuses = (method, key) => method === 'PUT' && REFUSED.test(key);
    const often = ['--attempts', '2', '--backoff', '0.1'];
    await queue.run('add', fromFolder, '-o', `s3://${BUCKET}/out`, ...often);
    await queue.run('add', `s3://${BUCKET}/in`, '-o', toFolder, ...often);

    const deaths = await workers.work({ kills, seed, until: Math.floor(0.7 * recordings), redis });
    const status = await queue.status();
    const refused = (await readdir(fromFolder))
      .filter((name) => REFUSED.test(name))
      .map((name) => join(fromFolder, name));
    const told = status.failures.map(({ source }) => source);
    store.refuses = () => false;
    await queue.run('retry');
    await queue.work();

    const [outFolder, keys] = [await readdir(toFolder), await store.keys(BUCKET, 'out/')];
    const names = await readdir(plain);
    const wrong: string[] = [];
    for (const name of names) {
      const [made, wanted] = await Promise.all([
        (Number.parseInt(name, 10) % 2 === 0 ? readFile(join(toFolder, name)) : store.get(BUCKET, `out/${name}`)).catch(
          () => new Uint8Array(),
        ),
        readFile(join(plain, name)),
      ]);
      if (!wanted.equals(made)) wrong.push(name);
    }
    const left = [...(await partsIn(folder)), ...(await store.uploads(BUCKET))];
    const asked = new Set(names);
    return {
      kills: deaths,
      wrong:
        recordings === names.length ? wrong : [...wrong, `${recordings - names.length} were not made for comparison`],
      changed: [...store.written].filter(([, digests]) => digests.size > 1).map(([key]) => key),
      left,
      foreign: [...outFolder, ...keys.map((key) => key.replace('out/', ''))].filter(
        (name) => !asked.has(name) && !name.endsWith('.part'),
      ),
      untold: [...told.filter((name) => !refused.includes(name)), ...refused.filter((name) => !told.includes(name))],
      status,
      lastStatus: await queue.status(),
    };
  } finally {
    workers.end();
    await Promise.all([redis.remove(), store.remove()]);
    await rm(folder, { recursive: true, force: true });
  }
}

/** When and whom it hits. */
interface Fate {
  readonly kills: number;
  readonly seed: number;
  /** Every blow comes before so many recordings are done. */
  readonly until: number;
  readonly redis: RedisServer;
}

/** Processes that work until nothing is left; those that are killed are started again. */
class Workers {
  readonly #queue: QueueCommand;
  readonly #running: ChildProcess[] = [];
  #done = 0;
  #onDone = (): void => {};

  constructor(queue: QueueCommand) {
    this.#queue = queue;
  }

  /** Resolves with the number of workers that were killed once all others have ended. */
  async work({ kills, seed, until, redis }: Fate): Promise<number> {
    const random = seededRandom(seed);
    const moments = Array.from({ length: kills + 1 }, () => 1 + Math.floor(random() * (until - 1))).sort(
      (a, b) => a - b,
    );
    const ends = Array.from({ length: WORKERS }, (_, i) => this.#run(i));
    let deaths = 0;
    for (const [i, moment] of moments.entries()) {
      // A worker that a blow is meant for may have ended only where there is nothing left to do.
      await new Promise<void>((resolve) => {
        this.#onDone = () => this.#done >= moment && resolve();
        this.#onDone();
      });
      await setTimeout(random() * MOST_PAUSE_MS);
      if (i === Math.floor(kills / 2)) {
        await redis.stop();
        await redis.start();
      } else if (this.#running[Math.floor(random() * WORKERS)].kill('SIGKILL')) deaths += 1;
    }
    await Promise.all(ends);
    return deaths;
  }

  end(): void {
    for (const worker of this.#running) worker.kill('SIGKILL');
  }

  async #run(place: number): Promise<void> {
    for (;;) {
      const worker = await this.#queue.start('work', '--until-empty', '--json', '--stalled', '2');
      this.#running[place] = worker;
      worker.stderr?.resume();
      worker.stdout?.setEncoding('utf8').on('data', (text: string) => {
        this.#done += text.split('"elapsedSeconds"').length - 1;
        this.#onDone();
      });
      const [, signal] = await once(worker, 'close');
      if (signal === null) return;
    }
  }
}
