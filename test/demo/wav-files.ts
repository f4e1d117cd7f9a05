/** Small WAV files of any kind, good and bad, as a visitor might drop them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bytes of a WAV file of 32-bit floats, planar in, interleaved out. */
export function floatWav(channels: readonly Float32Array[], sampleRateHz: number): Buffer {
  const frames = channels[0].length;
  const frameBytes = 4 * channels.length;
  const file = Buffer.alloc(44 + frames * frameBytes);
  file.write('RIFF', 0);
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(3, 20); // IEEE float
  file.writeUInt16LE(channels.length, 22);
  file.writeUInt32LE(sampleRateHz, 24);
  file.writeUInt32LE(sampleRateHz * frameBytes, 28);
  file.writeUInt16LE(frameBytes, 32);
  file.writeUInt16LE(32, 34);
  file.write('data', 36);
  file.writeUInt32LE(frames * frameBytes, 40);
  for (let i = 0; i < frames; i++)
    for (let c = 0; c < channels.length; c++) file.writeFloatLE(channels[c][i], 44 + i * frameBytes + 4 * c);
  return file;
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
