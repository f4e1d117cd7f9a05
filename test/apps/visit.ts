/** Opens an app in a browser and lets it denoise a recording. */
import type { Browser, Page } from 'puppeteer-core';
import { tellSecondTry } from '../support/second-try.ts';
import { gainDb, liveGainDb, noisy, RATE_HZ } from './gain.ts';

const PATIENCE_MS = 60_000;
/** Heard live, on a machine that others use, a node may be late. */
const MOST_TRIES = 4;

/** What a visit came to. */
export interface Visit {
  readonly mode: string;
  readonly isIsolated: boolean;
  /** By how much denoising raised the SI-SDR: by the node, and by the engine with another model. */
  readonly gainDb: number;
  readonly engineGainDb?: number;
  /** Why the node could not denoise. */
  readonly told?: string;
  /** Warnings, errors and files that were not there; empty where all is well. */
  readonly complaints: readonly string[];
}

/** One visit, in a context of its own, so that nothing is cached. Never rejects: what goes wrong is a complaint. */
export async function visit(browser: Browser, url: string): Promise<Visit> {
  const context = await browser.createBrowserContext();
  const complaints: string[] = [];
  try {
    const page = await context.newPage();
    listen(page, complaints);
    await page.goto(url);
    await page.waitForFunction('globalThis.denoise !== undefined', { timeout: PATIENCE_MS });
    const { told, ...heard } = await hear(page);
    if (told !== undefined) return { ...NOTHING, told, complaints };
    const { mode, isIsolated, isLive, byEngine } = heard;
    const seen = { mode, isIsolated, gainDb: (isLive ? liveGainDb : gainDb)(floats(heard.byNode)), complaints };
    return byEngine === undefined ? seen : { ...seen, engineGainDb: gainDb(floats(byEngine)) };
  } catch (error) {
    complaints.push(String(error instanceof Error ? error.message : error));
    return { ...NOTHING, complaints };
  } finally {
    await context.close();
  }
}

const NOTHING = { mode: '-', isIsolated: false, gainDb: Number.NaN };

/** Until the node has not been late. */
async function hear(page: Page): ReturnType<typeof denoiseInPage> {
  for (let tries = 1; ; tries++) {
    const heard = await page.evaluate(denoiseInPage, base64(noisy), RATE_HZ);
    if (heard.late > 0 && tries < MOST_TRIES) continue;
    tellSecondTry(`apps: ${page.url()} without an underrun`, tries, MOST_TRIES);
    return heard;
  }
}

function listen(page: Page, complaints: string[]): void {
  page.on('console', (message) => {
    if (['warn', 'error'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`thrown: ${String(error)}`));
  page.on('requestfailed', (request) => complaints.push(`${request.failure()?.errorText}: ${request.url()}`));
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
  });
}

interface Denoised {
  readonly mode: string;
  readonly enhanced: Float32Array;
  /** Whether it was heard, not rendered, and how often the node was late then. */
  readonly isLive: boolean;
  readonly late: number;
}

/** What app.js puts there. */
interface AppGlobals {
  denoise(samples: Float32Array, sampleRate: number): Promise<Denoised>;
  enhance?(samples: Float32Array, sampleRate: number): Promise<Float32Array>;
  encode(samples: Float32Array): string;
}

/** Runs in the page. */
async function denoiseInPage(noisyBase64: string, sampleRate: number) {
  const app = globalThis as unknown as AppGlobals;
  const samples = new Float32Array(Uint8Array.from(atob(noisyBase64), (letter) => letter.charCodeAt(0)).buffer);
  const isIsolated = crossOriginIsolated;
  try {
    const { mode, enhanced, isLive, late } = await app.denoise(samples, sampleRate);
    const byEngine = app.enhance && app.encode(await app.enhance(samples, sampleRate));
    return { mode, isIsolated, isLive, late, byNode: app.encode(enhanced), byEngine };
  } catch (error) {
    return { mode: '-', isIsolated, isLive: false, late: 0, byNode: '', byEngine: '', told: String(error) };
  }
}

function base64(samples: Float32Array): string {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64');
}

function floats(bytes: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(bytes, 'base64')).buffer);
}
