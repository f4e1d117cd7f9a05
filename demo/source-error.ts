/** What getUserMedia's rejections mean to a visitor, by the names of the Media Capture specification. */
const MICROPHONE_FAILURES: Readonly<Record<string, string>> = {
  NotAllowedError:
    'This page may not use the microphone. Allow it through the icon beside the address, then start again. ' +
    'Or try a sample.',
  SecurityError:
    'This page may not use the microphone: a policy of this browser or of the page around it forbids it. Try a sample.',
  AbortError: 'The microphone did not start. Unplug it, plug it in again, and start once more.',
  NotFoundError: 'No microphone was found. Plug one in and start again, or try a sample.',
  NotReadableError: 'The microphone does not answer. Close other programs that use it, then start again.',
  OverconstrainedError: 'The chosen microphone is gone. Choose another one, then start again.',
};

/** A source that could not be opened. The message is for the visitor, and says what to do. */
export class SourceError extends Error {
  override readonly name = 'SourceError';

  /** @param cause what getUserMedia rejected with */
  static ofMicrophone(cause: unknown): SourceError {
    const name = cause instanceof Error ? cause.name : '';
    const message =
      MICROPHONE_FAILURES[name] ??
      `The microphone did not start (${name || String(cause)}). Choose another one, or try a sample.`;
    return new SourceError(message, { cause });
  }
}
