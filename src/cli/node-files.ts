/**
 * In:     open files of Node, names of pipes
 * Out:    the same, as sources and sinks of bytes, to files/
 * Thread: any of Node's
 */
import { constants, open } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import type { ByteSink, ByteSource } from '../files/byte-source.ts';

/** An open file. The handle stays the caller's. */
export async function fileSource(file: FileHandle): Promise<ByteSource> {
  const { size } = await file.stat();
  return {
    size,
    read: async (position, length) => {
      // A damaged header may ask for gigabytes.
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - position)));
      let done = 0;
      while (done < bytes.length) {
        const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    },
  };
}

/** What comes through a named pipe. Its end comes when all that write into it have closed it. */
export async function pipeStream(path: string): Promise<Readable> {
  // Opened otherwise, it would hold a thread until somebody writes into it, and that cannot be called back.
  const descriptor = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd: descriptor, readable: true, writable: false });
}

/** An open file to be written from its beginning. The handle stays the caller's. */
export function fileSink(file: FileHandle): ByteSink {
  let end = 0;
  const writeAt = async (position: number, bytes: Uint8Array): Promise<void> => {
    for (let done = 0; done < bytes.length; ) {
      done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
    }
  };
  return {
    write: async (bytes) => {
      await writeAt(end, bytes);
      end += bytes.length;
    },
    rewrite: writeAt,
  };
}

/**
 * A pipe, or whatever a shell has put in its place. The stream stays the caller's.
 * @param failure what a write rejects with
 */
export function streamSink(stream: Writable, failure: (error: Error) => Error): ByteSink {
  return {
    isForwardOnly: true,
    // Resolves once the bytes are out, so that nothing piles up before a slow reader.
    write: (bytes) =>
      new Promise((resolve, reject) => stream.write(bytes, (error) => (error ? reject(failure(error)) : resolve()))),
    rewrite: async () => {},
  };
}
