import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Denoiser } from '../engine/index.ts';
import type { EnhanceSettings } from '../files/enhance.ts';
import { enhanceReader } from '../files/enhance-reader.ts';
import { openWav } from '../files/wav-reader.ts';
import { WavWriter } from '../files/wav-writer.ts';
import { fileSink, fileSource } from './node-files.ts';
import type { Job } from './plan.ts';

/**
 * In:     one WAV file (plan.ts)
 * Out:    one WAV file of the same format and length
 * Thread: main, asynchronous input and output
 */

/** How one file is enhanced. */
export interface FileSettings extends EnhanceSettings {
  readonly overwrite: boolean;
  readonly signal: AbortSignal;
  /** Told the share that is done, 0 … 1, about once for each second of sound. */
  readonly onProgress: (share: number) => void;
}

/**
 * Enhances one file, a second of sound at a time, so memory stays flat however long it is. The output is written under another name and
 * renamed at the end: it is whole or not there. Returns the length of the recording in seconds; throws an Error with the reason.
 */
export async function enhanceFile(denoiser: Denoiser, job: Job, settings: FileSettings): Promise<number> {
  if (resolve(job.input) === resolve(job.output)) throw new Error('the output would replace its own input');
  if (!settings.overwrite && (await exists(job.output))) throw new Error(`${job.output} exists; --overwrite replaces it`);
  await mkdir(dirname(job.output), { recursive: true });
  const unfinished = `${job.output}.${process.pid}.part`;
  const input = await open(job.input, 'r');
  try {
    const reader = await openWav(await fileSource(input));
    const target = await open(unfinished, 'wx');
    try {
      const writer = await WavWriter.open(fileSink(target), reader);
      await enhanceReader(denoiser, reader, { enhanced: writer }, settings);
      await writer.finish();
    } finally {
      await target.close();
    }
    await rename(unfinished, job.output);
    return reader.frames / reader.sampleRateHz;
  } finally {
    await input.close();
    await rm(unfinished, { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
