/**
 * `npm test`: builds, checks, and runs every test there is; installs a browser first where there is none.
 * Ends with one line `N passed, N failed, N skipped`; the exit code is 1 where anything failed.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { BROWSER_CACHE, findBrowser } from '../tools/browser.mjs';
import { findWebKit } from './support/other-browsers.mjs';
import { startSoundServer } from './support/sound-server.mjs';

const ROOT = new URL('..', import.meta.url).pathname;
process.chdir(ROOT);
const total = { passed: 0, failed: 0, skipped: 0 };

step('browser', installBrowser);
step('build', () => run('npm', ['run', '--silent', 'build']));
step('check', () => run('npm', ['run', '--silent', 'check']));
const inNode = ['--import', 'tsx', '--test', '--test-reporter', 'tap'];
// Side by side, for neither waits for a clock. What follows has the machine for itself: it hears sound in real time.
await Promise.all([
  suite('node', process.execPath, [...inNode, ...tests('test', 'node')], nodeCounts),
  suiteInPython(),
]);
for (const group of ['unit', 'platform', 'graph']) await browserSuite(`chromium: ${group}`, group, [], process.env);
// These drive the browser from outside, one file after the other.
await suite(
  'chromium: demo',
  process.execPath,
  [...inNode, '--test-concurrency=1', ...tests('test/demo', 'page')],
  nodeCounts,
);
for (const { name, command, groups, pages, found } of otherBrowsers()) {
  if (!found) {
    skip(name, 'not installed');
    continue;
  }
  const sound = startSoundServer();
  const env = { ...process.env, ...sound.env, TEST_BROWSER: name };
  for (const group of groups) await browserSuite(`${name}: ${group}`, group, command, env);
  if (pages) await pageSuites(name, pages, sound.hasSound, env);
  sound.stop();
}

console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 ? 1 : 0);

/** A step that everything after it needs. */
function step(name, action) {
  console.log(`\n── ${name}`);
  try {
    action();
  } catch (error) {
    console.error(String(error.message ?? error));
    console.log(`\n0 passed, 1 failed`);
    process.exit(1);
  }
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw error ?? new Error(`${command} ${args.join(' ')} ended with ${status}`);
}

/**
 * Runs a test command, shows its output, and adds up what `count` reads in it; an exit code that no failure explains is
 * one.
 */
async function suite(name, command, args, count, options = {}) {
  const begun = performance.now();
  const { stdout, stderr, status } = await outputOf(command, args, options);
  console.log(`\n── ${name} (${Math.round((performance.now() - begun) / 1000)} s)`);
  const counts = count(stdout);
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  if (status !== 0) console.log(stdout + stderr);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  for (const key of Object.keys(total)) total[key] += counts[key];
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

function browserSuite(name, group, before, env) {
  const [command, ...args] = [
    ...before,
    process.execPath,
    'node_modules/@web/test-runner/dist/bin.js',
    '--group',
    group,
  ];
  return suite(name, command, args, browserCounts, { env });
}

/**
 * The demo's pages in another browser than Chromium; those that play need a sound device, or PulseAudio in its place.
 */
async function pageSuites(name, { silent, playing }, hasSound, env) {
  const files = [...silent, ...(hasSound ? playing : [])].map((page) => `test/demo/${page}.page.test.ts`);
  await suite(`${name}: demo`, process.execPath, [...inNode, '--test-concurrency=1', ...files], nodeCounts, { env });
  if (!hasSound) skip(`${name}: demo, played`, 'no sound device, and no PulseAudio in its place');
}

function nodeCounts(output) {
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

/**
 * Tests of a kind: `node` tests run in Node, `page` tests drive a browser from there; those of no kind run in browsers.
 */
function tests(folder, kind) {
  return execFileSync('find', [folder, '-name', `*.${kind}.test.ts`], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean)
    .sort();
}

function installBrowser() {
  const found = findBrowser('chromium');
  if (found) return console.log(found);
  const debian = existsSync('/etc/debian_version') && process.getuid?.() === 0;
  if (debian) {
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['install', '-y', '-qq', 'chromium']);
  } else {
    run('npx', ['@puppeteer/browsers', 'install', 'chrome@stable', '--path', BROWSER_CACHE]);
  }
  if (!findBrowser('chromium'))
    throw new Error('Expected Chromium after its installation. Install Chrome or Chromium, or set CHROME_PATH.');
}

/** Browsers beside Chromium take part where they are installed. */
function otherBrowsers() {
  const inDisplay = process.env.DISPLAY ? [] : ['xvfb-run', '-a'];
  const canShow = inDisplay.length === 0 || spawnSync('which', ['xvfb-run']).status === 0;
  return [
    {
      name: 'firefox',
      command: [],
      groups: ['portable', 'offline'],
      pages: { silent: ['opening', 'studio'], playing: ['page', 'comparison', 'studio-listening'] },
      found: findBrowser('firefox'),
    },
    { name: 'webkit', command: inDisplay, groups: ['portable', 'offline'], found: canShow && findWebKit() },
  ];
}

/** Training is for those who have PyTorch: `training/setup.sh` makes the environment. */
function suiteInPython() {
  const python = [join(ROOT, 'training/.venv/bin/python'), 'python3'].find(
    (command) => spawnSync(command, ['-c', 'import torch, pytest']).status === 0,
  );
  if (!python) return skip('training', 'no PyTorch: training/setup.sh installs it (Python 3.11 or newer)');
  return suite('training', python, ['-m', 'pytest', '-q', 'tests'], pytestCounts, { cwd: join(ROOT, 'training') });
}

function skip(name, why) {
  console.log(`\n── ${name}\nskipped: ${why}`);
  total.skipped += 1;
}
