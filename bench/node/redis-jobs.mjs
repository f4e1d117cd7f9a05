/**
 * What Redis keeps of recordings, and how fast they go through it: `node redis-jobs.mjs REDIS RECORDINGS DONE` prints
 * one JSON object. `queue add` adds small files; the progress of one is told as often as there are recordings; then one
 * worker takes and ends them all with the result DONE (JSON) and without looking at them.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { TELL_MEMORY } from '../harness/machine.mjs';
import { wavBytes } from '../harness/wav-files.mjs';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
/** Enough that no trip to Redis is waited for. */
const AT_ONCE = 64;

const [url, count, done] = [process.argv[2], Number(process.argv[3]), JSON.parse(process.argv[4])];
const name = 'redis-jobs';
const client = new Redis(url, { maxRetriesPerRequest: null });
const folder = await mkdtemp(join(tmpdir(), 'denoise-jobs-'));
try {
  const source = join(folder, 'recordings');
  await mkdir(source);
  const bytes = wavBytes({ format: 'int16', sampleRateHz: 48000, channels: [new Float32Array(48)] });
  for (let i = 0; i < count; i++) await writeFile(join(source, `${String(i).padStart(6, '0')}.wav`), bytes);
  const queue = new Queue(name, { connection: client });
  await queue.waitUntilReady();

  const before = await memory();
  const add = await inTime('add', source, '-o', join(folder, 'clean'));
  const added = (await memory()) - before;

  const [job] = await queue.getWaiting(0, 0);
  const told = performance.now();
  for (let i = 0; i < count; i += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, () => job.updateProgress({ share: i / count })));
  const tellSeconds = (performance.now() - told) / 1000;

  const started = performance.now();
  const worker = new Worker(name, async () => done, { connection: client, concurrency: AT_ONCE });
  let ended = 0;
  await new Promise((resolve, reject) => {
    worker.on('completed', () => {
      ended += 1;
      if (ended === count) resolve();
    });
    worker.on('failed', (_, error) => reject(error));
  });
  const workSeconds = (performance.now() - started) / 1000;
  await worker.close();
  const kept = (await memory()) - before;
  const status = await inTime('status', '--json');
  await queue.close();
  console.log(
    JSON.stringify({
      addedBytes: added / count,
      doneBytes: kept / count,
      addedPerSecond: count / add.seconds,
      donePerSecond: count / workSeconds,
      progressPerSecond: count / tellSeconds,
      statusPerSecond: count / status.seconds,
      addMostMiB: add.mostMiB,
    }),
  );
} finally {
  client.disconnect();
  await rm(folder, { recursive: true });
}

/** `queue` from its start to its end: how long it takes, and the most memory that it ever has. */
async function inTime(action, ...args) {
  const begun = performance.now();
  const command = [CLI, 'queue', action, ...args, '--redis', url, '--queue', name, '--quiet'];
  const { stderr } = await promisify(execFile)(process.execPath, ['--import', TELL_MEMORY, ...command]);
  const mostMiB = Number(/MOST (\d+)/.exec(stderr)[1]) / 1024;
  return { seconds: (performance.now() - begun) / 1000, mostMiB };
}

/** But for the log of events, which is as long for a million recordings as for ten thousand. */
async function memory() {
  const used = Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))[1]);
  return used - ((await client.memory('USAGE', `bull:${name}:events`, 'SAMPLES', 0)) ?? 0);
}
