/**
 * `npm test`: builds, checks, and runs every test there is; installs a browser first where there is none.
 * Ends with one line `N passed, N failed, N skipped`; the exit code is 1 where anything failed.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { BROWSER_CACHE, findBrowser } from '../tools/browser.mjs';
import { findWebKit } from './support/other-browsers.mjs';
import { startSoundServer } from './support/sound-server.mjs';
import { Suites } from './support/suites.mjs';
import { untriedInWebKit } from './support/tried-in-webkit.mjs';

const ROOT = new URL('..', import.meta.url).pathname;
process.chdir(ROOT);
const suites = new Suites();
const others = otherBrowsers();

step('browser', installBrowser);
step('build', () => run('npm', ['run', '--silent', 'build']));
step('check', () => run('npm', ['run', '--silent', 'check']));
const [firefox, webkit] = others;
// What takes longest comes first.
await twoAtATime([
  () => suites.node('node', tests('test', 'node')),
  suiteInPython,
  queueSuite,
  () => suites.browser('chromium', 'unit'),
  () => suitesWithoutSound(webkit),
  () => suitesWithoutSound(firefox),
]);
// What hears sound in real time mostly waits for it: two at a time leave each a core.
await twoAtATime([
  () => suites.browser('chromium', 'graph'),
  () => suitesWithSound(firefox),
  chromiumDemo,
  () => suitesWithSound(webkit),
  ...['calls', 'stream', 'platform'].map((group) => () => suites.browser('chromium', group)),
]);

console.log(`\nBrowsers: ${['chromium', ...others.filter(({ found }) => found).map(({ name }) => name)].join(', ')}`);
process.exit(suites.sumUp() ? 0 : 1);

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

/** Each begins, in this order, where one of the two before it has ended; on one core, the one. */
async function twoAtATime(jobs) {
  const waiting = [...jobs];
  const lane = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await job();
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, lane));
}

async function queueSuite() {
  if (spawnSync('redis-server', ['--version']).status === 0)
    await suites.node('queue', tests('test/queue', 'queue'), { oneByOne: true });
  else suites.skip('queue', 'no redis-server: Debian has a package of that name');
}

async function suitesWithoutSound({ name, before, groups, found }) {
  if (!found) return suites.skip(name, 'not installed');
  for (const group of groups) await suites.browser(name, group, { before, env: environment(name) });
}

/** These drive the browser from outside, one file after the other. */
function chromiumDemo() {
  const pages = ['test/demo', 'test/stream'].flatMap((folder) => tests(folder, 'page'));
  return suites.node('chromium: demo', pages, { oneByOne: true });
}

async function suitesWithSound({ name, before, liveGroups, untried = [], pages, found }) {
  if (!found) return;
  for (const { name: file, why } of untried) suites.skip(`${name}: ${file}`, why);
  const sound = startSoundServer();
  const env = { ...environment(name), ...sound.env };
  if (sound.hasSound) for (const group of liveGroups) await suites.browser(name, group, { before, env });
  else if (liveGroups.length) suites.skip(`${name}: live`, 'no sound device, and no PulseAudio in its place');
  if (pages) await pageSuites(name, before, pages, sound.hasSound, env);
  sound.stop();
}

function environment(browser) {
  return { ...process.env, TEST_BROWSER: browser };
}

/**
 * The demo's pages in another browser than Chromium; those that play need a sound device, or PulseAudio in its place.
 */
async function pageSuites(name, before, { silent, playing }, hasSound, env) {
  const files = [...silent, ...(hasSound ? playing : [])].map((page) => `test/demo/${page}.page.test.ts`);
  await suites.node(`${name}: demo`, files, { oneByOne: true, before, env });
  if (!hasSound) suites.skip(`${name}: demo, played`, 'no sound device, and no PulseAudio in its place');
}

/**
 * Tests of a kind: `node` tests run in Node, `page` tests drive a browser from there; those of no kind run in browsers.
 * `queue` tests run in Node and start a Redis.
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

/**
 * Browsers beside Chromium take part where they are installed: `groups` of web-test-runner.config.mjs that need no
 * sound, `liveGroups` that do, and pages of the demo.
 */
function otherBrowsers() {
  const inDisplay = process.env.DISPLAY ? [] : ['xvfb-run', '-a'];
  const canShow = inDisplay.length === 0 || spawnSync('which', ['xvfb-run']).status === 0;
  return [
    {
      name: 'firefox',
      before: [],
      groups: ['portable', 'offline'],
      liveGroups: ['live', 'failures', 'platform', 'panel', 'stream', 'calls'],
      pages: { silent: ['opening', 'studio'], playing: ['page', 'comparison', 'studio-listening'] },
      found: findBrowser('firefox'),
    },
    {
      name: 'webkit',
      before: inDisplay,
      groups: ['portable', 'offline'],
      liveGroups: ['live-webkit', 'platform', 'panel', 'calls'],
      untried: untriedInWebKit(),
      pages: { silent: ['opening'], playing: ['studio-listening'] },
      found: canShow && findWebKit(),
    },
  ];
}

/** Training is for those who have PyTorch: `training/setup.sh` makes the environment. */
function suiteInPython() {
  const python = [join(ROOT, 'training/.venv/bin/python'), 'python3'].find(
    (command) => spawnSync(command, ['-c', 'import torch, pytest']).status === 0,
  );
  if (!python) return suites.skip('training', 'no PyTorch: training/setup.sh installs it (Python 3.11 or newer)');
  return suites.python('training', python, join(ROOT, 'training'));
}
