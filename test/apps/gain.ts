/** By how much an app has made a recording cleaner. */
import { readFileSync } from 'node:fs';
import { siSdrDb } from '../support/si-sdr.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);
const WAV_HEADER_BYTES = 44;
export const RATE_HZ = 48000;
/** Left out of the comparison at the end, so that the enhanced sound, which is later, holds all of the rest. */
const MARGIN_SAMPLES = 9600;
/** What is compared at a time where streams of a busy machine lose a moment of sound now and then. */
const PART_SAMPLES = 19200;

function pcm(name: string): Float32Array {
  const bytes = readFileSync(new URL(name, FIXTURES)).subarray(WAV_HEADER_BYTES);
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i) / 32768);
}

export const noisy = pcm('noisy-speech.wav');
const clean = pcm('clean-speech.wav').subarray(0, noisy.length - MARGIN_SAMPLES);
const noisyDb = siSdrDb(noisy, clean);

/** By how much the SI-SDR of the whole has risen, dB. */
export function gainDb(enhanced: Float32Array): number {
  return siSdrDb(enhanced, clean) - noisyDb;
}

/** The same of what was heard live: the median over parts with speech, each compared where it lines up best. */
export function liveGainDb(heard: Float32Array, before = noisy): number {
  const energies = partsOf(clean).map((part) => part.reduce((sum, sample) => sum + sample * sample, 0));
  const [median] = [...energies].sort((a, b) => b - a).slice(Math.floor(energies.length / 2));
  const gains = partsOf(clean)
    .filter((_, i) => energies[i] >= median)
    .map((part) => siSdrDb(heard, part) - siSdrDb(before, part))
    .sort((a, b) => a - b);
  return gains[Math.floor(gains.length / 2)];
}

function partsOf(sound: Float32Array): Float32Array[] {
  return Array.from({ length: Math.floor(sound.length / PART_SAMPLES) }, (_, i) =>
    sound.subarray(i * PART_SAMPLES, (i + 1) * PART_SAMPLES),
  );
}
