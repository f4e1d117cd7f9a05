/**
 * A page that is younger than it is: its clock stands at zero when each test begins, so that whatever counts from zero
 * takes "never" for "just now". Runs in pages and workers, before anything else.
 */
(() => {
  const now = performance.now.bind(performance);
  const origin = performance.timeOrigin;
  let birth = now();
  Object.defineProperties(performance, {
    now: { value: () => now() - birth, writable: true, configurable: true },
    timeOrigin: { get: () => origin + birth, configurable: true },
  });
  /** Called before each test: test/support/hostile/plugin.mjs sees to it. */
  globalThis.beginAnew = () => {
    birth = now();
  };
  const { requestAnimationFrame } = globalThis;
  if (requestAnimationFrame)
    globalThis.requestAnimationFrame = (act) => requestAnimationFrame((time) => act(time - birth));
})();
