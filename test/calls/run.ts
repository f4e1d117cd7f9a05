/**
 * `npm run test:calls [-- --only livekit]`: every SDK of cases.ts, or those whose names begin so: its real classes with
 * the package as it is built now, in Chromium (or TEST_BROWSER=firefox), whose microphone is a noisy recording, and a
 * far end that listens. Prints a table; the exit status is 1 where something is not as it should be.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from 'puppeteer-core';
import { packPackage } from '../apps/build-app.ts';
import { type Served, serveFolder, serveTool } from '../apps/serve-app.ts';
import { CASES, type Case } from './cases.ts';
import type { Report } from './drive.ts';
import { writeMicrophone } from './microphone-file.ts';
import { openCaller } from './open-caller.ts';
import { makeSdkFolder } from './sdk-folder.ts';

/** A case takes a minute of sound; a busy machine, several. */
const PATIENCE_MS = 600_000;
/** An SDK's report to its makers went nowhere, which Firefox takes for an error of the page. */
const UNREPORTED = /^Error: Cross-Origin Request Blocked: .* at https:/;
const BROWSER = process.env.TEST_BROWSER ?? 'chromium';

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const wanted = values.only?.split(',');
const cases = CASES.filter(
  ({ name, notIn }) => notIn !== BROWSER && (wanted === undefined || wanted.some((start) => name.startsWith(start))),
);
if (cases.length === 0) {
  console.error(`Expected --only to begin the name of an SDK: ${CASES.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const folder = await makeSdkFolder(cases, packPackage());
const microphone = join(folder, 'microphone.wav');
writeMicrophone(microphone);
const caller = await openCaller(BROWSER, microphone, PATIENCE_MS);
const { url, close } = await serveFolder(folder, false);
let failures = 0;
console.log('| SDK | floor, dBFS | voice, dBFS | added latency, ms (of the node) | |\n| --- | --- | --- | --- | --- |');
try {
  for (const one of cases) {
    const { cells, isSound } = await tryCase(one, caller.browser, url);
    if (!isSound) failures += 1;
    console.log(`| ${nameOf(one)} | ${cells.join(' | ')} |`);
  }
} finally {
  await caller.close();
  await close();
}
console.log(`\n${failures === 0 ? 'All are sound.' : `${failures} are not sound.`}`);
process.exitCode = failures === 0 ? 0 : 1;

/** What a case came to, in a browser context of its own. */
async function tryCase({ name, broker: command }: Case, inBrowser: Browser, origin: string) {
  const context = await inBrowser.createBrowserContext();
  let broker: Served | undefined;
  try {
    broker = command && (await serveTool(folder, {}, command));
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => {
      if (!UNREPORTED.test(String(error))) complaints.push(`thrown: ${error}`);
    });
    page.on('console', (message) => {
      const isOurs = message.location().url?.startsWith(origin) ?? true;
      if (message.type() === 'error' && isOurs) complaints.push(`console: ${message.text()}`);
    });
    await page.goto(broker === undefined ? origin : `${origin}?broker=${broker.url}`);
    const report = await page.evaluate(runCase, `/out/${name}.js`);
    return {
      cells: [...figures(report), [...complaints, report.steps.join(', ')].join(' · ')],
      isSound: complaints.length === 0,
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { cells: ['-', '-', '-', message.replaceAll('\n', ' ')], isSound: false };
  } finally {
    await context.close();
    await broker?.close();
  }
}

/** Runs in the page. */
async function runCase(module: string): Promise<Report> {
  const { report } = await import(module);
  return report();
}

function figures({ before, after, addedSeconds, nodeSeconds }: Report): string[] {
  const both = (key: 'floorDb' | 'voiceDb'): string => `${before[key].toFixed(1)} → ${after[key].toFixed(1)}`;
  const ms = (seconds: number): string => (Number.isFinite(seconds) ? (1000 * seconds).toFixed(0) : '-');
  return [both('floorDb'), both('voiceDb'), `${ms(addedSeconds)} (${ms(nodeSeconds)})`];
}

/** The package's own name, and the version that was installed. */
function nameOf({ sdk, way }: Case): string {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'node_modules', sdk, 'package.json'), 'utf8'));
  return `${name} ${version}${way === undefined ? '' : `, ${way}`}`;
}
