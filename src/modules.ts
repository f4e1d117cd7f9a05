import type { AudioFamily } from './audio-family.ts';
import { DenoiseError } from './errors.ts';

/** Which modules each context has, or is fetching. Contexts are held weakly. */
const modulesOf = new WeakMap<BaseAudioContext, Map<string, Promise<void>>>();

/**
 * Adds the worklet module to a context, once however often it is asked for. Rejects with a DenoiseError 'module-load';
 * a failure is forgotten, so that the next node tries again. [main]
 */
export function addModuleOnce(family: AudioFamily, context: BaseAudioContext, url: string): Promise<void> {
  const modules = modulesOf.get(context) ?? new Map<string, Promise<void>>();
  modulesOf.set(context, modules);
  const known = modules.get(url);
  if (known !== undefined) return known;
  const adding = family.addModule(context, url).catch((cause: unknown) => {
    modules.delete(url);
    throw new DenoiseError(
      'module-load',
      `The audio worklet module ${url} did not load. Serve denoise-processor.js there as JavaScript, or pass its URL as assets.worklet; a content security policy must allow it (script-src).`,
      { cause },
    );
  });
  modules.set(url, adding);
  return adding;
}
