/**
 * How long an archive takes on machines that need not exist: `denoise-node queue`, simulated with the command's own
 * settings (tools/scale/queue-simulation.ts). What the defaults say is the archive of docs/scale.md.
 *
 *   node --import tsx bench/simulate-queue.mjs --workers 10
 *   node --import tsx bench/simulate-queue.mjs --workers 1000 --failures 0 --lifetime-days Infinity --slow 0
 */
import { parseArgs } from 'node:util';
import { calm, lengthsAround, simulate } from '../tools/scale/queue-simulation.ts';
import { figure, tableOf } from './harness/figures.mjs';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** What can be asked for, with the default and what it is. */
const OPTIONS = {
  recordings: [1_000_000, 'recordings'],
  minutes: [60, 'their mean length'],
  spread: [0.5, 'standard deviation of the logarithm of their lengths; 0: all equal'],
  workers: [1000, 'machines'],
  jobs: [16, 'jobs of each'],
  speed: [20, 'seconds of sound that one job does in a second'],
  overhead: [1, 'seconds that each recording takes beside its sound'],
  start: [5, 'seconds from the start of a worker until it takes a recording'],
  failures: [0.01, 'share of the tries that fail, at their end'],
  'lifetime-days': [30, 'mean time until a machine dies'],
  'repair-minutes': [10, 'until it is started anew'],
  slow: [0.02, 'share of the machines that are slow'],
  slowness: [3, 'how many times as long they take'],
  seed: [1, 'of all that is left to chance'],
};

const SHARES = ['failures', 'slow'];
const WHOLE = ['recordings', 'workers', 'jobs', 'seed'];
const MAY_BE_ZERO = ['spread', 'overhead', 'start', 'repair-minutes', 'seed', ...SHARES];

const { recordings, minutes, spread, seed, ...asked } = readArguments();
const lengths = lengthsAround(60 * minutes, spread, recordings, seed);
const sound = lengths.reduce((sum, length) => sum + length, 0);
const { workers, jobs, speed, overhead } = asked;
const outcome = simulate({
  ...calm(),
  ...asked,
  recordings: lengths,
  seed,
  lifetime: DAY * asked['lifetime-days'],
  repair: 60 * asked['repair-minutes'],
});
const ideal = (sound / speed + recordings * overhead) / (workers * jobs);
const table = [
  figure('sound', sound / HOUR, 'h'),
  figure('wall time', outcome.wall / HOUR, 'h'),
  figure('wall time over the work of all, dealt out evenly', outcome.wall / ideal, '×'),
  figure('core hours that are paid', (outcome.wall * workers * jobs) / HOUR, 'h'),
  figure('of them at work', 100 * outcome.utilisation, '%'),
  figure('work that was done in vain', 100 * outcome.repeated, '%'),
  figure('tail, from the first who found nothing to do', outcome.tail / HOUR, 'h'),
  figure('tries', outcome.tries, ''),
  figure('deaths of machines', outcome.deaths, ''),
  figure('recordings that were given up', outcome.failed, ''),
  figure('recordings that are done in a second', recordings / outcome.wall, ''),
];
console.log(tableOf(table).join('\n'));

function readArguments() {
  try {
    const options = Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, { type: 'string' }]));
    const { values } = parseArgs({ options });
    return Object.fromEntries(
      Object.entries(OPTIONS).map(([name, [standard]]) => [name, numberIn(name, values[name] ?? String(standard))]),
    );
  } catch (error) {
    const lines = Object.entries(OPTIONS).map(([name, [standard, what]]) => `  --${name} ${standard}  ${what}`);
    console.error(`${error.message}\n${lines.join('\n')}`);
    process.exit(2);
  }
}

function numberIn(name, text) {
  const value = Number(text);
  const least = MAY_BE_ZERO.includes(name) ? value >= 0 : value > 0;
  const most = SHARES.includes(name) ? value <= 1 : name === 'lifetime-days' || value < Infinity;
  if (text.trim() === '' || !least || !most || (WHOLE.includes(name) && !Number.isInteger(value)))
    throw new RangeError(`Expected a ${WHOLE.includes(name) ? 'whole ' : ''}number for --${name}, got "${text}".`);
  return value;
}
