/** What the graph tests share: the built package, recording in one clock, and arithmetic on recordings. */

import { expect } from '@esm-bundle/chai';
import type * as Engine from '../../src/engine/index.ts';
import type * as Core from '../../src/index.ts';
import type * as Standardized from '../../src/standardized.ts';
import { delayBetween as findDelay } from '../../tools/delay.mjs';
import { tellSecondTry } from '../support/second-try.ts';

/** The package as it ships: bundles find worker, worklet, wasm and models beside themselves. */
export const { DenoiseNode, DenoiseError }: typeof Core = await import(`${location.origin}/dist/denoise-node.js`);
export type DenoiseNode = Core.DenoiseNode;
export type DenoiseError = Core.DenoiseError;

export function importStandardized(): Promise<typeof Standardized> {
  return import(`${location.origin}/dist/standardized.js`);
}

export function importEngine(): Promise<typeof Engine> {
  return import(`${location.origin}/dist/engine.js`);
}

const FIXTURES = `${location.origin}/test/main/fixtures/`;

export function fixture(name: string): string {
  return FIXTURES + name;
}

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something is so; fails with `what` when it does not come about. */
export async function until(what: string, isSo: () => boolean, patienceMs = 10_000): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`Waited ${patienceMs} ms in vain until ${what}.`);
    await wait(10);
  }
}

/** Resolves with the detail of the next event of a type; fails when none comes. */
export function nextEvent<K extends keyof Core.DenoiseEventMap>(
  node: DenoiseNode,
  type: K,
  patienceMs = 10_000,
): Promise<Core.DenoiseEventMap[K]['detail']> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`No "${type}" event within ${patienceMs} ms; the node is ${node.state}.`)),
      patienceMs,
    );
    node.addEventListener(
      type,
      ({ detail }) => {
        clearTimeout(timer);
        resolve(detail);
      },
      { once: true },
    );
  });
}

const WAV_HEADER_BYTES = 44;
const FIXTURE_RATE = 48000;

/**
 * The short noisy recording, as plain samples at a rate. At its own, they are exactly those of the file: browsers scale
 * 16 bits in ways of their own.
 */
export async function noisySpeech(sampleRateHz: number): Promise<Float32Array<ArrayBuffer>> {
  const response = await fetch(`${location.origin}/test/fixtures/noisy-speech.wav`);
  const wav = await response.arrayBuffer();
  if (sampleRateHz === FIXTURE_RATE)
    return Float32Array.from(new Int16Array(wav.slice(WAV_HEADER_BYTES)), (sample) => sample / 32768);
  return (await new OfflineAudioContext(1, 1, sampleRateHz).decodeAudioData(wav)).getChannelData(0);
}

/** A source that plays samples, one array for each channel. */
export function play(context: BaseAudioContext, ...channels: Float32Array<ArrayBuffer>[]): AudioBufferSourceNode {
  const buffer = new AudioBuffer({
    numberOfChannels: channels.length,
    length: channels[0].length,
    sampleRate: context.sampleRate,
  });
  channels.forEach((samples, channel) => buffer.copyToChannel(samples, channel));
  return new AudioBufferSourceNode(context, { buffer });
}

/** A node's first output, or one of several. */
type Tapped = AudioNode | readonly [AudioNode, number];

/**
 * Records the first channel of several nodes over the same frames. Begins when all of them are connected, however long
 * the page is held up between two.
 * @param begun called then: the next quantum is the first that is recorded
 */
export async function record(
  context: BaseAudioContext,
  nodes: readonly Tapped[],
  seconds: number,
  begun = (): void => {},
): Promise<Float32Array[]> {
  await context.audioWorklet.addModule(fixture('recorder-processor.js'));
  const recorder = new AudioWorkletNode(context, 'recorder', {
    numberOfInputs: nodes.length,
    processorOptions: { frames: Math.round(seconds * context.sampleRate) },
  });
  const taps = nodes.map((tapped): [AudioNode, number] => ('connect' in tapped ? [tapped, 0] : [...tapped]));
  taps.forEach(([node, output], index) => node.connect(recorder, output, index));
  recorder.connect(context.destination);
  const tracks = await new Promise<Float32Array[]>((resolve) => {
    recorder.port.onmessage = ({ data }) => {
      if (data === 'begun') begun();
      else resolve(data);
    };
    recorder.port.postMessage('begin');
  });
  recorder.disconnect();
  for (const [node, output] of taps) node.disconnect(recorder, output);
  return tracks;
}

/**
 * Records what goes into a live node and what comes out, over a stretch in which its latency stood still. A busy
 * machine may cause underruns, after which the latency is raised: such a stretch is thrown away. Both looks at the
 * figures count by the time that these tell of: without shared memory they are copies, and a busy page gets them late.
 * @param taps what is recorded in place of the two nodes' first channels
 */
export async function recordSteady(
  node: DenoiseNode,
  source: AudioNode,
  seconds: number,
  taps: readonly [Tapped, Tapped] = [source, node],
): Promise<{ sent: Float32Array; heard: Float32Array; delay: number }> {
  const { context } = node;
  // A node that leads nowhere stands still, and its figures with it.
  const silent = new GainNode(context, { gain: 0 });
  node.connect(silent).connect(context.destination);
  // The plain delay is heard until the worklet's own is full, and another latency waits until its past is long enough.
  const { latency } = await figuresSince(node, context.currentTime);
  await figuresSince(node, context.currentTime + latency + 2 * FADES_SECONDS);
  const taken = await repeatWhileSpoilt('a recording at a steady latency', 10, async () => {
    const before = await figuresSince(node, context.currentTime);
    await figuresSince(node, before.time + FADES_SECONDS);
    const [sent, heard] = await record(context, taps, seconds);
    const after = await figuresSince(node, context.currentTime);
    // The seconds, because one may have been under way from before the first look.
    const isSteady =
      before.state !== 'overloaded' &&
      after.state !== 'overloaded' &&
      after.latency === before.latency &&
      after.underrunSeconds === before.underrunSeconds &&
      after.overruns === before.overruns;
    return isSteady ? { sent, heard, delay: Math.round(after.latency * context.sampleRate) } : undefined;
  });
  node.disconnect(silent);
  return taken;
}

/** Longer than every fade, and than the change of latency after an underrun. */
const FADES_SECONDS = 0.1;

/** The first figures of a node that tell of a time of its context, or a later one. */
export async function figuresSince(node: DenoiseNode, time: number): Promise<Core.DenoiseMetrics> {
  await until(`figures tell of ${time} s`, () => node.getMetrics().time >= time);
  return node.getMetrics();
}

/** Repeatable noise, −1 to 1, from a linear congruential generator (Numerical Recipes, §7.1). */
export function noise(length: number, amplitude = 0.25, seed = 1): Float32Array<ArrayBuffer> {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return amplitude * (state / 2 ** 31 - 1);
  });
}

/**
 * The shift, 0 … `most`, at which `later` resembles `earlier` best: the maximum of their cross-correlation over a
 * stretch.
 */
export function delayBetween(
  earlier: Float32Array,
  later: Float32Array,
  most: number,
  start = 0,
  length = earlier.length - most - start,
): number {
  return findDelay(earlier, later, most, { start, length }).samples;
}

/** Largest difference between `later`, taken `delay` samples later, and `earlier`. */
export function largestDifference(
  earlier: Float32Array,
  later: Float32Array,
  delay: number,
  start = 0,
  end = earlier.length - delay,
): number {
  let most = 0;
  for (let i = start; i < end; i++) most = Math.max(most, Math.abs(later[i + delay] - earlier[i]));
  return most;
}

export function rms(samples: Float32Array, start = 0, end = samples.length): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += samples[i] ** 2;
  return Math.sqrt(sum / (end - start));
}

/** Samples of the longest stretch of exact zeros. */
export function longestSilence(samples: Float32Array): number {
  let [most, now] = [0, 0];
  for (const sample of samples) {
    now = sample === 0 ? now + 1 : 0;
    most = Math.max(most, now);
  }
  return most;
}

/** Renders samples through a node that is ready, offline. */
export async function renderOffline(
  channels: Float32Array<ArrayBuffer>[],
  sampleRate: number,
  options: Core.DenoiseOptions = {},
  before: (node: DenoiseNode, context: OfflineAudioContext) => void = () => {},
): Promise<{ output: AudioBuffer; latencySamples: number; node: DenoiseNode }> {
  const context = new OfflineAudioContext(channels.length, channels[0].length, sampleRate);
  const node = new DenoiseNode(context, options);
  const source = play(context, ...channels);
  source.connect(node).connect(context.destination);
  source.start();
  await node.ready;
  before(node, context);
  const latencySamples = Math.round(node.latency * sampleRate);
  return { output: await context.startRendering(), latencySamples, node };
}

/**
 * What a live node makes of a signal from its very first sample on. It is done again where a busy machine caused an
 * underrun, in which dry sound was heard.
 */
export function liveFromTheStart(
  samples: Float32Array<ArrayBuffer>,
  transport: 'shared' | 'message',
  options: Core.DenoiseOptions = {},
): Promise<{ sent: Float32Array; heard: Float32Array; delay: number }> {
  return repeatWhileSpoilt('a recording without an underrun', 8, async () => {
    const context = new AudioContext({ sampleRate: 48000 });
    await context.suspend(); // So that node, source and recorder begin with one and the same quantum.
    const node = new DenoiseNode(context, { ...options, transport, latencyHint: 0.4 });
    const source = play(context, samples);
    // What leads nowhere stands still, and its figures with it.
    source
      .connect(node)
      .connect(new GainNode(context, { gain: 0 }))
      .connect(context.destination);
    source.start();
    await node.ready;
    let recording: Promise<Float32Array[]> | undefined;
    await new Promise<void>((begun) => {
      recording = record(context, [source, node], 3.1, begun);
    });
    await context.resume();
    const [sent, heard] = (await recording)!;
    const { underruns, latency } = await figuresSince(node, context.currentTime);
    node.dispose();
    await context.close();
    return underruns === 0 ? { sent, heard, delay: Math.round(latency * 48000) } : undefined;
  });
}

/** Asserts that the dry signal goes on, at the declared latency. */
export async function expectDry(context: AudioContext, node: DenoiseNode): Promise<void> {
  const source = play(context, noise(context.sampleRate));
  source.loop = true;
  source.connect(node);
  source.start();
  // A worklet that was heard a moment ago may still be fading away.
  const start = context.currentTime;
  await until('every fade is over', () => context.currentTime > start + 3 * FADES_SECONDS);
  const [sent, heard] = await record(context, [source, node], 0.4);
  source.disconnect(node);
  expect(largestDifference(sent, heard, Math.round(node.latency * context.sampleRate))).to.be.lessThan(1e-4);
}

/** How often a test of a live context is tried. */
const MOST_TRIES = 3;
let testNow = '';

/**
 * Tests of files that import this one listen to realtime contexts, and a machine with other work stops the audio thread
 * when it likes: what fails is tried twice more, and each time it is told. What is wrong fails all three times.
 */
beforeEach(function () {
  const test = this.currentTest as Mocha.Test & { currentRetry(): number };
  test.retries(MOST_TRIES - 1);
  testNow = test.fullTitle();
  tellSecondTry(testNow, test.currentRetry() + 1, MOST_TRIES);
});

/**
 * Does again what a busy machine has spoilt, until it is not spoilt; each time is told.
 * @param take gives undefined where it was spoilt
 */
export async function repeatWhileSpoilt<T>(what: string, most: number, take: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 1; tries <= most; tries++) {
    const taken = await take();
    if (taken === undefined) continue;
    tellSecondTry(`${testNow} (${what})`, tries, most);
    return taken;
  }
  throw new Error(`The machine is too busy: ${what} was spoilt ${most} times.`);
}
