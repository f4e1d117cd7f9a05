/** Finds and starts the browsers that tests, bench and screenshots run in. */
import { accessSync, constants, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';

/** Where browsers that the test command downloads are kept. */
export const BROWSER_CACHE = join(homedir(), '.cache', 'denoise-node', 'browsers');

const NAMES = {
  chromium: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'],
  firefox: ['firefox-esr', 'firefox'],
};
const FOLDERS = [
  ...(process.env.PATH ?? '').split(':'),
  '/usr/bin',
  '/Applications/Google Chrome.app/Contents/MacOS',
  '/Applications/Chromium.app/Contents/MacOS',
];
const OVERRIDES = { chromium: 'CHROME_PATH', firefox: 'FIREFOX_PATH' };

/**
 * Path of a browser's executable, or undefined. CHROME_PATH and FIREFOX_PATH come first, then PATH, then what was
 * downloaded.
 * @param {'chromium' | 'firefox'} name
 * @returns {string | undefined}
 */
export function findBrowser(name) {
  const override = process.env[OVERRIDES[name]];
  if (override) return override;
  const macNames = name === 'chromium' ? ['Google Chrome', 'Chromium'] : [];
  for (const folder of FOLDERS) {
    for (const file of [...NAMES[name], ...macNames]) if (runs(join(folder, file))) return join(folder, file);
  }
  return name === 'chromium' ? findDownloaded(BROWSER_CACHE) : undefined;
}

/** The cache holds chrome/<platform and version>/chrome-<platform>/chrome. */
function findDownloaded(folder) {
  try {
    const found = readdirSync(folder, { recursive: true, withFileTypes: true }).find(
      (entry) => entry.isFile() && /^(chrome|Google Chrome for Testing)$/.test(entry.name),
    );
    return found && join(found.parentPath ?? found.path, found.name);
  } catch {
    return undefined;
  }
}

function runs(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Quiet, without a sandbox where it cannot be had (root), sound without a gesture, and a microphone that is not there.
 */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];

/**
 * Starts Chromium without a window.
 * @param {string[]} [flags]
 * @param {import('puppeteer-core').LaunchOptions} [options]
 */
export function launchChromium(flags = CHROMIUM_FLAGS, options = {}) {
  const executablePath = findBrowser('chromium');
  if (executablePath === undefined)
    throw new Error('Expected Chromium in PATH, found none. Set CHROME_PATH to where it is.');
  return puppeteer.launch({ executablePath, args: flags, ...options });
}
