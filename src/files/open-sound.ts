/**
 * In:     a file of a kind that has been recognised (recognise.ts)
 * Out:    a reader of its sound, to the command line and the file studio
 * Thread: any
 *
 * The kinds that need no decoder from elsewhere: those that keep samples as they are.
 */
import type { AudioReader } from './audio-file.ts';
import { type ByteSource, isPipe } from './byte-source.ts';
import { openFlac } from './flac/flac-reader.ts';
import { readAiffLayout } from './pcm/aiff.ts';
import { readAuLayout } from './pcm/au.ts';
import { readCafLayout } from './pcm/caf.ts';
import { type PcmLayout, PcmReader } from './pcm/pcm-reader.ts';
import { PcmStreamReader } from './pcm/pcm-stream-reader.ts';
import { readWave64Layout } from './pcm/wave64.ts';
import type { FileKind } from './recognise.ts';
import { readWavLayout } from './wav/wav.ts';

/** The kinds that {@link openSound} opens. */
export type SoundKind = 'WAV' | 'Wave64' | 'AIFF' | 'CAF' | 'AU' | 'FLAC';

/** @param begin where in the file it begins, behind tags */
type Open = (source: ByteSource, begin: number) => Promise<AudioReader>;

const OPENERS: Readonly<Record<SoundKind, Open>> = {
  WAV: pcm(readWavLayout),
  FLAC: openFlac,
  Wave64: pcm(readWave64Layout),
  AIFF: pcm(readAiffLayout),
  CAF: pcm(readCafLayout),
  AU: pcm(readAuLayout),
};

/** Whether a kind can be read as it comes through a pipe, before its end is known. */
export function opensForwards(kind: FileKind): boolean {
  return isSoundKind(kind) && kind !== 'FLAC';
}

export function isSoundKind(kind: FileKind): kind is SoundKind {
  return kind in OPENERS;
}

/** Throws an Error with the reason, and what to do, where the sound cannot be read. */
export function openSound(source: ByteSource, kind: SoundKind, begin: number): Promise<AudioReader> {
  return OPENERS[kind](source, begin);
}

function pcm(readLayout: (source: ByteSource, begin: number) => Promise<PcmLayout>): Open {
  return async (source, begin) => {
    const layout = await readLayout(source, begin);
    return isPipe(source) ? new PcmStreamReader(source, layout) : new PcmReader(source, layout);
  };
}
