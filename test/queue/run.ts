/**
 * `npm run test:queue`: an archive whose workers are killed, whose Redis is restarted and whose store refuses every
 * tenth recording: `--recordings 1000 --kills 20 --seed 1`. Ends with one line; the status is 1 where something is
 * wrong.
 */
import { parseArgs } from 'node:util';
import { undergo } from './support/ordeal.ts';
import { hasRedis } from './support/redis-server.ts';
import { missingStore } from './support/s3-server.ts';

const { values } = parseArgs({
  options: {
    recordings: { type: 'string', default: '1000' },
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
});
const missing = hasRedis() ? await missingStore() : 'no redis-server: Debian has a package of that name';
if (missing !== undefined) throw new Error(missing);
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
process.exitCode = isRight ? 0 : 1;
