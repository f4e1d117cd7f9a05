/**
 * In:     bytes of a result, a piece at a time (enhance-blob.ts, studio-worker.ts)
 * Out:    one blob
 * Thread: [worker]
 *
 * Results go to the origin's private files, so that an hour takes disk and no memory. Where a browser has none (private
 * windows), they are kept as the parts of a blob. A session is a folder, and the page holds a lock of its name while
 * it lives: the next page deletes what has no lock any more.
 */
import { BlobSink, type ByteSink } from '../../../src/files/byte-source.ts';
import type { Stored } from '../protocol.ts';

/** Where one result is written. Exactly one of `finish` and `abandon` is called, last. */
export interface Sink extends ByteSink {
  finish(type: string): Promise<Stored>;
  abandon(): Promise<void>;
}

const PREFIX = 'denoise-studio-';

/** Where results of one session are kept. */
export class Store {
  readonly #folder: FileSystemDirectoryHandle | undefined;
  #count = 0;

  private constructor(folder: FileSystemDirectoryHandle | undefined) {
    this.#folder = folder;
  }

  /** Opens the folder of a session and deletes those of sessions that are over. */
  static async open(session: string): Promise<Store> {
    try {
      const root = await navigator.storage.getDirectory();
      await sweep(root, session);
      return new Store(await root.getDirectoryHandle(PREFIX + session, { create: true }));
    } catch {
      return new Store(undefined);
    }
  }

  async create(): Promise<Sink> {
    if (this.#folder === undefined) return new MemorySink();
    const name = `${self.name}-${this.#count++}`;
    try {
      const file = await this.#folder.getFileHandle(name, { create: true });
      return new FileSink(this.#folder, file, await file.createSyncAccessHandle());
    } catch {
      return new MemorySink();
    }
  }

  async discard(stored: string): Promise<void> {
    // One that is already gone counts as deleted.
    await this.#folder?.removeEntry(stored).catch(() => {});
  }
}

class FileSink implements Sink {
  readonly #folder: FileSystemDirectoryHandle;
  readonly #file: FileSystemFileHandle;
  readonly #access: FileSystemSyncAccessHandle;
  #end = 0;

  constructor(folder: FileSystemDirectoryHandle, file: FileSystemFileHandle, access: FileSystemSyncAccessHandle) {
    this.#folder = folder;
    this.#file = file;
    this.#access = access;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#writeAt(this.#end, bytes);
    this.#end += bytes.length;
  }

  async rewrite(position: number, bytes: Uint8Array): Promise<void> {
    this.#writeAt(position, bytes);
  }

  async finish(type: string): Promise<Stored> {
    this.#access.flush();
    this.#access.close();
    const file = await this.#file.getFile();
    return { content: file.slice(0, file.size, type), stored: this.#file.name };
  }

  async abandon(): Promise<void> {
    this.#access.close();
    await this.#folder.removeEntry(this.#file.name).catch(() => {});
  }

  #writeAt(at: number, bytes: Uint8Array): void {
    // A worker's private files are written at once: what does not fit is noticed here.
    const count = this.#access.write(bytes as Uint8Array<ArrayBuffer>, { at });
    if (count !== bytes.length) throw new DOMException('The disk is full.', 'QuotaExceededError');
  }
}

class MemorySink extends BlobSink implements Sink {
  async finish(type: string): Promise<Stored> {
    return { content: this.toBlob(type), stored: undefined };
  }

  async abandon(): Promise<void> {}
}

async function sweep(root: FileSystemDirectoryHandle, session: string): Promise<void> {
  const { held = [] } = await navigator.locks.query();
  const alive = new Set([session, ...held.map(({ name }) => name)]);
  for await (const name of root.keys()) {
    if (name.startsWith(PREFIX) && !alive.has(name.slice(PREFIX.length)))
      await root.removeEntry(name, { recursive: true }).catch(() => {});
  }
}
