/** Runs test commands, shows what they print, and adds up what they count, for the summary of `npm test`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { crashedFiles, failuresInTap, failuresTold } from './failures.mjs';

const IN_NODE = ['--import', 'tsx', '--test', '--test-reporter', 'tap'];
/** What suites print of a test that passed, but not at once: the file that prints it says how. */
const SECOND_TRY = /^(?:# )?second try: .*$/gm;

/**
 * How often a file is tried in which the browser crashes. WebKitGTK 2.50 does now and then, in its own thread
 * AudioWorklet ({@link file://./settled-close.js}).
 */
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
  async node(name, files, { oneByOne = false, before = [], env } = {}) {
    const [command, ...args] = [
      ...before,
      process.execPath,
      ...IN_NODE,
      ...(oneByOne ? ['--test-concurrency=1'] : []),
      ...files,
    ];
    this.#add(name, await outcomeOf(command, args, TAP, { env }));
  }

  /** One group of web-test-runner.config.mjs in a browser that `before`, a command, may need around it. */
  async browser(name, group, { before = [], env } = {}) {
    const run = (...files) => {
      const args = files.length > 0 ? ['--group', 'default', '--files', ...files] : ['--group', group];
      const [command, ...rest] = [...before, process.execPath, 'node_modules/@web/test-runner/dist/bin.js', ...args];
      return outcomeOf(command, rest, COUNTED, { env });
    };
    const suite = `${name}: ${group}`;
    let outcome = await run();
    for (let tries = 2; tries <= MOST_TRIES; tries++) {
      const crashed = crashedFiles(outcome.failures);
      if (crashed.length === 0) break;
      for (const file of crashed)
        this.#secondTries.push(`${suite}: second try: ${file}, in which the browser crashed ${tries}/${MOST_TRIES}`);
      outcome = joined(without(outcome, crashed), await run(...crashed));
    }
    this.#add(suite, outcome);
  }

  async python(name, python, folder) {
    // Threads that wait for each other sleep: spinning they would take the cores that other suites need.
    const env = { ...process.env, OMP_WAIT_POLICY: 'passive' };
    this.#add(name, await outcomeOf(python, ['-m', 'pytest', '-q', 'tests'], PYTEST, { cwd: folder, env }));
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

  #add(name, { counts, failures, seconds, stdout, stderr }) {
    console.log(`\n── ${name} (${Math.round(seconds)} s)`);
    if (counts.failed > 0) console.log(stdout + stderr);
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    for (const key of Object.keys(this.#total)) this.#total[key] += counts[key];
    this.#failures.push(...failures.map((failure) => `${name}: ${failure}`));
    for (const [line] of stdout.matchAll(SECOND_TRY)) this.#secondTries.push(`${name}: ${line}`);
  }
}

/** Runs a command, and reads what it printed. An exit code that no failure explains is one. */
async function outcomeOf(command, args, read, options) {
  const begun = performance.now();
  const { stdout, stderr, status } = await outputOf(command, args, options);
  const counts = read.count(stdout);
  const failures = read.failures(stdout);
  if (status !== 0 && counts.failed === 0) {
    counts.failed = 1;
    failures.push(`the command ended with ${status}`);
  }
  return { counts, failures, seconds: (performance.now() - begun) / 1000, stdout, stderr };
}

/** An outcome but for files that crashed, of which the count reporter counts nothing but that. */
function without({ counts, failures, ...rest }, files) {
  const others = failures.filter((failure) => !files.some((file) => failure.startsWith(`${file}: `)));
  return {
    ...rest,
    failures: others,
    counts: { ...counts, failed: counts.failed - (failures.length - others.length) },
  };
}

function joined(one, other) {
  const counts = { ...one.counts };
  for (const key of Object.keys(counts)) counts[key] += other.counts[key];
  return {
    counts,
    failures: [...one.failures, ...other.failures],
    seconds: one.seconds + other.seconds,
    stdout: one.stdout + other.stdout,
    stderr: one.stderr + other.stderr,
  };
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
