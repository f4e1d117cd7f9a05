/**
 * Firefox and WebKit as they are installed, for tests that drive a page, and launchers of them for @web/test-runner,
 * one page at a time. Firefox speaks BiDi through puppeteer-core; WebKit's own driver speaks plain WebDriver to the
 * MiniBrowser that comes with it.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import puppeteer from 'puppeteer-core';
import { findBrowser } from '../../tools/browser.mjs';
import { freePort } from './free-port.mjs';
import { WebDriverPage } from './webdriver-page.mjs';

/** Scripts in a page wait for sound. */
const SCRIPT_PATIENCE_MS = 300_000;

/** What both launchers share; the commands of @web/test-runner ask its page for keys, mouse and media. */
class Launcher {
  type = 'puppeteer';
  hasDevtools = false;
  concurrency = 1;
  #launch;
  #browser;
  #page;
  #url;
  #sessionId;

  constructor(name, launch) {
    this.name = name;
    this.#launch = launch;
  }

  async startSession(sessionId, url) {
    this.#browser ??= await this.#launch();
    this.#page ??= await this.#browser.newPage();
    this.#sessionId = sessionId;
    this.#url = url;
    await this.#leadTo(url);
  }

  isActive(sessionId) {
    return sessionId === this.#sessionId;
  }

  getBrowserUrl() {
    return this.#url;
  }

  getPage() {
    return this.#page;
  }

  async stopSession() {
    this.#sessionId = undefined;
    await this.#page?.evaluate(() => globalThis.settled?.()).catch(() => {});
    await this.#leadTo('about:blank');
    return { testCoverage: undefined };
  }

  async stop() {
    await this.#browser?.close();
    this.#browser = undefined;
    this.#page = undefined;
  }

  /** A page that cannot be led further has crashed: that is an error of one file, and the next gets a new browser. */
  async #leadTo(url) {
    try {
      await this.#page?.goto(url);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }
}

/**
 * Firefox with sound that needs no gesture, and a microphone that is not there and is given to whoever asks. Downloads
 * go to a folder; preferences of the caller's come last.
 */
export function launchFirefox({ downloads, preferences, protocolTimeout } = {}) {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: findBrowser('firefox'),
    headless: true,
    ...(protocolTimeout && { protocolTimeout }),
    extraPrefsFirefox: {
      'media.autoplay.default': 0,
      'media.navigator.permission.disabled': true,
      'media.navigator.streams.fake': true,
      ...(downloads && {
        'browser.download.folderList': 2,
        'browser.download.dir': downloads,
        'browser.download.alwaysOpenPanel': false,
      }),
      ...preferences,
    },
  });
}

export const firefoxLauncher = () => new Launcher('Firefox', () => launchFirefox());

/** WebKitWebDriver and its MiniBrowser, both of Debian's webkit2gtk-driver; undefined where they are missing. */
export function findWebKit() {
  const driver = '/usr/bin/WebKitWebDriver';
  if (!existsSync(driver)) return undefined;
  for (const triplet of readdirSync('/usr/lib')) {
    const miniBrowser = `/usr/lib/${triplet}/webkit2gtk-4.1/MiniBrowser`;
    if (existsSync(miniBrowser)) return { driver, miniBrowser };
  }
  return undefined;
}

/**
 * WebKit; a display must be there (`xvfb-run`). Each page is a MiniBrowser of its own, for a driver has one at a time.
 * It has SharedArrayBuffer only where it is told so, and sound without a gesture.
 */
export async function launchWebKit() {
  const pages = [];
  const newPage = async () => {
    const driver = await startWebKitDriver();
    const { sessionId } = await driver.ask('POST', '/session', {
      capabilities: {
        alwaysMatch: {
          timeouts: { script: SCRIPT_PATIENCE_MS },
          'webkitgtk:browserOptions': {
            binary: findWebKit().miniBrowser,
            args: ['--automation', '--autoplay-policy=allow'],
          },
        },
      },
    });
    const ask = (method, path, body) => driver.ask(method, `/session/${sessionId}${path}`, body);
    const close = async () => {
      await ask('DELETE', '').catch(() => {});
      driver.kill();
    };
    const page = new WebDriverPage(ask, { browser: { newPage }, close });
    pages.push(page);
    return page;
  };
  return { newPage, close: () => Promise.all(pages.map((page) => page.close())) };
}

/**
 * What runs a command without the right to realtime priority, where there is one core and root has it unasked. A thread
 * of WebKitGTK's 2.50 that has it spins where it waits for a lock of the allocator, and on one core whoever holds the
 * lock never runs again.
 */
function withoutRealtime(command) {
  const takesRight = availableParallelism() === 1 && process.getuid() === 0 && existsSync('/usr/bin/setpriv');
  return takesRight ? ['/usr/bin/setpriv', '--bounding-set=-sys_nice', command] : [command];
}

async function startWebKitDriver() {
  const port = await freePort();
  const environment = {
    ...process.env,
    JSC_useSharedArrayBuffer: '1',
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
  };
  const [command, ...before] = withoutRealtime(findWebKit().driver);
  const child = spawn(command, [...before, `--port=${port}`], { env: environment, stdio: 'ignore' });
  const ask = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`WebKitWebDriver: ${value.error}: ${value.message}`);
    return value;
  };
  await until(() => ask('GET', '/status'));
  return { ask, kill: () => child.kill() };
}

export const webkitLauncher = () => new Launcher('WebKit', launchWebKit);

async function until(action) {
  for (let tries = 0; ; tries++) {
    try {
      return await action();
    } catch (error) {
      if (tries === 50) throw error;
      await sleep(100);
    }
  }
}
