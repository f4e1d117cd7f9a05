/**
 * In:     where an output goes (target.ts); a recording in pieces (files/enhance-reader.ts)
 * Out:    a file or an object that is there whole or not at all
 * Thread: main or one of its workers; asynchronous input and output
 */
import { createHash } from 'node:crypto';
import { link, lstat, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AudioReader, AudioWriter } from '../files/audio-file.ts';
import type { ByteSink } from '../files/byte-source.ts';
import { FlacWriter } from '../files/flac/flac-writer.ts';
import { WavWriter } from '../files/wav/wav-writer.ts';
import type { OutputFormat } from './arguments.ts';
import { fileSink, streamSink } from './node-files.ts';
import type { Upload } from './s3/upload.ts';
import { type FileTarget, type ObjectTarget, STANDARD, type Target } from './target.ts';

/** Where the enhanced sound goes, or what was taken out. */
export interface Output {
  readonly writer: AudioWriter;
  /** False where a header that turns out wrong stays so. */
  readonly isCorrected: boolean;
  finish(): Promise<void>;
  /** Gives the file its name. Without `overwrite`, a file that has appeared there meanwhile is not replaced. */
  publish(overwrite: boolean): Promise<void>;
  /** Removes what is not published. Idempotent. */
  discard(): Promise<void>;
}

/** Opens an output and writes its header. */
export function openOutput(target: Target, reader: AudioReader, format: OutputFormat): Promise<Output> {
  if (target === STANDARD) return StandardOutput.open(reader, format);
  return 'file' in target ? FileOutput.open(target, reader, format) : ObjectOutput.open(target, reader, format);
}

/** Nobody reads the standard output any more: there is nothing left to do. */
export class UnreadOutput extends Error {
  override readonly name = 'UnreadOutput';
}

/** A file that is written under another name in the same folder until it is whole. */
class FileOutput implements Output {
  readonly isCorrected = true;
  readonly #target: FileTarget;
  readonly #file: Awaited<ReturnType<typeof open>>;
  #published = false;

  private constructor(
    target: FileTarget,
    file: Awaited<ReturnType<typeof open>>,
    readonly writer: AudioWriter,
  ) {
    this.#target = target;
    this.#file = file;
  }

  static async open(target: FileTarget, reader: AudioReader, format: OutputFormat): Promise<FileOutput> {
    const { part } = target;
    await mkdir(dirname(part), { recursive: true });
    const file = await open(part, 'wx');
    try {
      return new FileOutput(target, file, await openWriter(fileSink(file), reader, format));
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

/** An object that is uploaded in parts and there once they are put together. */
class ObjectOutput implements Output {
  readonly isCorrected = true;
  readonly #upload: Upload;

  private constructor(
    upload: Upload,
    readonly writer: AudioWriter,
  ) {
    this.#upload = upload;
  }

  static async open(target: ObjectTarget, reader: AudioReader, format: OutputFormat): Promise<ObjectOutput> {
    const { Upload } = await import('./s3/index.ts');
    const upload = new Upload(target);
    return new ObjectOutput(upload, await openWriter(upload, reader, format));
  }

  async finish(): Promise<void> {
    await this.writer.finish();
    await this.#upload.finish();
  }

  publish(overwrite: boolean): Promise<void> {
    return this.#upload.publish(overwrite);
  }

  async discard(): Promise<void> {
    this.writer.close();
    await this.#upload.discard();
  }
}

/** The standard output, which takes sound as fast as whoever reads it. */
class StandardOutput implements Output {
  readonly isCorrected = false;

  private constructor(readonly writer: AudioWriter) {}

  static async open(reader: AudioReader, format: OutputFormat): Promise<StandardOutput> {
    return new StandardOutput(await openWriter(streamSink(process.stdout, unread), reader, format));
  }

  finish(): Promise<void> {
    return this.writer.finish();
  }

  async publish(): Promise<void> {}

  async discard(): Promise<void> {
    this.writer.close();
  }
}

function unread(error: NodeJS.ErrnoException): Error {
  return error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED'
    ? new UnreadOutput('nobody reads the standard output any more', { cause: error })
    : error;
}

function openWriter(sink: ByteSink, reader: AudioReader, format: OutputFormat): Promise<AudioWriter> {
  return format === 'wav' ? WavWriter.open(sink, reader) : FlacWriter.open(sink, reader, createHash('md5'));
}

/** Throws an Error where the output may not be written. */
export async function requireFree(target: Target, overwrite: boolean): Promise<void> {
  if (target === STANDARD) return;
  const { path } = target;
  if (!('file' in target)) {
    const { isThere } = await import('./s3/index.ts');
    if (!overwrite && (await isThere(target))) throw new Error(`${path} exists; --overwrite replaces it`);
    return;
  }
  const { file } = target;
  const there = await stat(file).catch(() => undefined);
  if (there?.isDirectory()) throw new Error(`${path} is a folder`);
  if (there !== undefined && !there.isFile())
    throw new Error(`${path} is neither a file nor a folder, and is not replaced`);
  if (!overwrite && (await isTaken(path))) throw new Error(`${path} exists; --overwrite replaces it`);
}

/** Gives a part its name, as a second one. Throws where a file has it; false where a file can have only one name. */
async function linked({ path, file, part }: FileTarget): Promise<boolean> {
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
