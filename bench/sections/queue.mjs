/**
 * `denoise-node queue` on this machine, with a Redis of its own: workers beside their simulation, two beside one, the
 * queue beside the plain command line; and what Redis keeps of each recording.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atLeast, figure } from '../harness/figures.mjs';
import { calibrationOf, calm, hasRedis, lengthsAround, RedisServer, simulate } from '../harness/simulation.mjs';
import { readWavFile, wavBytes } from '../harness/wav-files.mjs';

export const title = 'An archive, 48 kHz mono, by denoise-node queue on this machine';

const RECORDING = new URL('../../test/fixtures/noisy-speech.wav', import.meta.url);
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const REDIS_JOBS = fileURLToPath(new URL('../node/redis-jobs.mjs', import.meta.url));
const RATE_HZ = 48000;
/** Long enough that start and end, about a second, do not count; and unequal, as archives are. */
const MEAN_SECONDS = 30;
const SPREAD = 0.5;
const SEED = 1;
/** So many does Redis get, in which nothing is to be heard. */
const JOBS_IN_REDIS = 10_000;
const LEAST_TWO_OVER_ONE = 1.9;
const LEAST_QUEUE_OVER_PLAIN = 0.95;

export async function measure({ models, quick }) {
  if (!hasRedis()) throw new Error('no redis-server: Debian has a package of that name');
  const redis = await RedisServer.start();
  const folder = await mkdtemp(join(tmpdir(), 'denoise-archive-'));
  try {
    const lengths = lengthsAround(MEAN_SECONDS, SPREAD, quick ? 12 : 100, SEED);
    await writeArchive(folder, lengths);
    const data = { seconds: lengths.reduce((sum, length) => sum + length, 0), models: {} };
    const figures = [];
    let result;
    for (const model of models) {
      const archive = { folder, model, redis: redis.url };
      const one = await byQueue(archive, 'one', { workers: 1, jobs: 1 });
      const two = await byQueue(archive, 'two', { workers: 2, jobs: 1 });
      const threads = await byQueue(archive, 'threads', { workers: 1, jobs: 2 });
      const plain = await byCommandLine(archive, 2);
      const calibration = calibrationOf(one);
      const [simulatedOne, simulatedTwo] = [1, 2].map((workers) => simulatedWall(lengths, workers, calibration));
      const walls = { one: one.wall, simulatedOne, two: two.wall, simulatedTwo, threads: threads.wall, plain };
      data.models[model] = { calibration, walls };
      figures.push(...figuresOf(model, data.models[model]));
      result = one.result;
    }
    data.redis = JSON.parse(await inNode(REDIS_JOBS, redis.url, String(JOBS_IN_REDIS), JSON.stringify(result)));
    return { data, figures: [...figures, ...figuresOfRedis(data.redis)] };
  } finally {
    await redis.remove();
    await rm(folder, { recursive: true });
  }
}

function figuresOf(model, { calibration, walls }) {
  const { speed, overhead, start, end } = calibration;
  const { one, simulatedOne, two, simulatedTwo, threads, plain } = walls;
  return [
    figure(`${model}, speed of one worker with one job`, speed, '× real time'),
    figure(`${model}, its overhead for each recording`, 1000 * overhead, 'ms'),
    figure(`${model}, its start and end`, start + end, 's'),
    figure(`${model}, one worker`, one, 's'),
    figure(`${model}, one worker, real beside simulated`, one / simulatedOne, '×'),
    figure(`${model}, two workers`, two, 's'),
    figure(`${model}, two workers, real beside simulated`, two / simulatedTwo, '×'),
    figure(`${model}, two workers over one, simulated`, simulatedOne / simulatedTwo, '×'),
    figure(`${model}, two workers over one`, one / two, '×', atLeast(LEAST_TWO_OVER_ONE)),
    figure(`${model}, one worker with two jobs`, threads, 's'),
    figure(`${model}, the plain command line with two jobs`, plain, 's'),
    figure(`${model}, the queue over it, two jobs each`, plain / threads, '×', atLeast(LEAST_QUEUE_OVER_PLAIN)),
    figure(`${model}, the queue over it, two workers`, plain / two, '×'),
  ];
}

function figuresOfRedis(redis) {
  return [
    figure(`Redis, for each of ${JOBS_IN_REDIS} recordings that wait`, redis.addedBytes, 'bytes'),
    figure('Redis, for each that is done', redis.doneBytes, 'bytes'),
    figure('queue add, recordings of a folder', redis.addedPerSecond, '/s'),
    figure(`queue add of ${JOBS_IN_REDIS}, most memory of the command`, redis.addMostMiB, 'MiB'),
    figure('Redis, recordings that take no time, one process', redis.donePerSecond, '/s'),
    figure('Redis, signs of progress, one process', redis.progressPerSecond, '/s'),
    figure('queue status, recordings that are done', redis.statusPerSecond, '/s'),
  ];
}

/** Speech, each recording from somewhere else; names in the order in which they are done. */
async function writeArchive(folder, lengths) {
  const sound = (await readWavFile(RECORDING)).channels[0];
  await mkdir(join(folder, 'in'));
  for (const [i, seconds] of lengths.entries()) {
    const samples = Float32Array.from(
      { length: Math.round(seconds * RATE_HZ) },
      (_, n) => sound[(70_000 * i + n) % sound.length],
    );
    const bytes = wavBytes({ format: 'int16', sampleRateHz: RATE_HZ, channels: [samples] });
    await writeFile(join(folder, 'in', `${String(i).padStart(4, '0')}.wav`), bytes);
  }
}

/** What calibrationOf() takes, and what is kept of a recording that is done. */
async function byQueue({ folder, model, redis }, name, { workers, jobs }) {
  const queue = ['--redis', redis, '--queue', `${model}-${name}`];
  const output = join(folder, `${model}-${name}`);
  await inNode(CLI, 'queue', 'add', join(folder, 'in'), '-o', output, '--model', model, '--quiet', ...queue);
  const begun = performance.now();
  const now = () => (performance.now() - begun) / 1000;
  const done = [];
  let result;
  const running = Array.from({ length: workers }, async () => {
    const args = ['queue', 'work', '--until-empty', '--json', '--jobs', String(jobs), ...queue];
    const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'close');
    for await (const line of createInterface({ input: child.stdout })) {
      const { source, output, ...rest } = JSON.parse(line);
      if (rest.error !== undefined) throw new Error(`${source}: ${rest.error}`);
      done.push({ at: now(), seconds: rest.seconds });
      result = rest;
    }
    const [status] = await ended;
    if (status !== 0) throw new Error(`queue work ended with ${status}`);
  });
  await Promise.all(running);
  return { wall: now(), done, result };
}

async function byCommandLine({ folder, model }, jobs) {
  const begun = performance.now();
  const output = join(folder, `${model}-plain`);
  await inNode(CLI, join(folder, 'in'), '-o', output, '--model', model, '--jobs', String(jobs), '--quiet');
  return (performance.now() - begun) / 1000;
}

function simulatedWall(recordings, workers, { end, ...calibration }) {
  return simulate({ ...calm(), ...calibration, recordings, workers }).wall + end;
}

async function inNode(program, ...args) {
  return (await promisify(execFile)(process.execPath, [program, ...args])).stdout;
}
