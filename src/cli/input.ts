/**
 * In:     the name of a recording or a pipe (plan.ts), or the standard input
 * Out:    a reader of its sound, to enhance-file.ts
 * Thread: main or one of its workers; the standard input on main only
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AudioReader } from '../files/audio-file.ts';
import { type ByteSource, bytesSource, withSignal } from '../files/byte-source.ts';
import { opensForwards } from '../files/open-sound.ts';
import { recognise } from '../files/recognise.ts';
import { type AudioKind, EXTENSIONS, openAudio } from './formats/open-audio.ts';
import { fileSink, fileSource, pipeStream } from './node-files.ts';
import { objectNamed } from './object-name.ts';
import { StreamSource } from './stream-source.ts';
import { STANDARD } from './target.ts';

/** A recording that is open. */
export interface Input {
  readonly kind: AudioKind;
  readonly reader: AudioReader;
  /** Closes the reader and what it reads from. */
  close(): Promise<void>;
}

/** What is looked at of something that is not known, before a disk is filled with it. */
const UNKNOWN_BYTES = 1 << 20;
const KINDS: ReadonlySet<string> = new Set(Object.values(EXTENSIONS).flat());

/** Opens a recording. Throws an Error with the reason; aborting the signal ends every read. */
export async function openInput(path: string, signal: AbortSignal): Promise<Input> {
  const object = objectNamed(path);
  if (object !== undefined) {
    const { objectSource } = await import('./s3/index.ts');
    return openSource(await objectSource(object), signal, async () => {});
  }
  const isNamed = path !== STANDARD;
  if (isNamed && !(await stat(path)).isFIFO()) return openFile(await open(path, 'r'), signal);
  const source = new StreamSource(isNamed ? await pipeStream(path) : process.stdin, signal);
  try {
    return await openStream(source, isNamed ? 'this pipe' : 'the standard input', signal);
  } catch (error) {
    source.close();
    throw error;
  }
}

async function openFile(file: FileHandle, signal: AbortSignal): Promise<Input> {
  try {
    return await openSource(await fileSource(file), signal, () => file.close());
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openSource(source: ByteSource, signal: AbortSignal, closeSource: () => Promise<void>): Promise<Input> {
  const { kind, reader } = await openAudio(withSignal(source, signal));
  const close = async (): Promise<void> => {
    reader.close();
    await closeSource();
  };
  return { kind, reader, close };
}

/**
 * What keeps samples as they are is read as it comes, however long it is. Other kinds are taken in first: their ends
 * say how long they are, and what to cut off.
 */
async function openStream(source: StreamSource, name: string, signal: AbortSignal): Promise<Input> {
  if ((await source.read(0, 1)).length === 0) throw new Error(`nothing has come through ${name}`);
  const found = await recognise(source);
  if (found !== undefined && opensForwards(found.kind)) {
    const { kind, reader } = await openAudio(source);
    source.goForwards();
    const close = async (): Promise<void> => {
      reader.close();
      source.close();
    };
    return { kind, reader, close };
  }
  // Throws where it is nothing that could be read.
  if (found === undefined || !KINDS.has(found.kind))
    (await openAudio(bytesSource(await source.read(0, UNKNOWN_BYTES)))).reader.close();
  const file = await takenIn(source, name);
  source.close();
  return openFile(file, signal);
}

/** Everything that comes, in a file without a name: it is gone with the process, however that ends. */
async function takenIn(source: StreamSource, name: string): Promise<FileHandle> {
  const path = join(tmpdir(), `denoise-node.${randomBytes(8).toString('hex')}`);
  const file = await open(path, 'wx+', 0o600);
  try {
    await rm(path);
    const sink = fileSink(file);
    for await (const piece of source.all()) await sink.write(piece);
    return file;
  } catch (cause) {
    await file.close();
    source.signal.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${name} cannot be kept in ${tmpdir()}: ${reason}`, { cause });
  }
}
