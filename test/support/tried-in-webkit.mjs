/** What WebKit tries of test/main and test/hosts. Each file that it leaves out is a skip with a reason. */
import { readdirSync } from 'node:fs';

const FOLDER = new URL('../main/', import.meta.url);
const TRIED = 'diagnosis dry-before-ready face latency mixing recovery standardized unisolated'.split(' ');
/** Those of the group `offline`. */
const OFFLINE = ['offline', 'parameters'];

export const TRIED_IN_WEBKIT = [...TRIED.map((name) => `test/main/${name}.test.ts`), 'test/hosts/wam-live.test.ts'];

const TIME = 'other browsers try it: the whole check would take too long with every browser trying everything';

const REASONS = {
  auto: 'under two suites at a time it does not go over to the lighter model in time, three tries of three',
  ends: 'WebKitGTK 2.50 crashes on its page, in two runs of three',
};

/** `{ name, why }` of each file that is left out. */
export function untriedInWebKit() {
  return readdirSync(FOLDER)
    .map((file) => /^([a-z-]+)\.test\.ts$/.exec(file)?.[1])
    .filter((name) => name !== undefined && ![...TRIED, ...OFFLINE].includes(name))
    .map((name) => ({ name, why: REASONS[name] ?? TIME }));
}
