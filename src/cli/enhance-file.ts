/**
 * In:     one recording (plan.ts)
 * Out:    one or two files of the same rate, channels, depth and length
 * Thread: main or one of its workers; asynchronous input and output
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Denoiser } from '../engine/index.ts';
import type { AudioReader, AudioWriter } from '../files/audio-file.ts';
import { withSignal } from '../files/byte-source.ts';
import type { EnhanceSettings } from '../files/enhance.ts';
import { enhanceReader } from '../files/enhance-reader.ts';
import { FlacWriter } from '../files/flac/flac-writer.ts';
import type { SampleFormat } from '../files/sample-format.ts';
import { WavWriter } from '../files/wav/wav-writer.ts';
import type { OutputFormat } from './arguments.ts';
import { type AudioKind, EXTENSIONS, openAudio } from './formats/open-audio.ts';
import { fileSink, fileSource } from './node-files.ts';
import type { Job } from './plan.ts';

/** How one file is enhanced. */
export interface FileSettings extends EnhanceSettings {
  readonly overwrite: boolean;
  readonly signal: AbortSignal;
  /** Gets the share that is done, 0 … 1, about once for each second of sound. */
  readonly onProgress: (share: number) => void;
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
  const targets = [job.output, ...(job.residual === undefined ? [] : [job.residual])];
  for (const target of targets) await requireFree(job.input, target, settings.overwrite);
  await mkdir(dirname(job.output), { recursive: true });
  const input = await open(job.input, 'r');
  const outputs: Output[] = [];
  try {
    const { kind, reader } = await openAudio(withSignal(await fileSource(input), settings.signal));
    try {
      for (const target of targets) outputs.push(await Output.open(target, reader, job.format));
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
      const warnings = [...warningsOf(job, kind, reader, enhanced.writer), ...brokenOf(brokenSamples)];
      return { kind, seconds: frames / sampleRateHz, sampleRateHz, channels, format: enhanced.writer.format, warnings };
    } finally {
      reader.close();
    }
  } finally {
    await input.close();
    for (const output of outputs) await output.discard();
  }
}

/** Removes all unfinished outputs of jobs that any thread may be working on, without waiting. */
export function removeUnfinished(jobs: readonly Job[]): void {
  for (const { output, residual } of jobs) {
    rmSync(partOf(output), { force: true });
    if (residual !== undefined) rmSync(partOf(residual), { force: true });
  }
}

/** The name of a file until it is whole: hidden, and not that of a recording. */
function partOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.part`);
}

/** A file that is written under another name in the same folder until it is whole. */
class Output {
  readonly #path: string;
  readonly #part: string;
  readonly #file: Awaited<ReturnType<typeof open>>;
  #published = false;

  private constructor(
    path: string,
    part: string,
    file: Awaited<ReturnType<typeof open>>,
    readonly writer: AudioWriter,
  ) {
    this.#path = path;
    this.#part = part;
    this.#file = file;
  }

  static async open(path: string, reader: AudioReader, format: OutputFormat): Promise<Output> {
    const part = partOf(path);
    const file = await open(part, 'wx');
    try {
      const sink = fileSink(file);
      const writer =
        format === 'wav' ? await WavWriter.open(sink, reader) : await FlacWriter.open(sink, reader, createHash('md5'));
      return new Output(path, part, file, writer);
    } catch (error) {
      await file.close();
      await rm(part, { force: true });
      throw error;
    }
  }

  async finish(): Promise<void> {
    await this.writer.finish();
    await this.#file.close();
  }

  /** Gives the file its name. Without `overwrite`, a file that has appeared there meanwhile is not replaced. */
  async publish(overwrite: boolean): Promise<void> {
    if (overwrite || !(await linked(this.#part, this.#path))) await rename(this.#part, this.#path);
    else await rm(this.#part);
    this.#published = true;
  }

  async discard(): Promise<void> {
    if (this.#published) return;
    this.writer.close();
    await this.#file.close();
    await rm(this.#part, { force: true });
  }
}

/** Gives a file a second name. Throws where a file has that name; false where the file system has no second names. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new Error(`${to} appeared meanwhile; --overwrite replaces it`, { cause: error });
    await requireAbsent(to);
    return false;
  }
}

async function requireFree(input: string, output: string, overwrite: boolean): Promise<void> {
  const [from, to] = await Promise.all([stat(input), stat(output).catch(() => undefined)]);
  if (
    resolve(input) === resolve(output) ||
    (to !== undefined && from.ino === to.ino && from.dev === to.dev && from.ino !== 0)
  ) {
    throw new Error('the output would replace its own input');
  }
  if (to?.isDirectory()) throw new Error(`${output} is a folder`);
  if (!overwrite && to !== undefined) throw new Error(`${output} exists; --overwrite replaces it`);
}

async function requireAbsent(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there !== undefined) throw new Error(`${path} appeared meanwhile; --overwrite replaces it`);
}

function warningsOf(job: Job, kind: AudioKind, reader: AudioReader, writer: AudioWriter): string[] {
  const warnings = [...reader.warnings];
  const extension = extname(job.input).toLowerCase();
  if (!EXTENSIONS[extension]?.includes(kind))
    warnings.push(`the name ends in "${extension}", what is in it is ${kind}`);
  if (writer.format !== reader.format)
    warnings.push(
      `the samples, ${reader.format}, are rounded to ${writer.format}, which is the most that is written to FLAC`,
    );
  return warnings;
}

function brokenOf(samples: number): string[] {
  return samples === 0 ? [] : [`${samples} samples are not numbers and count as silence`];
}
