/** One long recording from and to S3, and the memory of its worker meanwhile; on Linux, which tells it. */
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { channelsOf, finished, wav } from '../../support/command-line.ts';
import { QueueCommand } from './queue-command.ts';
import { RedisServer } from './redis-server.ts';
import { S3Server } from './s3-server.ts';

const BUCKET = 'archive';
const RATE_HZ = 48000;
const LOOK_MS = 500;
/** Of the loops that such a recording is made of. */
const LOOP_SECONDS = 60;

export interface LongRun {
  readonly status: number;
  readonly seconds: number;
  /** Bytes of the output. */
  readonly bytes: number;
  /** Resident memory of the worker in each third of its time, at most, MB. */
  readonly thirds: readonly number[];
}

/** Sixteen bits, one channel, 48 kHz. */
export async function workOn(hours: number): Promise<LongRun> {
  const [redis, store] = await Promise.all([RedisServer.start(), S3Server.start(BUCKET)]);
  try {
    await store.put(BUCKET, 'in/long.wav', longWav(hours * 3600));
    const queue = new QueueCommand(redis.url, 'long', store.env);
    await queue.run('add', `s3://${BUCKET}/in`, '-o', `s3://${BUCKET}/out`);
    const begun = performance.now();
    const worker = await queue.start('work', '--until-empty', '--jobs', '1');
    const ended = finished(worker);
    const looks: number[] = [];
    const running = new AbortController();
    void ended.finally(() => running.abort());
    while (!running.signal.aborted) {
      const megabytes = await residentMegabytes(worker.pid).catch(() => undefined);
      if (megabytes !== undefined) looks.push(megabytes);
      await setTimeout(LOOK_MS, undefined, { signal: running.signal }).catch(() => {});
    }
    const { status } = await ended;
    const seconds = (performance.now() - begun) / 1000;
    const third = Math.ceil(looks.length / 3);
    const thirds = [0, 1, 2].map((i) => Math.round(Math.max(...looks.slice(i * third, (i + 1) * third))));
    return { status, seconds, bytes: (await store.get(BUCKET, 'out/long.wav')).length, thirds };
  } finally {
    await Promise.all([redis.remove(), store.remove()]);
  }
}

/** A minute again and again, behind a header that states the length of the whole. */
function longWav(seconds: number): Uint8Array {
  const loop = wav('int16', RATE_HZ, channelsOf(1, LOOP_SECONDS * RATE_HZ));
  const dataBytes = 2 * RATE_HZ * seconds;
  const header = Buffer.from(loop.subarray(0, loop.length - 2 * RATE_HZ * LOOP_SECONDS));
  header.writeUInt32LE(header.length - 8 + dataBytes, 4);
  header.writeUInt32LE(dataBytes, header.length - 4);
  const whole = new Uint8Array(header.length + dataBytes);
  whole.set(header);
  const sound = loop.subarray(header.length);
  for (let at = header.length; at < whole.length; at += sound.length)
    whole.set(sound.subarray(0, whole.length - at), at);
  return whole;
}

async function residentMegabytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1000;
}
