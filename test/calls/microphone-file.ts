/** The recording that browsers hear as their microphone: a voice that pauses, in noise that does not. */
import { readFileSync, writeFileSync } from 'node:fs';

const VOICE = new URL('../fixtures/clean-speech.wav', import.meta.url);
export const HEADER_BYTES = 44;
export const RATE_HZ = 48000;
/** Between two readings of the voice the noise is alone, so that its floor can be measured. */
const PAUSE_SECONDS = 1.6;
/** Level of the noise, dBFS. */
const NOISE_DB = -35;

/** Writes it, 16 bits at 48 kHz, mono. It is heard over and over. */
export function writeMicrophone(path: string): void {
  const header = Buffer.from(readFileSync(VOICE).subarray(0, HEADER_BYTES));
  const voice = readFileSync(VOICE).subarray(HEADER_BYTES);
  const sound = Buffer.alloc(voice.length + 2 * Math.round(PAUSE_SECONDS * RATE_HZ));
  voice.copy(sound);
  // Evenly spread between ±peak, noise has the level peak / √3. The generator is of Numerical Recipes, §7.1.
  const peak = 32768 * Math.sqrt(3) * 10 ** (NOISE_DB / 20);
  let state = 1;
  for (let at = 0; at < sound.length; at += 2) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const noisy = sound.readInt16LE(at) + Math.round(peak * (state / 2 ** 31 - 1));
    sound.writeInt16LE(Math.max(-32768, Math.min(32767, noisy)), at);
  }
  header.writeUInt32LE(HEADER_BYTES - 8 + sound.length, 4);
  header.writeUInt32LE(sound.length, HEADER_BYTES - 4);
  writeFileSync(path, Buffer.concat([header, sound]));
}
