import { DenoiseError } from '../../shared/errors.ts';
import { shortened } from '../../shared/quoted.ts';

/** A DenoiseError 'model-mismatch': the model's files do not keep the contract. */
export function modelMismatch(message: string, cause?: unknown): DenoiseError {
  return new DenoiseError('model-mismatch', message, cause === undefined ? undefined : { cause });
}

/** What was thrown, as a short message. */
export function reasonOf(error: unknown): string {
  return shortened(error instanceof Error ? error.message : String(error));
}
