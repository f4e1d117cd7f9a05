import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Denoiser } from '../engine/index.ts';
import { Enhancer, type EnhanceSettings } from '../files/enhance.ts';
import { decodeFrames, encodeFrames, frameBytes, readWavLayout, type WavLayout, wavHeader } from '../files/wav.ts';
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
  const source = await open(job.input, 'r');
  try {
    const { size } = await source.stat();
    const layout = await readWavLayout((position, length) => readAt(source, position, Math.min(length, size)), size);
    const target = await open(unfinished, 'wx');
    try {
      await copyEnhanced(denoiser, source, target, layout, settings);
    } finally {
      await target.close();
    }
    await rename(unfinished, job.output);
    return layout.frames / layout.sampleRateHz;
  } finally {
    await source.close();
    await rm(unfinished, { force: true });
  }
}

async function copyEnhanced(denoiser: Denoiser, source: FileHandle, target: FileHandle, layout: WavLayout, settings: FileSettings): Promise<void> {
  const bytesPerFrame = frameBytes(layout);
  const piece = layout.sampleRateHz;
  const planes = Array.from({ length: layout.channels }, () => new Float32Array(piece));
  const bytes = new Uint8Array(piece * bytesPerFrame);
  await target.write(wavHeader(layout, layout.frames));
  const enhancer = new Enhancer(denoiser, layout.channels, layout.sampleRateHz, settings);
  try {
    for (let start = 0; start < layout.frames; start += piece) {
      settings.signal.throwIfAborted();
      const frames = Math.min(piece, layout.frames - start);
      const read = await readAt(source, layout.dataStart + start * bytesPerFrame, frames * bytesPerFrame);
      if (read.length < frames * bytesPerFrame) throw new Error('the file became shorter while it was read');
      decodeFrames(read, layout.format, planes, frames);
      enhancer.push(planes, 0, frames);
      if (start + frames === layout.frames) enhancer.finish();
      for (let count = enhancer.pull(planes, 0, piece); count > 0; count = enhancer.pull(planes, 0, piece)) {
        encodeFrames(planes, layout.format, bytes, count);
        await writeAll(target, bytes.subarray(0, count * bytesPerFrame));
      }
      settings.onProgress((start + frames) / layout.frames);
    }
  } finally {
    enhancer.dispose();
  }
  // Chunks are padded to an even length.
  if ((layout.frames * bytesPerFrame) % 2 === 1) await target.write(new Uint8Array(1));
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
