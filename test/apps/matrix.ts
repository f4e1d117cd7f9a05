/** Builds apps from the packed package, visits each with and without isolation, and says what was heard. */
import type { Browser } from 'puppeteer-core';
import type { App } from './apps.ts';
import { buildApp } from './build-app.ts';
import { visit } from './visit.ts';

/** By how much the SI-SDR must rise. */
export const LEAST_GAIN_DB = 6;

export interface Row {
  readonly app: string;
  readonly isolated: boolean;
  readonly mode: string;
  readonly gainDb: number;
  /** What is wrong; empty where the app is sound. */
  readonly faults: readonly string[];
}

/** Both rows of an app. */
export async function tryApp(app: App, tarball: string, browser: Browser): Promise<readonly Row[]> {
  let folder: string;
  try {
    folder = await buildApp(app, tarball);
  } catch (error) {
    return [{ app: app.name, isolated: false, mode: '-', gainDb: Number.NaN, faults: [String(error)] }];
  }
  return [await tryServed(app, folder, browser, false), await tryServed(app, folder, browser, true)];
}

async function tryServed(app: App, folder: string, browser: Browser, isolated: boolean): Promise<Row> {
  const row = { app: app.name, isolated, mode: '-', gainDb: Number.NaN };
  let served: Awaited<ReturnType<App['serve']>>;
  try {
    served = await app.serve(folder, isolated);
  } catch (error) {
    return { ...row, faults: [String(error)] };
  }
  try {
    const { mode, isIsolated, gainDb, engineGainDb, complaints } = await visit(browser, served.url);
    const faults = [...complaints];
    if (isIsolated !== isolated) faults.push(`crossOriginIsolated is ${isIsolated}`);
    const expected = isolated ? 'shared' : 'message';
    if (mode !== expected) faults.push(`mode is ${mode}, not ${expected}`);
    for (const [what, gain] of [
      ['node', gainDb],
      ['engine', engineGainDb],
    ] as const)
      if (!(gain >= LEAST_GAIN_DB)) faults.push(`${what}: SI-SDR rose by ${gain.toFixed(1)} dB, not ${LEAST_GAIN_DB}`);
    return { ...row, mode, gainDb, faults };
  } finally {
    await served.close();
  }
}
