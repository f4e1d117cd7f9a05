/**
 * How much faster than it plays a recording is enhanced: in an OfflineAudioContext, by the engine in Node, by the
 * command line.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readModel } from '../../tools/models.mjs';
import { callInPage, withPage } from '../harness/browser.mjs';
import { atLeast, figure } from '../harness/figures.mjs';
import { median } from '../harness/statistics.mjs';
import { readWavFile, writeWavFile } from '../harness/wav-files.mjs';

export const title = 'Offline speed, one channel at 48 kHz';

const PEER_NAMES = ['rnnoise', 'gtcrn'];
/** For models of hops, and of blocks. */
const LEAST = { streaming: 15, block: 10 };
const RECORDING = new URL('../../test/fixtures/noisy-speech.wav', import.meta.url);
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export async function measure({ browser, isolated, models, quick }) {
  const [rounds, seconds] = quick ? [3, 20] : [5, 60];
  const names = [...models, ...PEER_NAMES];
  const rendering = await withPage(browser, isolated.origin, (page) =>
    callInPage(page, '/bench/pages/offline.mjs', 'measureRendering', names, { rounds, seconds }),
  );
  const data = Object.fromEntries(names.map((name) => [name, { context: (1000 * seconds) / median(rendering[name]) }]));
  for (const model of models) Object.assign(data[model], await measureInNode(model, rounds, seconds));
  return { data, figures: names.flatMap((name) => figuresOf(name, data[name], models.includes(name))) };
}

function figuresOf(name, { context, engine, commandLine }, ours) {
  return [
    figure(
      `${name}, OfflineAudioContext`,
      context,
      '× real time',
      ours ? atLeast(LEAST[readModel(name).manifest.framing.kind]) : undefined,
    ),
    ...(ours
      ? [
          figure(`${name}, engine in Node`, engine, '× real time'),
          figure(`${name}, command line`, commandLine, '× real time'),
        ]
      : []),
  ];
}

async function measureInNode(model, rounds, seconds) {
  const { layout, channels } = await readWavFile(RECORDING);
  const long = Float32Array.from(
    { length: seconds * layout.sampleRateHz },
    (_, i) => channels[0][i % channels[0].length],
  );
  const folder = await mkdtemp(join(tmpdir(), 'denoise-bench-'));
  try {
    const [from, to] = [join(folder, 'noisy.wav'), join(folder, 'enhanced.wav')];
    await writeWavFile(from, layout, [long]);
    const times = { engine: [], commandLine: [] };
    for (let round = 0; round < rounds; round++) {
      times.engine.push(await enhanceInNode(model, long, layout.sampleRateHz));
      times.commandLine.push(await enhanceByCommand(model, from, to));
    }
    return { engine: seconds / median(times.engine), commandLine: seconds / median(times.commandLine) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Seconds that the engine takes for whole hops of sound. */
async function enhanceInNode(model, samples, sampleRateHz) {
  const { Denoiser } = await import('../../dist/engine.js');
  const denoiser = await Denoiser.load({ modelUrl: readModel(model).url });
  const stream = denoiser.createStream(sampleRateHz);
  const enhanced = new Float32Array(samples.length);
  const piece = sampleRateHz;
  const start = performance.now();
  for (let at = 0, done = 0; at < samples.length; at += piece) {
    stream.push(samples, at, Math.min(piece, samples.length - at));
    while (stream.hopReady) denoiser.step([stream]);
    done += stream.pull(enhanced, done, enhanced.length - done);
  }
  const elapsed = performance.now() - start;
  stream.dispose();
  denoiser.dispose();
  return elapsed / 1000;
}

/** Seconds that the whole command takes, start of the process and loading of the model included. */
async function enhanceByCommand(model, from, to) {
  const start = performance.now();
  await promisify(execFile)(process.execPath, [CLI, from, '-o', to, '--model', model, '--overwrite', '--quiet']);
  return (performance.now() - start) / 1000;
}
