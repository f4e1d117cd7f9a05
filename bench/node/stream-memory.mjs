/**
 * Memory of a stream, in a process whose collector can be called (`--expose-gc`): `node stream-memory.mjs MODEL` prints
 * one JSON object, bytes for each further stream: on the calling thread what is in use after a collection, in a pool
 * what the process holds.
 */
import { createDenoiseStream, DenoisePool } from '../../dist/server.js';

const FEW = 200;
const MANY = 600;
/** Of 10 ms: before anything is counted, so that what threads keep of their own has grown; and for each count. */
const WARM_UP = 60;
const ROUNDS = 10;
const chunk = new Uint8Array(Int16Array.from({ length: 480 }, (_, n) => 1000 * Math.sin(n / 9)).buffer);

const model = process.argv[2];
const pool = new DenoisePool({ model, threads: 1 });
await pool.ready;
const pooled = await forEachFurther(
  () => pool.stream({ sampleRate: 48000, realtime: false }),
  () => process.memoryUsage().rss,
);
await pool.destroy();
const local = await forEachFurther(
  () => createDenoiseStream({ sampleRate: 48000, model }),
  () => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  },
);
console.log(JSON.stringify({ local, pooled }));

/** The difference that many make after few; each writes when what it wrote before has come out, as in a call. */
async function forEachFurther(open, used) {
  const streams = [];
  const grow = async (count, rounds) => {
    while (streams.length < count) streams.push(listenTo(open()));
    for (let round = 0; round < rounds; round++) await Promise.all(streams.map(({ say }) => say()));
    for (let turn = 0; turn < 20; turn++) {
      global.gc();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return used();
  };
  const before = await grow(FEW, WARM_UP);
  const after = await grow(FEW + MANY, ROUNDS);
  for (const { stream } of streams) stream.destroy();
  return (after - before) / MANY;
}

function listenTo(stream) {
  let heard;
  stream.on('data', () => heard?.());
  const say = () =>
    new Promise((resolve) => {
      heard = resolve;
      stream.write(chunk);
    });
  return { stream, say };
}
