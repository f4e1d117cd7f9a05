/** Runs test commands, shows what they print, and adds up what they count, for the summary of `npm test`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { failuresInTap, failuresTold } from './failures.mjs';

const IN_NODE = ['--import', 'tsx', '--test', '--test-reporter', 'tap'];
/** What suites print of a test that passed, but not at once: the file that prints it says how. */
const SECOND_TRY = /^(?:# )?second try: .*$/gm;

/**
 * WebKitGTK 2.50 ends in a segmentation fault of its own now and then, in its thread AudioWorklet, where that has to
 * share its core: a null pointer, at the same place each time. The whole suite is tried again, and that is told.
 */
const CRASH = /session deleted because of page crash or hang/;
const MOST_TRIES = 3;

/** How the output of each kind of command is read. */
const TAP = { count: tapCounts, failures: failuresInTap };
const COUNTED = { count: browserCounts, failures: failuresTold };
const PYTEST = { count: pytestCounts, failures: failuresTold };

export class Suites {
  #total = { passed: 0, failed: 0, skipped: 0 };
  #secondTries = [];
  #failures = [];

  /** Tests for Node, or ones that drive a browser from there: those one file at a time, `before` as for browsers. */
  node(name, files, { oneByOne = false, before = [], env } = {}) {
    const [command, ...args] = [
      ...before,
      process.execPath,
      ...IN_NODE,
      ...(oneByOne ? ['--test-concurrency=1'] : []),
      ...files,
    ];
    return this.#run(name, command, args, TAP, { env });
  }

  /** One group of web-test-runner.config.mjs in a browser that `before`, a command, may need around it. */
  browser(name, group, { before = [], env } = {}) {
    const runner = 'node_modules/@web/test-runner/dist/bin.js';
    const [command, ...args] = [...before, process.execPath, runner, '--group', group];
    return this.#run(`${name}: ${group}`, command, args, COUNTED, { env });
  }

  python(name, python, folder) {
    return this.#run(name, python, ['-m', 'pytest', '-q', 'tests'], PYTEST, { cwd: folder });
  }

  /** A whole suite that cannot run here counts as one skip. */
  skip(name, why) {
    console.log(`\n── ${name}\nskipped: ${why}`);
    this.#total.skipped += 1;
  }

  /** Prints the last lines; whether nothing failed. */
  sumUp() {
    if (this.#secondTries.length) console.log('\nPassed at another try only:');
    for (const line of this.#secondTries) console.log(`  ${line}`);
    if (this.#failures.length) console.log('\nFailed:');
    for (const line of this.#failures) console.log(`  ${line}`);
    const { passed, failed, skipped } = this.#total;
    console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
    return failed === 0;
  }

  /** An exit code that no failure explains is one. */
  async #run(name, command, args, read, options) {
    const begun = performance.now();
    let tries = 1;
    let ended = await outputOf(command, args, options);
    for (; CRASH.test(ended.stdout) && tries < MOST_TRIES; tries++) ended = await outputOf(command, args, options);
    if (tries > 1 && !CRASH.test(ended.stdout))
      this.#secondTries.push(`${name}: second try: the whole, because WebKit crashed ${tries}/${MOST_TRIES}`);
    const { stdout, stderr, status } = ended;
    const counts = read.count(stdout);
    const failures = read.failures(stdout);
    if (status !== 0 && counts.failed === 0) {
      counts.failed = 1;
      failures.push(`the command ended with ${status}`);
    }
    this.#failures.push(...failures.map((failure) => `${name}: ${failure}`));
    console.log(`\n── ${name} (${Math.round((performance.now() - begun) / 1000)} s)`);
    if (status !== 0) console.log(stdout + stderr);
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    for (const key of Object.keys(this.#total)) this.#total[key] += counts[key];
    for (const [line] of stdout.matchAll(SECOND_TRY)) this.#secondTries.push(`${name}: ${line}`);
  }
}

/** What a command prints, and how it ends; `status` is null where a signal ended it. */
async function outputOf(command, args, options) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const [stdout, stderr, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close').then(([code]) => code),
  ]);
  return { stdout, stderr, status };
}

function tapCounts(output) {
  const read = (name) => Number(output.match(new RegExp(`^# ${name} (\\d+)`, 'm'))?.[1] ?? 0);
  return { passed: read('pass'), failed: read('fail') + read('cancelled'), skipped: read('skipped') + read('todo') };
}

function browserCounts(output) {
  // The last summary counts: earlier ones are progress.
  const read = (name) => Number([...output.matchAll(new RegExp(`(\\d+) ${name}`, 'g'))].at(-1)?.[1] ?? 0);
  return { passed: read('passed'), failed: read('failed'), skipped: read('skipped') };
}

function pytestCounts(output) {
  const read = (name) => Number(output.match(new RegExp(`(\\d+) ${name}`))?.[1] ?? 0);
  return { passed: read('passed'), failed: read('failed') + read('error'), skipped: read('skipped') };
}
