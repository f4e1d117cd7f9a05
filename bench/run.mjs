/**
 * Measures speed, latency and size, beside the peers, in one Chromium. README.md says what each figure is.
 *
 *   npm run bench -- [--quick] [--json] [--only NAME[,NAME…]] [--model NAME[,NAME…]]
 */
import { parseArgs } from 'node:util';
import { listModels } from '../tools/models.mjs';
import { startServer } from '../tools/server.mjs';
import { startBrowser } from './harness/browser.mjs';
import { tableOf } from './harness/figures.mjs';
import { describeMachine } from './harness/machine.mjs';

/** In the order in which they run; each is a file in sections/. */
const SECTIONS = [
  'graph',
  'bytes',
  'start',
  'cost',
  'streams',
  'offline',
  'files',
  'studio',
  'server',
  'latency',
  'underruns',
  'panel',
  'leaks',
];

/** Only when asked for: what the quality table takes from here, and what needs a Redis. */
const ON_REQUEST = ['beside', 'queue'];

const NAMES = [...SECTIONS, ...ON_REQUEST].join('|');
const USAGE = `Usage: npm run bench -- [--quick] [--json] [--only ${NAMES}] [--model NAME]
--only and --model take several names with commas between them. Build first: npm run build.`;

const { quick, json, only, models } = readArguments();
/** Progress goes where it does not mix with the JSON. */
const say = json ? () => {} : console.log;

const browser = await startBrowser();
/** Browsers may keep what they got: that is what a warm start is. Every run has a new browser profile. */
const headers = { 'Cache-Control': 'max-age=3600' };
const isolated = await startServer({ headers });
const plain = await startServer({ isolated: false, headers });
try {
  const machine = await describeMachine(browser);
  say(machine);
  const report = { machine, settings: { quick, models }, sections: {}, figures: [], failures: [] };
  for (const name of only) {
    const { title, measure } = await import(`./sections/${name}.mjs`);
    say(`\n${title} (${name})`);
    try {
      const { data, figures } = await measure({ browser, isolated, plain, models, quick });
      report.sections[name] = data;
      report.figures.push(...figures.map((figure) => ({ section: name, ...figure })));
      say(tableOf(figures).join('\n'));
    } catch (error) {
      // What can still be measured is worth having.
      report.failures.push({ section: name, message: error.message });
      process.exitCode = 1;
      console.error(`  ${name} failed: ${error.stack}`);
    }
  }
  if (json) console.log(JSON.stringify(report, null, 2));
} finally {
  await browser.close();
  await Promise.all([isolated.close(), plain.close()]);
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        only: { type: 'string', default: SECTIONS.join() },
        model: { type: 'string', default: 'base' },
      },
    });
    return {
      ...values,
      only: known('--only', values.only, [...SECTIONS, ...ON_REQUEST]),
      models: known(
        '--model',
        values.model,
        listModels().map(({ name }) => name),
      ),
    };
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}

function known(option, text, all) {
  const names = text.split(',');
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`Expected ${option} to be of ${all.join(', ')}, got "${unknown}".`);
  return names;
}
