/** The process of the cases: runs one after the other for as long as it is let, see run.ts. */
import { fuzzCase } from './fuzz-case.ts';
import type { CaseReport } from './run.ts';
import { TARGETS } from './targets.ts';

const MOST_RESIDENT_BYTES = 2 ** 31;

const [names, first] = process.argv.slice(2);
const targets = TARGETS.filter(({ name }) => names.split(',').includes(name));
const say = (report: CaseReport): Promise<void> =>
  new Promise((resolve) => {
    process.send?.(report, () => resolve());
  });

for (let seed = Number(first); ; seed++) {
  const target = targets[seed % targets.length];
  await say({ type: 'begin', target: target.name, seed });
  const words = await fuzzCase(target, seed);
  if (words !== undefined) await say({ type: 'finding', words });
  const { rss } = process.memoryUsage();
  if (rss > MOST_RESIDENT_BYTES) {
    await say({ type: 'finding', words: `the process holds ${Math.round(rss / 2 ** 20)} MB afterwards` });
    process.exit(1);
  }
}
