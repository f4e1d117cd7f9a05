/**
 * How well the events voicestart and voiceend tell speech from noise: every speech recording in the noise of another,
 * with noise alone before and after it, through the model and the meters of the worklet.
 *
 *   node --import tsx bench/voice-activity.mjs --speech DIR --noise DIR [--count 60] [--snr 20,10,5,0] [--hold 800]
 *     [--model base] [--without PATTERN]
 *
 * Recordings of any format that the command line reads, picked at even distances from all that the folders hold, at
 * 48 kHz. A voice sounds where the clean recording is within 30 dB of its loud parts. The first second of each scene,
 * in which the model runs in, counts for nothing.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hasNameOfRecording } from '../src/cli/formats/open-audio.ts';
import { openInput } from '../src/cli/input.ts';
import { Denoiser } from '../src/engine/index.ts';
import { Enhancer } from '../src/files/enhance.ts';
import { NoiseMeter } from '../worklet/noise-meter.ts';
import { VoiceWatch } from '../worklet/voice-watch.ts';

const RATE_HZ = 48000;
const STRETCH = 128;
const [RUN_IN_SECONDS, ALONE_SECONDS, SPEECH_SECONDS] = [1, 4, 8];
const SPEECH_DB = -26;
const FRAME = 960;

const { values } = parseArgs({
  options: {
    speech: { type: 'string' },
    noise: { type: 'string' },
    count: { type: 'string', default: '60' },
    snr: { type: 'string', default: '20,10,5,0' },
    hold: { type: 'string', default: '800' },
    model: { type: 'string', default: 'base' },
    without: { type: 'string', default: '$^' },
  },
});
if (values.speech === undefined || values.noise === undefined)
  throw new Error('Expected --speech DIR and --noise DIR, folders of recordings.');

const count = Number(values.count);
const holds = values.hold.split(',').map(Number);
const speech = await recordingsOf(values.speech, count, 1.5);
const noises = await recordingsOf(values.noise, count, 2);
const denoiser = await Denoiser.load({ modelUrl: new URL(`../models/${values.model}/`, import.meta.url) });
console.log(`${speech.length} recordings of speech, ${noises.length} of noise, model ${values.model}`);
for (const snr of values.snr.split(',').map(Number)) {
  const scenes = speech.map((voice, i) => heard(sceneOf(voice.samples, noises[i % noises.length].samples, snr)));
  for (const hold of holds) console.log(`SNR ${snr} dB, hold ${hold} ms: ${sumUp(scenes, hold)}`);
  if (values.snr.split(',')[0] === String(snr)) tellWorst(scenes);
}
denoiser.dispose();

/** Recordings at even distances among all, those that are long enough. */
async function recordingsOf(folder, most, leastSeconds) {
  const pattern = new RegExp(values.without);
  const paths = (await readdir(folder, { recursive: true }))
    .filter((name) => hasNameOfRecording(name) && !pattern.test(name))
    .sort();
  const found = [];
  const step = Math.max(1, Math.floor(paths.length / (2 * most)));
  for (let i = 0; i < paths.length && found.length < most; i += step) {
    const samples = await read(join(folder, paths[i]));
    if (samples !== undefined && samples.length >= leastSeconds * RATE_HZ) found.push({ name: paths[i], samples });
  }
  if (found.length === 0) throw new Error(`Expected recordings at ${RATE_HZ} Hz in ${folder}, found none.`);
  return found;
}

/** The first channel of a recording, undefined where it has another rate. */
async function read(path) {
  const { reader, close } = await openInput(path, new AbortController().signal);
  try {
    if (reader.sampleRateHz !== RATE_HZ) return undefined;
    const planes = Array.from({ length: reader.channels }, () => new Float32Array(SPEECH_SECONDS * RATE_HZ));
    return planes[0].subarray(0, await reader.read(planes, 0, planes[0].length));
  } finally {
    await close();
  }
}

/** Noise alone, then with a voice in it, then alone; and where the voice sounds, frame by frame. */
function sceneOf(voice, noise, snrDb) {
  const levels = levelsOf(voice);
  const loud = [...levels].sort((a, b) => a - b)[Math.floor(0.95 * levels.length)];
  const speaks = levels.map((level) => level > loud - 30);
  const active = meanDb(levels.filter((_, k) => speaks[k]));
  const lead = (RUN_IN_SECONDS + ALONE_SECONDS) * RATE_HZ;
  const samples = new Float32Array(lead + voice.length + ALONE_SECONDS * RATE_HZ);
  const noiseGain = 10 ** ((SPEECH_DB - snrDb - meanDb(levelsOf(noise))) / 20);
  const voiceGain = 10 ** ((SPEECH_DB - active) / 20);
  for (let i = 0; i < samples.length; i++) samples[i] = noiseGain * noise[i % noise.length];
  for (let i = 0; i < voice.length; i++) samples[lead + i] += voiceGain * voice[i];
  const first = speaks.indexOf(true) * FRAME + lead;
  const last = (speaks.lastIndexOf(true) + 1) * FRAME + lead;
  return { samples, first, last };
}

function levelsOf(samples) {
  return Array.from({ length: Math.floor(samples.length / FRAME) }, (_, k) => {
    let sum = 1e-12;
    for (let i = k * FRAME; i < (k + 1) * FRAME; i++) sum += samples[i] ** 2;
    return 10 * Math.log10(sum / FRAME);
  });
}

function meanDb(levels) {
  return 10 * Math.log10(levels.reduce((sum, level) => sum + 10 ** (level / 10), 0) / levels.length);
}

/** How sure the meter is, stretch by stretch. */
function heard({ samples, first, last }) {
  const enhancer = new Enhancer(denoiser, 1, RATE_HZ);
  enhancer.push([samples], 0, samples.length);
  enhancer.finish();
  const enhanced = new Float32Array(samples.length);
  enhancer.pull([enhanced], 0, enhanced.length);
  enhancer.dispose();
  const meter = new NoiseMeter(RATE_HZ);
  const sure = [];
  for (let start = 0; start + STRETCH <= samples.length; start += STRETCH) {
    meter.take([samples.subarray(start)], [enhanced.subarray(start)], 1, STRETCH, 100);
    sure.push(meter.voiceNow);
  }
  return { sure, first, last };
}

/** The events of a scene, in seconds. */
function eventsOf({ sure }, holdMs) {
  const watch = new VoiceWatch(RATE_HZ, holdMs);
  const events = [];
  sure.forEach((voice, k) => {
    if (watch.take(voice, STRETCH)) events.push({ speaks: watch.speaks, at: ((k + 1) * STRETCH) / RATE_HZ });
  });
  return events;
}

function judge(scene, holdMs) {
  const [first, last] = [scene.first / RATE_HZ, scene.last / RATE_HZ];
  const events = eventsOf(scene, holdMs);
  const starts = events.filter(({ speaks }) => speaks).map(({ at }) => at);
  const early = starts.filter((at) => at >= RUN_IN_SECONDS && at < first);
  // Somebody may be taken to speak already when the voice begins.
  const speaksBefore = events.filter(({ at }) => at < first).at(-1)?.speaks === true;
  const found = starts.find((at) => at >= first && at <= last + 0.1);
  return {
    hit: speaksBefore || found !== undefined,
    delay: found === undefined || speaksBefore ? undefined : found - first,
    falseAlarms: early.length + starts.filter((at) => at > last + holdMs / 1000).length,
    breaks: events.filter(({ speaks, at }) => !speaks && at > first && at < last).length,
    tail: events.find(({ speaks, at }) => !speaks && at >= last)?.at - last,
    aloneSeconds: 2 * ALONE_SECONDS - holdMs / 1000,
    speechSeconds: last - first,
  };
}

function sumUp(scenes, holdMs) {
  const all = scenes.map((scene) => judge(scene, holdMs));
  const total = (of) => all.reduce((sum, one) => sum + of(one), 0);
  const delays = all.flatMap(({ delay }) => (delay === undefined ? [] : [delay])).sort((a, b) => a - b);
  const tails = all.flatMap(({ tail }) => (tail > 0 ? [tail] : [])).sort((a, b) => a - b);
  const at = (list, share) => (1000 * (list[Math.floor(share * list.length)] ?? Number.NaN)).toFixed(0);
  const disturbed = all.filter((one) => one.falseAlarms > 0).length;
  const perMinute = (total((one) => one.falseAlarms) / total((one) => one.aloneSeconds)) * 60;
  return [
    `found ${total((one) => Number(one.hit))} of ${all.length}`,
    `after ${at(delays, 0.5)} ms (p95 ${at(delays, 0.95)})`,
    `${perMinute.toFixed(1)} false alarms per minute of noise, in ${disturbed} scenes`,
    `${((total((one) => one.breaks) / total((one) => one.speechSeconds)) * 60).toFixed(1)} breaks per minute of speech`,
    `end ${at(tails, 0.5)} ms after the last word`,
  ].join('; ');
}

function tellWorst(scenes) {
  scenes.forEach((scene, i) => {
    const { hit, falseAlarms } = judge(scene, holds[0]);
    if (!hit) console.log(`  missed: ${speech[i].name} in ${noises[i % noises.length].name}`);
    if (falseAlarms > 0) console.log(`  false alarm: ${noises[i % noises.length].name}`);
  });
}
