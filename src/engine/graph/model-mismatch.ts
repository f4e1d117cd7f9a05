import { DenoiseError } from '../../shared/errors.ts';

/** A DenoiseError 'model-mismatch': the model's files do not keep the contract. */
export function modelMismatch(message: string, cause?: unknown): DenoiseError {
  return new DenoiseError('model-mismatch', message, cause === undefined ? undefined : { cause });
}

/** What went wrong, in the words of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
