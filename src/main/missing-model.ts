/**
 * In:     an error of a route that did not open, and the model that was asked for, from session.ts
 * Out:    the error that the app is told
 * Thread: [main]
 */
import { DenoiseError } from '../shared/errors.ts';
import { DEFAULT_OPTIONS, isModelName } from './options.ts';

/** Where a model that was asked for by name is missing, the message also says that there is another package of them. */
export function explainMissing(error: unknown, model: string | URL): unknown {
  if (!(error instanceof DenoiseError) || error.code !== 'model-load') return error;
  if (!isModelName(model) || model === DEFAULT_OPTIONS.model) return error;
  const more =
    'Models such as unet-8k come with another package: npm install denoise-node-classic-models, ' +
    'serve it, and give the URL.';
  return new DenoiseError(error.code, `${error.message} ${more}`, { cause: error.cause });
}
