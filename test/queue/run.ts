/**
 * `npm run test:queue`: an archive whose workers are killed, whose Redis is restarted and whose store refuses every
 * tenth recording: `--recordings 1000 --kills 20 --seed 1`. Or with `--hours 1` one recording of that length from and
 * to the store, and the memory of its worker. Ends with one line; the status is 1 where something is wrong.
 */
import { parseArgs } from 'node:util';
import { workOn } from './support/long-recording.ts';
import { undergo } from './support/ordeal.ts';
import { hasRedis } from './support/redis-server.ts';
import { missingStore } from './support/s3-server.ts';

/** Of a worker, MB; and how much more it may take in the last third of its time than in the first. */
const MOST_MB = 300;
const MOST_GROWTH = 1.1;

const { values } = parseArgs({
  options: {
    recordings: { type: 'string', default: '1000' },
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    hours: { type: 'string' },
  },
});
const missing = hasRedis() ? await missingStore() : 'no redis-server: Debian has a package of that name';
if (missing !== undefined) throw new Error(missing);
process.exitCode = (await (values.hours === undefined ? tryOrdeal() : tryLongRecording(Number(values.hours)))) ? 0 : 1;

async function tryOrdeal(): Promise<boolean> {
  const [recordings, kills, seed] = [values.recordings, values.kills, values.seed].map(Number);
  const begun = performance.now();
  const { kills: deaths, status, lastStatus, ...faults } = await undergo({ recordings, kills, seed });
  const isRight = Object.values(faults).every((names) => names.length === 0) && lastStatus.done === recordings;
  if (!isRight) console.log(JSON.stringify({ ...faults, lastStatus }, null, 2));
  console.log(
    `${recordings} recordings, ${deaths} workers killed, Redis restarted once: ${status.failed} refused by the store ` +
      `and told, ${lastStatus.done} done in the end, ${isRight ? 'all once and whole' : 'NOT all right'} ` +
      `(${Math.round((performance.now() - begun) / 1000)} s)`,
  );
  return isRight;
}

async function tryLongRecording(hours: number): Promise<boolean> {
  const { status, seconds, bytes, thirds } = await workOn(hours);
  const isWhole = status === 0 && bytes >= 2 * 48000 * 3600 * hours;
  const isFlat = Math.max(...thirds) <= MOST_MB && thirds[2] <= MOST_GROWTH * thirds[0];
  console.log(
    `${hours} h from and to the store in ${Math.round(seconds)} s: ${isWhole ? 'whole' : 'NOT whole'}; the worker ` +
      `had ${thirds.join(', ')} MB in the thirds of its time, ${isFlat ? 'within' : 'NOT within'} ${MOST_MB} and flat`,
  );
  return isWhole && isFlat;
}
