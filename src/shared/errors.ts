/**
 * The closed list of what the world can do to a DenoiseNode. A caller's mistake is a RangeError or TypeError instead.
 * Each code is an anchor in docs/errors.md.
 */
export type DenoiseErrorCode =
  /** The browser lacks AudioWorklet, WebAssembly SIMD or a secure context. */
  | 'unsupported'
  /** The context was already closed, or closed before the node was ready. */
  | 'context-closed'
  /** An offline context began rendering before `ready` had resolved, or cannot wait for the model. */
  | 'offline-not-ready'
  /** The worklet or worker file did not load (wrong URL, content security policy, network). */
  | 'module-load'
  /** A file of the model is missing or could not be fetched. */
  | 'model-load'
  /** A file of the model does not have the size or hash that its manifest states. */
  | 'model-corrupt'
  /**
   * The manifest or the graph breaks the contract: the message names the field, what was expected and what was found.
   */
  | 'model-mismatch'
  /** The WebAssembly backend could not start (blocked by policy, or its file is missing). */
  | 'wasm'
  /** The worker threw or died, and was restarted as often as is allowed. */
  | 'worker-crashed';

/**
 * A failure that is not the caller's mistake. Whenever one is raised, the node goes on passing the delayed dry signal.
 * `message` says what was expected, what arrived and what to do; `cause` keeps the original error where there is one.
 */
export class DenoiseError extends Error {
  override readonly name = 'DenoiseError';
  readonly code: DenoiseErrorCode;

  constructor(code: DenoiseErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** An error as plain data, to cross a thread. */
export interface ErrorData {
  readonly code: DenoiseErrorCode;
  readonly message: string;
  readonly cause?: string;
}

/** Turns anything thrown into plain data; `fallback` is the code of an error that has none. */
export function toErrorData(error: unknown, fallback: DenoiseErrorCode): ErrorData {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof DenoiseError ? error.code : fallback;
  const cause = error instanceof Error && error.cause !== undefined ? String(error.cause) : undefined;
  return cause === undefined ? { code, message } : { code, message, cause };
}

/** Rebuilds on this side what {@link toErrorData} took apart on the other. */
export function fromErrorData(data: ErrorData): DenoiseError {
  return new DenoiseError(data.code, data.message, data.cause === undefined ? undefined : { cause: data.cause });
}
