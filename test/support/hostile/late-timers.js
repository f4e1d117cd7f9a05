/**
 * Timers, animation frames and messages that come late, by up to so many milliseconds, as a browser with other work has
 * them; messages of one sender keep their order. Runs in pages and workers, before anything else. SEED is set before.
 */
(() => {
  const MOST_MS = 30;
  const { setTimeout, setInterval, requestAnimationFrame, cancelAnimationFrame } = globalThis;
  // A linear congruential generator (Numerical Recipes, §7.1).
  let state = globalThis.SEED >>> 0;
  const lateMs = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (MOST_MS * state) / 2 ** 32;
  };

  globalThis.setTimeout = (act, ms = 0, ...args) => setTimeout(act, ms + lateMs(), ...args);
  globalThis.setInterval = (act, ms = 0, ...args) => setInterval(act, ms + lateMs(), ...args);
  if (requestAnimationFrame) {
    const cancelled = new Set();
    globalThis.requestAnimationFrame = (act) => {
      const handle = requestAnimationFrame(() =>
        setTimeout(() => cancelled.has(handle) || act(performance.now()), lateMs()),
      );
      return handle;
    };
    globalThis.cancelAnimationFrame = (handle) => {
      cancelled.add(handle);
      cancelAnimationFrame(handle);
    };
  }

  /** One who gets messages: all its listeners hear of one at the same time, as they would without this. */
  class Recipient {
    #target;
    #listeners = new Set();
    #handler = null;
    #last = Promise.resolve();

    constructor(target, listenTo) {
      this.#target = target;
      listenTo('message', (event) => {
        this.#last = this.#last.then(() => new Promise((resolve) => setTimeout(resolve, lateMs())));
        this.#last.then(() => this.#deliver(event));
      });
    }

    get handler() {
      return this.#handler;
    }

    /** The property `onmessage`. */
    set handler(handler) {
      this.#listeners.delete(this.#handler);
      this.#handler = typeof handler === 'function' ? handler : null;
      if (this.#handler) this.#listeners.add(this.#handler);
    }

    add(listener, options) {
      if (options?.once) throw new TypeError('Nobody has listened to one message only, so far.');
      this.#listeners.add(listener);
      options?.signal?.addEventListener('abort', () => this.#listeners.delete(listener));
    }

    remove(listener) {
      this.#listeners.delete(listener);
    }

    #deliver(event) {
      for (const listener of [...this.#listeners]) {
        try {
          if (typeof listener === 'function') listener.call(this.#target, event);
          else listener.handleEvent(event);
        } catch (error) {
          reportError(error);
        }
      }
    }
  }

  const recipients = new WeakMap();
  for (const { prototype } of [globalThis.MessagePort, globalThis.Worker].filter(Boolean)) {
    const { addEventListener, removeEventListener } = prototype;
    const recipient = (target) => {
      if (!recipients.has(target)) recipients.set(target, new Recipient(target, addEventListener.bind(target)));
      return recipients.get(target);
    };
    prototype.addEventListener = function (type, listener, options) {
      if (type === 'message') recipient(this).add(listener, options);
      else addEventListener.call(this, type, listener, options);
    };
    prototype.removeEventListener = function (type, listener, options) {
      if (type === 'message') recipient(this).remove(listener);
      else removeEventListener.call(this, type, listener, options);
    };
    Object.defineProperty(prototype, 'onmessage', {
      get() {
        return recipient(this).handler;
      },
      set(handler) {
        recipient(this).handler = handler;
        this.start?.();
      },
      configurable: true,
    });
  }
})();
