import { DenoiseError, Denoiser } from '../engine/index.ts';
import { modelUrl } from '../node/bundled-models.ts';

const loaded = new Map<string, Promise<Denoiser>>();

/**
 * The model of a name, path or URL, for all streams of this thread: loaded once, and kept. Rejects with a DenoiseError;
 * then the next call tries again.
 */
export function loadModel(model: string): Promise<Denoiser> {
  const present = loaded.get(model);
  if (present !== undefined) return present;
  const loading = loadAnew(model);
  loaded.set(model, loading);
  loading.catch(() => loaded.delete(model));
  return loading;
}

async function loadAnew(model: string): Promise<Denoiser> {
  return Denoiser.load({ modelUrl: locate(model) });
}

function locate(model: string): string {
  try {
    return modelUrl(model);
  } catch (cause) {
    throw new DenoiseError('model-load', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
