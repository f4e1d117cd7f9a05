/** Builds apps from the packed package, visits each with and without isolation, and says what was heard. */
import type { Browser } from 'puppeteer-core';
import type { App } from './app.ts';
import { buildApp } from './build-app.ts';
import { type Visit, visit } from './visit.ts';

/** By how much the SI-SDR must rise. */
export const LEAST_GAIN_DB = 6;

/** Firefox where it is installed. */
export interface Browsers {
  readonly chromium: Browser;
  readonly firefox?: Browser | undefined;
}

export interface Row {
  readonly app: string;
  readonly browser: string;
  readonly isolated: boolean;
  readonly mode: string;
  readonly gainDb: number;
  /** What a node that could not denoise has told. */
  readonly told?: string | undefined;
  /** What is wrong; empty where the app is sound. */
  readonly faults: readonly string[];
}

/** The rows of an app, in every browser in which it is visited. */
export async function tryApp(app: App, tarball: string, browsers: Browsers): Promise<readonly Row[]> {
  const { chromium, firefox } = browsers;
  const rows: Row[] = [];
  let folder: string;
  try {
    folder = await buildApp(app, tarball);
  } catch (error) {
    return [{ app: app.name, browser: '-', isolated: false, mode: '-', gainDb: Number.NaN, faults: [String(error)] }];
  }
  for (const isolated of [false, true]) {
    const row = { app: app.name, browser: 'chromium', isolated, mode: '-', gainDb: Number.NaN };
    let served: Awaited<ReturnType<App['serve']>>;
    try {
      served = await app.serve(folder, isolated);
    } catch (error) {
      rows.push({ ...row, faults: [String(error)] });
      continue;
    }
    try {
      const look = app.visit ?? visit;
      rows.push({ ...row, ...judge(app, isolated, await look(chromium, served.url)) });
      if (!app.isInFirefox || firefox === undefined) continue;
      rows.push({ ...row, browser: 'firefox', ...judge(app, isolated, await look(firefox, served.url)) });
    } finally {
      await served.close();
    }
  }
  return rows;
}

function judge(
  { told: expected }: App,
  isolated: boolean,
  seen: Visit,
): Pick<Row, 'mode' | 'gainDb' | 'told' | 'faults'> {
  const { mode, gainDb, engineGainDb, told, complaints } = seen;
  if (expected !== undefined) {
    const faults = expected.test(told ?? '')
      ? []
      : [`expected to be told ${expected}, was told: ${told}`, ...complaints];
    return { mode, gainDb, told, faults };
  }
  const faults = told === undefined ? [...complaints] : [told, ...complaints];
  if (seen.isIsolated !== isolated) faults.push(`crossOriginIsolated is ${seen.isIsolated}`);
  const expectedMode = isolated ? 'shared' : 'message';
  if (mode !== expectedMode) faults.push(`mode is ${mode}, not ${expectedMode}`);
  for (const [what, gain] of [
    ['node', gainDb],
    ['engine', engineGainDb],
  ] as const)
    if (gain !== undefined && !(gain >= LEAST_GAIN_DB))
      faults.push(`${what}: SI-SDR rose by ${gain.toFixed(1)} dB, not ${LEAST_GAIN_DB}`);
  return { mode, gainDb, faults };
}
