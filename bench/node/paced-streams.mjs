/**
 * Streams of a pool with one thread, paced as calls are: `node --no-memory-reducer --initial-old-space-size=64
 * paced-streams.mjs MODEL STREAMS SECONDS` prints one JSON object.
 */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { DenoisePool } from '../../dist/server.js';
import { readWavFile } from '../harness/wav-files.mjs';

const RECORDING = new URL('../../test/fixtures/noisy-speech.wav', import.meta.url);
const CHUNK = 480;
const CHUNK_MS = 10;
/** Before it counts: what is compiled late is compiled. */
const SETTLE_MS = 2000;
/** A thread with nothing to do but to be there every 10 ms: how late it is, the machine makes it. */
const IDLE = `
  const { parentPort } = require('node:worker_threads');
  let [due, most] = [performance.now() + ${SETTLE_MS}, 0];
  const tick = () => {
    most = Math.max(most, performance.now() - due);
    due = Math.max(due + ${CHUNK_MS}, performance.now());
    setTimeout(tick, due - performance.now());
  };
  setTimeout(tick, ${SETTLE_MS});
  parentPort.on('message', () => parentPort.postMessage(most));
`;

/** How long a thread that computes without a pause is kept from it, at most: no stream can be earlier than that. */
const STALLS = `
  const { parentPort, workerData } = require('node:worker_threads');
  const end = performance.now() + workerData;
  let [last, most] = [performance.now(), 0];
  while (last < end) {
    const now = performance.now();
    most = Math.max(most, now - last);
    last = now;
  }
  parentPort.postMessage(most);
`;
const STALLS_MS = 20_000;
const MOST_LATE_MS = 10;

const [model, count, seconds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const recording = (await readWavFile(RECORDING)).channels[0];
const pool = new DenoisePool({ model, threads: 1 });
await pool.ready;
let overloads = 0;
pool.on('overload', () => {
  overloads += 1;
});
const begin = performance.now();
const counts = () => performance.now() - begin > SETTLE_MS;
let latest = 0;
let steps = 0;
let lateSteps = 0;
const calls = Array.from({ length: count }, (_, i) => {
  const stream = pool.stream({ sampleRate: 48000 });
  // Every call begins when it does.
  const call = {
    stream,
    nextMs: begin + 500 + (i * CHUNK_MS) / count,
    writtenMs: 0,
    at: (i * 70_000) % recording.length,
  };
  stream.on('data', () => {
    if (!counts()) return;
    steps += 1;
    const lateMs = performance.now() - call.writtenMs;
    latest = Math.max(latest, lateMs);
    if (lateMs > MOST_LATE_MS) lateSteps += 1;
  });
  return call;
});
await Promise.all(calls.map(({ stream }) => stream.ready));
const idle = new Worker(IDLE, { eval: true });
await new Promise((resolve) => {
  const tick = () => {
    const now = performance.now();
    for (const call of calls) {
      if (call.nextMs > now) continue;
      call.nextMs += CHUNK_MS;
      call.writtenMs = now;
      call.stream.write(chunkOf(call));
    }
    if (now - begin > SETTLE_MS + 1000 * seconds) resolve();
    else setTimeout(tick, 1);
  };
  tick();
});
const { stepMs, load } = pool.metrics();
idle.postMessage('end');
const [idleLateMs] = await once(idle, 'message');
await idle.terminate();
await pool.destroy();
const stalls = Array.from({ length: availableParallelism() }, async () => {
  const thread = new Worker(STALLS, { eval: true, workerData: Math.min(STALLS_MS, 1000 * seconds) });
  return (await once(thread, 'message'))[0];
});
const stallMs = Math.max(...(await Promise.all(stalls)));
const figures = { latestMs: latest, steps, lateSteps, overloads, stepMs: stepMs.p50, load, idleLateMs, stallMs };
console.log(JSON.stringify(figures));

function chunkOf(call) {
  const bytes = new Int16Array(CHUNK);
  for (let n = 0; n < CHUNK; n++) bytes[n] = 32767 * recording[(call.at + n) % recording.length];
  call.at = (call.at + CHUNK) % recording.length;
  return new Uint8Array(bytes.buffer);
}
