/** What the figures were measured on. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, totalmem } from 'node:os';

const require = createRequire(import.meta.url);

const PACKAGES = [
  '@sapphi-red/web-noise-suppressor',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-converter',
  '@tensorflow/tfjs-backend-wasm',
];

/** For `--import`: prints the most memory that the process ever had, KiB, when it ends. */
export const TELL_MEMORY =
  'data:text/javascript,process.on("exit",()=>process.stderr.write("MOST "+process.resourceUsage().maxRSS))';

/** @param {import('puppeteer-core').Browser} browser */
export async function describeMachine(browser) {
  return {
    cpu: cpus()[0].model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    /** Processes that wanted to run, one minute's average: figures are clean only if this is small before the run. */
    loadBefore: loadavg()[0],
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    browser: await browser.version(),
    package: versionIn(new URL('../../package.json', import.meta.url)),
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionIn(packageFile(name))])),
  };
}

function versionIn(file) {
  return JSON.parse(readFileSync(file, 'utf8')).version;
}

/** Packages need not export their package.json, so it is looked for where Node looks for packages. */
function packageFile(name) {
  const folder = require.resolve.paths(name).find((path) => {
    try {
      return readFileSync(`${path}/${name}/package.json`).length > 0;
    } catch {
      return false;
    }
  });
  return `${folder}/${name}/package.json`;
}
