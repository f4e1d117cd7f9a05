/**
 * Launchers for @web/test-runner that drive Firefox and WebKit as they are installed, one page at a time. Firefox
 * speaks BiDi through puppeteer-core; WebKit's own driver speaks plain WebDriver to the MiniBrowser that comes with it.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import puppeteer from 'puppeteer-core';
import { findBrowser } from '../../tools/browser.mjs';

/** What both launchers share: `open` starts the browser and returns how to navigate, how to ask and how to quit. */
class Launcher {
  type = 'installed-browser';
  concurrency = 1;
  #open;
  #browser;
  #url;
  #sessionId;

  constructor(name, open) {
    this.name = name;
    this.#open = open;
  }

  async startSession(sessionId, url) {
    this.#browser ??= await this.#open();
    this.#sessionId = sessionId;
    this.#url = url;
    await this.#browser.navigate(url);
  }

  isActive(sessionId) {
    return sessionId === this.#sessionId;
  }

  getBrowserUrl() {
    return this.#url;
  }

  async stopSession() {
    this.#sessionId = undefined;
    await this.#browser?.navigate('about:blank');
    return { testCoverage: undefined };
  }

  async stop() {
    await this.#browser?.quit();
    this.#browser = undefined;
  }
}

/**
 * Firefox with sound that needs no gesture, and a microphone that is not there and is given to whoever asks. Downloads
 * go to a folder.
 */
export function launchFirefox(downloads) {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: findBrowser('firefox'),
    headless: true,
    extraPrefsFirefox: {
      'media.autoplay.default': 0,
      'media.navigator.permission.disabled': true,
      'media.navigator.streams.fake': true,
      ...(downloads && {
        'browser.download.folderList': 2,
        'browser.download.dir': downloads,
        'browser.download.alwaysOpenPanel': false,
      }),
    },
  });
}

export function firefoxLauncher() {
  return new Launcher('Firefox', async () => {
    const browser = await launchFirefox();
    const page = await browser.newPage();
    return { navigate: (url) => page.goto(url), quit: () => browser.close() };
  });
}

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

/** A display must be there (`xvfb-run`). WebKit has SharedArrayBuffer only where it is told so. */
export function webkitLauncher() {
  return new Launcher('WebKit', async () => {
    const { driver, miniBrowser } = findWebKit();
    const port = await freePort();
    const environment = {
      ...process.env,
      JSC_useSharedArrayBuffer: '1',
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    };
    const child = spawn(driver, [`--port=${port}`], { env: environment, stdio: 'ignore' });
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
    const options = { binary: miniBrowser, args: ['--automation'] };
    const { sessionId } = await ask('POST', '/session', {
      capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } },
    });
    return {
      navigate: (url) => ask('POST', `/session/${sessionId}/url`, { url }),
      quit: async () => {
        await ask('DELETE', `/session/${sessionId}`).catch(() => {});
        child.kill();
      },
    };
  });
}

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

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close((error) => (error ? reject(error) : resolve(port)));
    });
  });
}
