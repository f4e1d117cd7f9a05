/**
 * For pages of tests in WebKitGTK, before any other script. WebKitGTK 2.50 reads through a null pointer in its own
 * thread AudioWorklet where a context ends, closed or with its page, while a worklet is at work: a page without any
 * code of ours, with a plain worklet that takes its time on one core, crashes within 60 contexts, two times of two, and
 * as often where they are only suspended first. One that is left alone then until a quantum under way has ended did in
 * none of 180. So does `close()` here, and `settled()` with all contexts before the page is left.
 */
{
  const SETTLING_MS = 300;
  const open = new Set();
  const { close } = AudioContext.prototype;
  const settle = async (contexts) => {
    const running = contexts.filter((context) => context.state === 'running');
    if (running.length === 0) return;
    await Promise.all(running.map((context) => context.suspend()));
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
  };

  globalThis.AudioContext = class extends AudioContext {
    constructor(options) {
      super(options);
      open.add(this);
    }

    async close() {
      open.delete(this);
      await settle([this]);
      return Reflect.apply(close, this, []);
    }
  };
  globalThis.settled = () => settle([...open]);
}
