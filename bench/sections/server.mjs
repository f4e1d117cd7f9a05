/** Streams of PCM on a server: how many one thread carries in real time, and what memory each takes. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atLeast, atMost, figure } from '../harness/figures.mjs';

export const title = 'Streams of PCM in Node, 48 kHz mono, one thread of a pool, paced';

const LEAST_STREAMS = { base: 15 };
const LATEST_MS = 10;
const MOST_KB = 100;
/** Without collections that find next to nothing, as docs/server.md advises. */
const CALM_FLAGS = ['--no-memory-reducer', '--initial-old-space-size=64'];
/** What V8 keeps for itself is small then, and does not pass for memory of streams. */
const MEMORY_FLAGS = ['--expose-gc', '--max-semi-space-size=1', '--optimize-for-size'];
/** No machine carries so many. */
const TOO_MANY = 129;
/** A long run may show what a short one did not: then one stream less is tried. */
const LONG_TRIES = 3;

export async function measure({ models, quick }) {
  const data = {};
  for (const model of models) {
    const probeSeconds = quick ? 3 : 20;
    let [carried, tooMany] = [0, TOO_MANY];
    let best;
    while (tooMany - carried > 1) {
      const count = carried === 0 && tooMany === TOO_MANY ? 8 : between(carried, tooMany);
      const run = await paced(model, count, probeSeconds);
      if (holds(run)) [carried, best] = [count, run];
      else tooMany = count;
    }
    const seconds = quick ? probeSeconds : 600;
    for (let tries = 0; !quick && tries < LONG_TRIES && carried > 0; tries++) {
      best = await paced(model, carried, seconds);
      if (holds(best)) break;
      carried -= 1;
    }
    data[model] = { streams: carried, seconds, run: best, memory: await inNode('stream-memory', MEMORY_FLAGS, model) };
  }
  return { data, figures: models.flatMap((model) => figuresOf(model, data[model])) };
}

/** Twice as many while there is no upper end, then the middle. */
function between(carried, tooMany) {
  return tooMany === TOO_MANY ? Math.min(2 * carried, TOO_MANY - 1) : Math.floor((carried + tooMany) / 2);
}

function holds({ latestMs, overloads }) {
  return latestMs <= LATEST_MS && overloads === 0;
}

function figuresOf(model, { streams, seconds, run, memory }) {
  const least = LEAST_STREAMS[model];
  return [
    figure(
      `${model}, streams for ${seconds} s, no step later than ${LATEST_MS} ms`,
      streams,
      '',
      least === undefined ? undefined : atLeast(least),
    ),
    ...(run === undefined
      ? []
      : [
          figure(`${model}, the latest step of them`, run.latestMs, 'ms', atMost(LATEST_MS)),
          figure(`${model}, what its steps alone would allow`, 10 / run.stepMs, ''),
          figure(`${model}, load of the thread`, run.load, ''),
          figure(`${model}, the latest that a thread with nothing to do was`, run.idleLateMs, 'ms'),
          figure(`${model}, the longest that the machine holds up a thread that computes`, run.stallMs, 'ms'),
        ]),
    figure(`${model}, memory of a further stream`, memory.local / 1000, 'KB', atMost(MOST_KB)),
    figure(`${model}, memory of a further stream of a pool`, memory.pooled / 1000, 'KB', atMost(MOST_KB)),
  ];
}

function paced(model, count, seconds) {
  return inNode('paced-streams', CALM_FLAGS, model, String(count), String(seconds));
}

/** What a program of ../node prints. */
async function inNode(name, flags, ...args) {
  const program = fileURLToPath(new URL(`../node/${name}.mjs`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, ...args]);
  return JSON.parse(stdout);
}
