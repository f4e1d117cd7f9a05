/**
 * In:     a WAV file, wherever its bytes lie (byte-source.ts)
 * Out:    planar samples, piece by piece, to enhance-reader.ts
 * Thread: any
 */
import type { ByteSource } from '../byte-source.ts';
import { PcmReader } from '../pcm/pcm-reader.ts';
import { readWavLayout, type WavLayout } from './wav.ts';

/** A WAV file that is read piece by piece. wav-writer.ts can write its format chunk again. */
export type WavReader = PcmReader<WavLayout>;

/** Reads the header. Throws an Error with the reason where this is no WAV file that can be read. */
export async function openWav(source: ByteSource): Promise<WavReader> {
  return new PcmReader(source, await readWavLayout(source));
}
