/**
 * `npm run test:hostile [-- --only one-core,busy,young-page,late-timers] [--seed N] [suite…]`: runs suites under
 * conditions that hide in fast machines' shadows. What waits for one turn, or counts a time from zero, fails here.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { HOSTILE_CLOCKS } from './support/hostile/plugin.mjs';

const SUITES = ['unit', 'platform', 'graph'];
/** Condition → what stands before the command that runs a suite. */
const CONDITIONS = {
  'one-core': ['taskset', '-c', '0'],
  busy: ['taskset', '-c', '0,1'],
  ...Object.fromEntries(HOSTILE_CLOCKS.map((clock) => [clock, []])),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: Object.keys(CONDITIONS).join() },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const conditions = values.only.split(',');
for (const name of conditions)
  if (!(name in CONDITIONS))
    throw new RangeError(`--only: expected some of ${Object.keys(CONDITIONS).join(', ')}, got ${name}.`);

let failed = 0;
for (const condition of conditions) {
  const neighbour = condition === 'busy' && spawn('taskset', ['-c', '0,1', process.execPath, '-e', 'for (;;);']);
  try {
    for (const suite of positionals.length > 0 ? positionals : SUITES) run(condition, suite);
  } finally {
    if (neighbour) {
      neighbour.kill();
      await once(neighbour, 'exit');
    }
  }
}
process.exit(failed > 0 ? 1 : 0);

/** @param {string} suite a group of web-test-runner.config.mjs, or the path of a test */
function run(condition, suite) {
  const isClock = HOSTILE_CLOCKS.includes(condition);
  console.log(`\n── ${condition}: ${suite}${isClock ? `, --seed ${values.seed}` : ''}`);
  const env = { ...process.env, ...(isClock && { HOSTILE_CLOCK: condition, HOSTILE_SEED: values.seed }) };
  const [command, ...args] = [...CONDITIONS[condition], process.execPath, ...runnerOf(suite)];
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', env });
  if (error) throw error;
  if (status !== 0) failed += 1;
}

function runnerOf(suite) {
  if (/\.(node|page)\.test\.ts$/.test(suite)) return ['--import', 'tsx', '--test', suite];
  const what = suite.endsWith('.ts') ? ['--files', suite, '--group', 'default'] : ['--group', suite];
  return ['node_modules/@web/test-runner/dist/bin.js', ...what];
}
