/** What gives pages of tests and the package's workers a hostile clock, which HOSTILE_CLOCK names. */
import { readFileSync } from 'node:fs';

export const HOSTILE_CLOCKS = ['young-page', 'late-timers'];

/** @param {string} name one of {@link HOSTILE_CLOCKS} */
export function hostileClock(name, seed = 1) {
  if (!HOSTILE_CLOCKS.includes(name))
    throw new RangeError(`HOSTILE_CLOCK: expected one of ${HOSTILE_CLOCKS.join(', ')}, got ${name}.`);
  const script = `globalThis.SEED = ${Number(seed)};\n${readFileSync(new URL(`${name}.js`, import.meta.url), 'utf8')}`;
  return {
    script,
    plugin: {
      name: 'hostile-clock',
      transform({ path, body }) {
        if (path === '/dist/denoise-worker.js') return { body: `${script}\n${body}` };
        if (path.endsWith('.test.ts')) return { body: `${body}\nbeforeEach(() => globalThis.beginAnew?.());\n` };
        return undefined;
      },
    },
  };
}
