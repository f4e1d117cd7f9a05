/** Opens an app in a browser and lets it denoise a recording. */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'puppeteer-core';
import { tellSecondTry } from '../support/second-try.ts';
import { siSdrDb } from '../support/si-sdr.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);
const WAV_HEADER_BYTES = 44;
const RATE_HZ = 48000;
/** Left out of the comparison at the end, so that the enhanced sound, which is later, holds all of the rest. */
const MARGIN_SAMPLES = 9600;
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

function pcm(name: string): Float32Array {
  const bytes = readFileSync(new URL(name, FIXTURES)).subarray(WAV_HEADER_BYTES);
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i) / 32768);
}

const noisy = pcm('noisy-speech.wav');
const clean = pcm('clean-speech.wav').subarray(0, noisy.length - MARGIN_SAMPLES);
const noisyDb = siSdrDb(noisy, clean);

/** One visit, in a context of its own, so that nothing is cached. Never rejects: what goes wrong is a complaint. */
export async function visit(browser: Browser, url: string): Promise<Visit> {
  const context = await browser.createBrowserContext();
  const complaints: string[] = [];
  try {
    const page = await context.newPage();
    listen(page, complaints);
    await page.goto(url);
    await page.waitForFunction('globalThis.encode !== undefined', { timeout: PATIENCE_MS });
    const { told, ...heard } = await hear(page);
    if (told !== undefined) return { ...NOTHING, told, complaints };
    const gainDb = siSdrDb(floats(heard.byNode), clean) - noisyDb;
    const engineGainDb = siSdrDb(floats(heard.byEngine), clean) - noisyDb;
    return { mode: heard.mode, isIsolated: heard.isIsolated, gainDb, engineGainDb, complaints };
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

/** What app.js puts there. */
interface AppGlobals {
  denoise(samples: Float32Array, sampleRate: number): Promise<{ mode: string; enhanced: Float32Array; late: number }>;
  enhance(samples: Float32Array, sampleRate: number): Promise<Float32Array>;
  encode(samples: Float32Array): string;
}

/** Runs in the page. */
async function denoiseInPage(noisyBase64: string, sampleRate: number) {
  const app = globalThis as unknown as AppGlobals;
  const samples = new Float32Array(Uint8Array.from(atob(noisyBase64), (letter) => letter.charCodeAt(0)).buffer);
  const isIsolated = crossOriginIsolated;
  try {
    const { mode, enhanced, late } = await app.denoise(samples, sampleRate);
    const byEngine = app.encode(await app.enhance(samples, sampleRate));
    return { mode, isIsolated, late, byNode: app.encode(enhanced), byEngine };
  } catch (error) {
    return { mode: '-', isIsolated, late: 0, byNode: '', byEngine: '', told: String(error) };
  }
}

function base64(samples: Float32Array): string {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64');
}

function floats(bytes: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(bytes, 'base64')).buffer);
}
