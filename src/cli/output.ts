/**
 * In:     where an output goes (target.ts); a recording in pieces (files/enhance-reader.ts)
 * Out:    a file that is there whole or not at all
 * Thread: main or one of its workers; asynchronous input and output
 */
import { createHash } from 'node:crypto';
import { link, lstat, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AudioReader, AudioWriter } from '../files/audio-file.ts';
import { FlacWriter } from '../files/flac/flac-writer.ts';
import { WavWriter } from '../files/wav/wav-writer.ts';
import type { OutputFormat } from './arguments.ts';
import { fileSink } from './node-files.ts';
import type { Target } from './target.ts';

/** A file that is written under another name in the same folder until it is whole. */
export class Output {
  readonly #target: Target;
  readonly #file: Awaited<ReturnType<typeof open>>;
  #published = false;

  private constructor(
    target: Target,
    file: Awaited<ReturnType<typeof open>>,
    readonly writer: AudioWriter,
  ) {
    this.#target = target;
    this.#file = file;
  }

  static async open(target: Target, reader: AudioReader, format: OutputFormat): Promise<Output> {
    const { part } = target;
    await mkdir(dirname(part), { recursive: true });
    const file = await open(part, 'wx');
    try {
      const sink = fileSink(file);
      const writer =
        format === 'wav' ? await WavWriter.open(sink, reader) : await FlacWriter.open(sink, reader, createHash('md5'));
      return new Output(target, file, writer);
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
    const { file, part } = this.#target;
    if (overwrite || !(await linked(this.#target))) await rename(part, file);
    else await rm(part);
    this.#published = true;
  }

  async discard(): Promise<void> {
    if (this.#published) return;
    this.writer.close();
    await this.#file.close();
    await rm(this.#target.part, { force: true });
  }
}

/** Throws an Error where the output may not be written. */
export async function requireFree({ path, file }: Target, overwrite: boolean): Promise<void> {
  const there = await stat(file).catch(() => undefined);
  if (there?.isDirectory()) throw new Error(`${path} is a folder`);
  if (there !== undefined && !there.isFile())
    throw new Error(`${path} is neither a file nor a folder, and is not replaced`);
  if (!overwrite && (await isTaken(path))) throw new Error(`${path} exists; --overwrite replaces it`);
}

/** Gives a part its name, as a second one. Throws where a file has it; false where a file can have only one name. */
async function linked({ path, file, part }: Target): Promise<boolean> {
  try {
    await link(part, file);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST' || (await isTaken(file)))
      throw new Error(`${path} appeared meanwhile; --overwrite replaces it`, { cause });
    return false;
  }
}

/** True for a link as well, whether or not it leads anywhere. */
async function isTaken(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}
