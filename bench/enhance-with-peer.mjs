/**
 * Runs WAV files through a peer's worklet and writes them again, its delay cut off: what it is to be scored on.
 *
 *   node bench/enhance-with-peer.mjs --peer rnnoise|gtcrn|speex IN_DIR -o OUT_DIR
 *
 * Files that OUT_DIR has already are left as they are, and each appears there whole: interrupted, the same command goes
 * on.
 */
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { arrayBuffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { delayBetween } from '../tools/delay.mjs';
import { startServer } from '../tools/server.mjs';
import { callInPage, startBrowser, withPage } from './harness/browser.mjs';
import { readWavFile, writeWavFile } from './harness/wav-files.mjs';
import { PEER_RATE_HZ, PEERS } from './peers/peers.mjs';

const USAGE = 'Usage: node bench/enhance-with-peer.mjs --peer rnnoise|gtcrn|speex IN_DIR -o OUT_DIR';

/** The package's nodes go silent after about 120 contexts in one page. */
const FILES_PER_PAGE = 12;

/** Longer than the delay of any peer, samples. */
const TAIL = 4800;

/** The recording on which the delay is measured: speech, so that a denoiser lets it through. */
const PROBE = new URL('../test/fixtures/noisy-speech.wav', import.meta.url);

const { peer, from, to } = readArguments();
const found = (await readdir(from)).filter((name) => /\.wav$/i.test(name)).sort();
if (found.length === 0) fail(`Expected WAV files in ${from}, found none.`);
await mkdir(to, { recursive: true });
const done = new Set(await readdir(to));
const names = found.filter((name) => !done.has(name));
if (names.length === 0) {
  console.log(`${peer}: all ${found.length} files are there.`);
  process.exit(0);
}

let served;
const server = await startServer({ routes: { '/exchange/': exchange } });
const browser = await startBrowser();
try {
  const delay = await measureDelay();
  const delayMs = ((1000 * delay.samples) / PEER_RATE_HZ).toFixed(2);
  console.log(`${peer}: delay ${delay.samples} samples (${delayMs} ms), likeness ${delay.likeness.toFixed(3)}`);
  for (let first = 0; first < names.length; first += FILES_PER_PAGE) {
    await withPage(browser, server.origin, async (page) => {
      for (const name of names.slice(first, first + FILES_PER_PAGE)) await enhanceFile(page, name, delay.samples);
    });
    console.log(`${Math.min(names.length, first + FILES_PER_PAGE)} of ${names.length}`);
  }
} finally {
  await browser.close();
  await server.close();
}

async function measureDelay() {
  const { layout, channels } = await readWavFile(PROBE);
  requireRate(layout, PROBE.pathname);
  const [enhanced] = await withPage(browser, server.origin, (page) => render(page, channels));
  return delayBetween(channels[0], enhanced, TAIL, { length: channels[0].length });
}

async function enhanceFile(page, name, delay) {
  const { layout, channels } = await readWavFile(join(from, name));
  requireRate(layout, name);
  const enhanced = await render(page, channels);
  if (silent(enhanced) && !silent(channels)) throw new Error(`${name}: ${peer} gave silence.`);
  const unfinished = join(to, `${name}.part`);
  await writeWavFile(
    unfinished,
    layout,
    enhanced.map((samples) => samples.subarray(delay, delay + layout.frames)),
  );
  await rename(unfinished, join(to, name));
}

/** Planar samples → planar samples, `TAIL` longer. */
async function render(page, channels) {
  served = { noisy: channels, enhanced: undefined };
  await callInPage(
    page,
    '/bench/pages/enhance.mjs',
    'enhanceWithPeer',
    peer,
    `${server.origin}/exchange/${process.hrtime.bigint()}`,
    channels.length,
    TAIL,
  );
  return served.enhanced;
}

/**
 * GET: the samples that are to be enhanced; POST: the enhanced ones. Planar float32, in the byte order of this machine.
 */
async function exchange(request, response) {
  response.setHeader('Cache-Control', 'no-store');
  if (request.method === 'POST') {
    const bytes = new Uint8Array(await arrayBuffer(request));
    const length = bytes.byteLength / 4 / served.noisy.length;
    served.enhanced = served.noisy.map((_, channel) => new Float32Array(bytes.buffer, 4 * length * channel, length));
    response.end();
  } else {
    for (const samples of served.noisy)
      response.write(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    response.end();
  }
}

function silent(channels) {
  return channels.every((samples) => samples.every((sample) => sample === 0));
}

function requireRate({ sampleRateHz }, name) {
  if (sampleRateHz !== PEER_RATE_HZ)
    throw new Error(`${name}: expected ${PEER_RATE_HZ} Hz, which the peers run at, found ${sampleRateHz} Hz.`);
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      options: { peer: { type: 'string' }, out: { type: 'string', short: 'o' } },
      allowPositionals: true,
    });
    if (!Object.hasOwn(PEERS, values.peer ?? '') || values.out === undefined || positionals.length !== 1) fail(USAGE);
    return { peer: values.peer, from: positionals[0], to: values.out };
  } catch (error) {
    fail(`${error.message}\n${USAGE}`);
  }
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
