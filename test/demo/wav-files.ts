/** Small WAV files of any kind, good and bad, as a visitor might drop them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wavBytes } from '../../tools/wav-files.ts';

/** A WAV file of 32-bit floats. */
export function floatWav(channels: readonly Float32Array[], sampleRateHz: number): Uint8Array {
  return wavBytes({ format: 'float32', sampleRateHz, channels });
}

/** A steady tone. */
export function tone(frames: number, sampleRateHz: number, hz = 330): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: frames }, (_, i) => 0.3 * Math.sin((2 * Math.PI * hz * i) / sampleRateHz));
}

/** Writes a file for as long as `use` takes. */
export async function withFile(name: string, bytes: Uint8Array, use: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'denoise-node-'));
  try {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    await use(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
