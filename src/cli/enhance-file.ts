/**
 * In:     one recording (plan.ts)
 * Out:    one or two files of the same rate, channels, depth and length
 * Thread: main or one of its workers; asynchronous input and output
 */
import { extname } from 'node:path';
import type { Denoiser } from '../engine/index.ts';
import type { AudioReader, AudioWriter } from '../files/audio-file.ts';
import type { EnhanceSettings } from '../files/enhance.ts';
import { enhanceReader } from '../files/enhance-reader.ts';
import type { SampleFormat } from '../files/sample-format.ts';
import { type AudioKind, EXTENSIONS } from './formats/open-audio.ts';
import { openInput } from './input.ts';
import { type Output, openOutput, requireFree } from './output.ts';
import type { Job } from './plan.ts';
import type { Target } from './target.ts';

/** How one file is enhanced. */
export interface FileSettings extends EnhanceSettings {
  readonly overwrite: boolean;
  readonly signal: AbortSignal;
  /** Gets the share that is done, 0 … 1, about once for each second of sound. */
  readonly onProgress: (share: number) => void;
}

/** Every file that a job writes. */
export function targetsOf({ output, residual }: Job): readonly Target[] {
  return residual === undefined ? [output] : [output, residual];
}

/** What became of one file. */
export interface FileResult {
  readonly kind: AudioKind;
  /** Length of the recording. */
  readonly seconds: number;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** How samples of the output are stored. */
  readonly format: SampleFormat;
  readonly warnings: readonly string[];
}

/**
 * Enhances one file, a second of sound at a time, so that memory stays flat however long it is. Outputs are written
 * under other names and renamed at the end: they are whole or not there. Throws an Error with the reason.
 */
export async function enhanceFile(denoiser: Denoiser, job: Job, settings: FileSettings): Promise<FileResult> {
  const targets = targetsOf(job);
  for (const target of targets) await requireFree(target, settings.overwrite);
  const { kind, reader, close } = await openInput(job.input, settings.signal);
  const outputs: Output[] = [];
  try {
    for (const target of targets) outputs.push(await openOutput(target, reader, job.format));
    const [enhanced, removed] = outputs;
    const { frames, brokenSamples } = await enhanceReader(
      denoiser,
      reader,
      { enhanced: enhanced.writer, removed: removed?.writer },
      settings,
    );
    for (const output of outputs) await output.finish();
    // What was given up while the last bytes went to the disk is not published either.
    settings.signal.throwIfAborted();
    for (const output of outputs) await output.publish(settings.overwrite);
    const { sampleRateHz, channels } = reader;
    const warnings = [
      ...warningsOf(job, kind, reader, enhanced.writer),
      ...brokenOf(brokenSamples),
      ...lengthOf(enhanced, reader, frames),
    ];
    return { kind, seconds: frames / sampleRateHz, sampleRateHz, channels, format: enhanced.writer.format, warnings };
  } finally {
    for (const output of outputs) await output.discard();
    await close();
  }
}

function warningsOf(job: Job, kind: AudioKind, reader: AudioReader, writer: AudioWriter): string[] {
  const warnings = [...reader.warnings];
  const extension = extname(job.input).toLowerCase();
  if (EXTENSIONS[extension]?.includes(kind) === false)
    warnings.push(`the name ends in "${extension}", what is in it is ${kind}`);
  if (writer.format !== reader.format)
    warnings.push(
      `the samples, ${reader.format}, are rounded to ${writer.format}, which is the most that is written to FLAC`,
    );
  return warnings;
}

function lengthOf({ isCorrected }: Output, reader: AudioReader, frames: number): string[] {
  if (isCorrected || reader.frames === undefined || reader.frames === frames) return [];
  return [`the header that was written says ${reader.frames} samples per channel, ${frames} followed`];
}

function brokenOf(samples: number): string[] {
  return samples === 0 ? [] : [`${samples} samples are not numbers and count as silence`];
}
