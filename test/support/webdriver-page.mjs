/**
 * What the tests use of puppeteer's Page, over plain WebDriver (https://www.w3.org/TR/webdriver2/): WebKit's driver
 * speaks nothing else. Names and meanings are puppeteer's.
 */
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 30_000;
const POLL_MS = 50;
/** The name under which elements are told (WebDriver §12). */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
/** Code points of keys that have no character (WebDriver §17.4.2). */
const KEYS = {
  Space: ' ',
  Tab: '\uE004',
  Enter: '\uE007',
  Shift: '\uE008',
  Escape: '\uE00C',
  End: '\uE010',
  Home: '\uE011',
  ArrowLeft: '\uE012',
  ArrowUp: '\uE013',
  ArrowRight: '\uE014',
  ArrowDown: '\uE015',
};

export class WebDriverPage {
  #ask;
  #url = 'about:blank';
  #scripts = [];
  #handles = 0;
  #browser;
  #listeners = { pageerror: [], console: [] };

  /**
   * @param {(method: string, path: string, body?: object) => Promise<any>} ask within a session
   * @param {{ browser: { newPage(): Promise<WebDriverPage> }, close(): Promise<void> }} owner
   */
  constructor(ask, { browser, close }) {
    this.#ask = ask;
    this.#browser = browser;
    this.close = close;
  }

  browser() {
    return this.#browser;
  }

  async goto(url) {
    await this.#ask('POST', '/url', { url });
    this.#url = await this.#ask('GET', '/url');
    await this.evaluate(collectComplaints);
    for (const script of this.#scripts) await this.evaluate(script);
  }

  url() {
    return this.#url;
  }

  /** 'pageerror' and 'console', of errors alone, and no earlier than something else is asked of the page. */
  on(event, listener) {
    this.#listeners[event].push(listener);
  }

  /** Its driver runs nothing before the page's own scripts: these run when the page has been loaded. */
  async evaluateOnNewDocument(script) {
    this.#scripts.push(script);
  }

  async evaluate(script, ...args) {
    const {
      value,
      error,
      complaints = [],
    } = await this.#ask('POST', '/execute/async', {
      script: `const done = arguments[arguments.length - 1];
        (async () => (${script}).apply(null, Array.prototype.slice.call(arguments, 0, -1)))().then(
          (value) => done({ value, complaints: window.complaints?.splice(0) }),
          (error) => done({ error: String(error) + '\\n' + error.stack }));`,
      args: args.map((arg) => (arg instanceof ElementOfPage ? arg.reference : arg)),
    });
    if (error) throw new Error(error);
    for (const { event, text } of complaints)
      for (const listener of this.#listeners[event])
        listener({ type: () => 'error', text: () => text, toString: () => text });
    return value === null ? undefined : value;
  }

  /** A handle on what a script gives, kept by the page itself: it is lost when the page goes. */
  async evaluateHandle(script, ...args) {
    const key = `handle ${++this.#handles}`;
    await this.evaluate(
      `async (key, ...args) => { (window.handles ??= {})[key] = await (${script})(...args); }`,
      key,
      ...args,
    );
    return {
      evaluate: (use, ...more) =>
        this.evaluate(`(key, ...more) => (${use})(window.handles[key], ...more)`, key, ...more),
    };
  }

  async $(selector) {
    const [found] = await this.#ask('POST', '/elements', { using: 'css selector', value: selector });
    return found && new ElementOfPage(this.#ask, found[ELEMENT]);
  }

  $eval(selector, script, ...args) {
    return this.evaluate(
      `(selector, ...args) => {
        const element = document.querySelector(selector);
        if (!element) throw new Error('Nothing is ' + selector);
        return (${script})(element, ...args);
      }`,
      selector,
      ...args,
    );
  }

  $$eval(selector, script, ...args) {
    return this.evaluate(
      `(selector, ...args) => (${script})([...document.querySelectorAll(selector)], ...args)`,
      selector,
      ...args,
    );
  }

  waitForSelector(selector, { timeout } = {}) {
    return this.#until(selector, timeout, () => this.$(selector));
  }

  async waitForFunction(script, { timeout } = {}, ...args) {
    const value = await this.#until(script, timeout, () => this.evaluate(script, ...args));
    return { jsonValue: async () => value };
  }

  locator(selector) {
    return {
      click: async () => {
        await this.waitForSelector(`${selector}:not(:disabled)`);
        await (await this.$(selector)).click();
      },
    };
  }

  focus(selector) {
    return this.$eval(selector, 'element => element.focus()');
  }

  select(selector, value) {
    return this.$eval(
      selector,
      `(select, value) => {
        select.value = value;
        for (const type of ['input', 'change']) select.dispatchEvent(new Event(type, { bubbles: true }));
      }`,
      value,
    );
  }

  keyboard = {
    press: async (key) => {
      const value = KEYS[key] ?? key;
      await this.#act('key', [
        { type: 'keyDown', value },
        { type: 'keyUp', value },
      ]);
    },
  };

  mouse = {
    click: async (x, y) => {
      const move = { type: 'pointerMove', x: Math.round(x), y: Math.round(y), duration: 0 };
      await this.#act('pointer', [move, { type: 'pointerDown', button: 0 }, { type: 'pointerUp', button: 0 }]);
    },
  };

  #act(type, actions) {
    return this.#ask('POST', '/actions', { actions: [{ type, id: type, actions }] });
  }

  async #until(what, timeout = PATIENCE_MS, look) {
    const deadline = performance.now() + timeout;
    for (;;) {
      // A page on its way to another answers nothing.
      const found = await look().catch((error) => (performance.now() > deadline ? Promise.reject(error) : undefined));
      if (found) return found;
      if (performance.now() > deadline) throw new Error(`Waited ${timeout} ms in vain for ${what}.`);
      await sleep(POLL_MS);
    }
  }
}

/** Runs in the page. */
function collectComplaints() {
  if (window.complaints) return;
  window.complaints = [];
  const complain = (event, text) => window.complaints.push({ event, text });
  window.addEventListener('error', ({ message }) => complain('pageerror', message));
  window.addEventListener('unhandledrejection', ({ reason }) => complain('pageerror', String(reason)));
  const { error } = console;
  console.error = (...words) => {
    complain('console', words.join(' '));
    error.apply(console, words);
  };
}

class ElementOfPage {
  #ask;
  #path;

  constructor(ask, id) {
    this.#ask = ask;
    this.#path = `/element/${id}`;
    this.reference = { [ELEMENT]: id };
  }

  click() {
    return this.#ask('POST', `${this.#path}/click`, {});
  }

  uploadFile(...paths) {
    return this.#ask('POST', `${this.#path}/value`, { text: paths.map((path) => resolve(path)).join('\n') });
  }

  /** Its place in the window: what puppeteer counts from, too. */
  async boundingBox() {
    return this.#ask('POST', '/execute/sync', {
      script: 'const { x, y, width, height } = arguments[0].getBoundingClientRect(); return { x, y, width, height };',
      args: [this.reference],
    });
  }
}
