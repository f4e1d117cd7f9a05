/**
 * In:     URLs of the files of one load (model-files.ts, start-backend.ts), and the most that each may hold
 * Out:    their bytes
 * Thread: [worker], or whoever runs the engine; asynchronous
 *
 * Bodies are read piece by piece, so that nothing larger than it may be is ever held. In Node a file: URL is read from
 * disk.
 */
import { DenoiseError } from '../../shared/errors.ts';
import { shortened } from '../../shared/quoted.ts';
import type { Milliseconds } from '../../shared/units.ts';
import { Patience } from '../../shared/waiting/patience.ts';
import { unlessAborted } from '../../shared/waiting/unless-aborted.ts';
import { reasonOf } from './model-mismatch.ts';
import { isNode, nodeModule } from './node-modules.ts';

/**
 * How long a load goes on without a byte of any of its files. A phone that changes its network is back within seconds,
 * and a connection that is silent for longer is more likely dead than slow.
 */
const PATIENCE_MS: Milliseconds = 30_000;

export interface FetchSettings {
  /** Used instead of the global fetch for everything that is not on disk. */
  readonly fetch?: typeof fetch | undefined;
  /** Gives the load up; what is thrown then is its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Internal, so that tests need not wait as long. Default {@link PATIENCE_MS}. */
  readonly patienceMs?: Milliseconds;
}

/** The next bytes of a body; undefined after the last. */
type NextPiece = () => Promise<Uint8Array | undefined>;

/** A refusal by the policy of a page looks like a network that fails. */
const POLICY = isNode() ? '' : ', and that the content security policy allows it (connect-src)';

/** Bytes of a file on disk that are read at once. */
const PIECE_BYTES = 262_144;

/** Fetches the files of one load. Whoever makes one calls {@link end} when done. */
export class FileFetcher {
  readonly #fetch: typeof fetch;
  readonly #abort = new AbortController();
  readonly #patience: Patience;
  readonly #stopListening: () => void;
  /** What is waited for, oldest first. */
  readonly #waiting = new Set<URL>();

  constructor({ fetch: fetchWith = fetch, signal, patienceMs = PATIENCE_MS }: FetchSettings) {
    // A browser's fetch belongs to its global object, and to no other.
    this.#fetch = (url, init) => fetchWith(url, init);
    const abort = (): void => this.#abort.abort(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    this.#stopListening = () => signal?.removeEventListener('abort', abort);
    this.#patience = new Patience(patienceMs, () => {
      const [silent] = this.#waiting;
      const message = `got nothing more for ${patienceMs / 1000} s`;
      this.#abort.abort(loadError(silent, message, 'Check that the server answers, and try again.'));
    });
  }

  /**
   * The bytes of a file. DenoiseError 'model-load' where it is missing or does not come, 'model-corrupt' where it is
   * longer than `mostBytes`; the signal's reason where that aborts.
   */
  async bytes(url: URL, mostBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const { signal } = this.#abort;
    const close: (() => unknown)[] = [];
    this.#waiting.add(url);
    try {
      signal.throwIfAborted();
      const opening = url.protocol === 'file:' && isNode() ? openFile(url, close) : this.#request(url, close);
      return await this.#collect(await unlessAborted(opening, signal), url, mostBytes);
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      if (cause instanceof DenoiseError) throw cause;
      throw loadError(
        url,
        `got: ${reasonOf(cause)}`,
        `Check the model URL and that the server serves it${POLICY}.`,
        cause,
      );
    } finally {
      this.#waiting.delete(url);
      // Whatever is still under way when it is given up may take for ever to close.
      const closing = Promise.allSettled(close.map((closeOne) => closeOne()));
      if (!signal.aborted) await closing;
    }
  }

  /** Nothing more is wanted: ends what is under way. */
  end(): void {
    this.#patience.end();
    this.#stopListening();
    this.#abort.abort();
  }

  async #request(url: URL, close: (() => unknown)[]): Promise<NextPiece> {
    const { signal } = this.#abort;
    let response = await this.#fetch(url, { credentials: 'same-origin', signal });
    if (!response.ok) {
      // A browser may remember that the file was missing although it is there by now.
      void response.body?.cancel().catch(() => {});
      response = await this.#fetch(url, { credentials: 'same-origin', cache: 'reload', signal });
    }
    if (!response.ok) {
      void response.body?.cancel().catch(() => {});
      throw new Error(`HTTP status ${response.status}`);
    }
    const reader = response.body?.getReader();
    close.push(() => reader?.cancel());
    return async () => (await reader?.read())?.value;
  }

  async #collect(next: NextPiece, url: URL, mostBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      this.#patience.renew();
      const piece = await unlessAborted(next(), this.#abort.signal);
      if (piece === undefined) return joined(pieces, length);
      length += piece.length;
      if (length > mostBytes) {
        throw new DenoiseError(
          'model-corrupt',
          `${shortened(url.href)}: expected ${mostBytes} bytes at most, got more. ` +
            'Download or deploy the model folder again.',
        );
      }
      pieces.push(piece);
    }
  }
}

/** Opens a file on disk; devices, pipes and folders are refused before they are read. */
async function openFile(url: URL, close: (() => unknown)[]): Promise<NextPiece> {
  const { open, constants } = await nodeModule('node:fs/promises');
  // Without waiting: to open a pipe would otherwise take until somebody writes into it.
  const file = await open(url, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  close.push(() => file.close());
  if (!(await file.stat()).isFile()) throw new Error('something that is no regular file');
  return async () => {
    const { bytesRead, buffer } = await file.read(new Uint8Array(PIECE_BYTES), 0, PIECE_BYTES);
    return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead);
  };
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function loadError(url: URL | undefined, found: string, advice: string, cause?: unknown): DenoiseError {
  return new DenoiseError(
    'model-load',
    `${shortened(String(url?.href))}: expected a file of the model, ${found}. ${advice}`,
    cause === undefined ? undefined : { cause },
  );
}
