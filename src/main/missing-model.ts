/**
 * In:     an error of a route that did not open, and the model that was asked for, from supervisor.ts
 * Out:    the error that the app is told
 * Thread: [main]
 */
import { DenoiseError } from '../shared/errors.ts';
import { bundledFiles, isBundledModel } from './bundled-files.ts';
import { isModelName } from './options.ts';

const OTHER_PACKAGE =
  'Models such as unet-8k come with another package: npm install denoise-node-classic-models, serve it, ' +
  'and give the URL.';

/** Where a model that was asked for by name is missing, the message also says that there is another package of them. */
export function explainMissing(error: unknown, model: string | URL): unknown {
  if (!(error instanceof DenoiseError) || error.code !== 'model-load') return error;
  if (!isModelName(model) || isBundledModel(model)) return error;
  return new DenoiseError(error.code, `${error.message} ${OTHER_PACKAGE}`, { cause: error.cause });
}

/** A name that no model of this package has, and no folder of others was given. */
export function unknownModel(name: string): DenoiseError {
  const names = Object.keys(bundledFiles.models).join(', ');
  return new DenoiseError(
    'model-load',
    `Expected the name of a model that comes with denoise-node (${names}), got "${name}". ${OTHER_PACKAGE}`,
  );
}
