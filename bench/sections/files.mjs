/**
 * Whole recordings: how fast they are enhanced on one thread, in Node and in a worker of a page, and what memory they
 * take.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { readModel } from '../../tools/models.mjs';
import { startServer } from '../../tools/server.mjs';
import { callInPage, withPage } from '../harness/browser.mjs';
import { atLeast, atMost, figure } from '../harness/figures.mjs';
import { TELL_MEMORY } from '../harness/machine.mjs';
import { median } from '../harness/statistics.mjs';
import { readWavFile, wavBytes, writeLongFile } from '../harness/wav-files.mjs';

export const title = 'Whole WAV files, read, enhanced and written piece by piece';

const LEAST_SPEED = 20;
const MOST_MIB = 300;
const MOST_GROWTH = 1.2;
const RECORDING = new URL('../../test/fixtures/noisy-speech.wav', import.meta.url);
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const PLACES = { node: 'Node', nodeProcessor: 'Node, of processor time', worker: 'a worker of a page' };
const KINDS = [
  { label: 'mono, 48 kHz', rate: 48000, channels: 1 },
  { label: 'stereo, 48 kHz', rate: 48000, channels: 2 },
  { label: 'mono, 44.1 kHz', rate: 44100, channels: 1 },
];

export async function measure({ browser, models, quick }) {
  const [rounds, seconds] = quick ? [3, 20] : [7, 30];
  const lengths = quick ? [60, 300] : [60, 3600];
  const recording = (await readWavFile(RECORDING)).channels[0];
  const data = {};
  const figures = [];
  for (const model of models) {
    const speeds = {};
    for (const kind of KINDS) {
      const samples = Float32Array.from({ length: seconds * kind.rate }, (_, i) => recording[i % recording.length]);
      speeds[kind.label] = {
        ...speedsOf(seconds, await timesInNode(model, kind, samples, rounds)),
        worker: seconds / median(await timesInWorker(browser, model, kind, samples, rounds)),
      };
    }
    const memory = {};
    for (const length of lengths) memory[length] = await memoryOfCommand(model, recording, length);
    data[model] = { speeds, memory };
    figures.push(...figuresOf(model, speeds, memory, lengths));
  }
  return { data, figures };
}

/**
 * By the clock, and by the time that a processor worked for it: on a busy machine only the latter says something about
 * us.
 */
function speedsOf(seconds, times) {
  return {
    node: seconds / median(times.map(({ wall }) => wall)),
    nodeProcessor: seconds / median(times.map(({ processor }) => processor)),
  };
}

function figuresOf(model, speeds, memory, [short, long]) {
  return [
    ...KINDS.flatMap(({ label }, k) =>
      ['node', 'nodeProcessor', 'worker'].map((place) =>
        figure(
          `${model}, ${label}, in ${PLACES[place]}`,
          speeds[label][place],
          '× real time',
          k === 0 ? atLeast(LEAST_SPEED) : undefined,
        ),
      ),
    ),
    ...[short, long].map((length) =>
      figure(
        `${model}, most memory of the command, ${length / 60} min of stereo`,
        memory[length],
        'MiB',
        atMost(MOST_MIB),
      ),
    ),
    figure(`${model}, the long one beside the short one`, memory[long] / memory[short], '×', atMost(MOST_GROWTH)),
  ];
}

/** Seconds that each round takes, and that processors work for it. */
async function timesInNode(model, { rate, channels }, samples, rounds) {
  const { enhanceReader, openWav, WavWriter, bytesSource, BlobSink } = await import(
    `data:text/javascript;base64,${Buffer.from(await bundleOfFiles()).toString('base64')}`
  );
  const { Denoiser } = await import('../../dist/engine.js');
  const denoiser = await Denoiser.load({
    modelUrl: readModel(model).url,
  });
  const file = wavBytes({ format: 'int16', sampleRateHz: rate, channels: new Array(channels).fill(samples) });
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const before = process.cpuUsage();
    const reader = await openWav(bytesSource(file));
    const writer = await WavWriter.open(new BlobSink(), reader);
    await enhanceReader(denoiser, reader, { enhanced: writer });
    await writer.finish();
    const { user, system } = process.cpuUsage(before);
    times.push({ wall: (performance.now() - start) / 1000, processor: (user + system) / 1e6 });
  }
  denoiser.dispose();
  return times;
}

/** The same files and the same code, bundled for a page, on one worker of it: seconds by the clock. */
async function timesInWorker(browser, model, { rate, channels }, samples, rounds) {
  const file = wavBytes({ format: 'int16', sampleRateHz: rate, channels: new Array(channels).fill(samples) });
  const bundle = await bundleOfFiles();
  const send = (type, bytes) => async (_, response) => {
    response.writeHead(200, { 'Content-Type': type });
    response.end(bytes);
  };
  const server = await startServer({
    routes: { '/bench/files.js': send('text/javascript', bundle), '/bench/recording.wav': send('audio/wav', file) },
  });
  try {
    return await withPage(browser, server.origin, (page) =>
      callInPage(page, '/bench/pages/files.mjs', 'measureFiles', model, rounds),
    );
  } finally {
    await server.close();
  }
}

/** Most memory that the command ever has for `seconds` of stereo at 48 kHz, MiB. */
async function memoryOfCommand(model, recording, seconds) {
  const folder = await mkdtemp(join(tmpdir(), 'denoise-bench-'));
  try {
    const from = join(folder, 'noisy.wav');
    await writeLongFile(from, recording, seconds);
    const child = spawn(
      process.execPath,
      ['--import', TELL_MEMORY, CLI, from, '-o', join(folder, 'enhanced.wav'), '--model', model, '--quiet'],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      told += text;
    });
    const [status] = await once(child, 'close');
    const [, kibibytes] = /MOST (\d+)/.exec(told) ?? [];
    if (status !== 0 || kibibytes === undefined) throw new Error(`The command ended with ${status}: ${told}`);
    return Number(kibibytes) / 1024;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * What reads, enhances and writes files, as one module: compiled as what is shipped, without the names that a loader
 * keeps at every call.
 */
async function bundleOfFiles() {
  const { outputFiles } = await build({
    stdin: {
      contents: ['byte-source', 'enhance-reader', 'wav/wav-reader', 'wav/wav-writer']
        .map((name) => `export * from './${name}.ts';`)
        .join('\n'),
      resolveDir: fileURLToPath(new URL('../../src/files', import.meta.url)),
    },
    bundle: true,
    format: 'esm',
    write: false,
  });
  return outputFiles[0].text;
}
