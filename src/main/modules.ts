import { DenoiseError } from '../shared/errors.ts';
import type { AudioFamily } from './audio-family.ts';
import { bundlerHint } from './bundler-hint.ts';

/** A module of one context: being fetched or there, and how often that has failed. */
interface Module {
  adding: Promise<void> | undefined;
  failures: number;
}

/** Contexts are held weakly. */
const modulesOf = new WeakMap<BaseAudioContext, Map<string, Module>>();

/**
 * Adds the worklet module to a context, once, however often it is asked for. Rejects with a DenoiseError 'module-load';
 * after a failure the next call fetches it anew. [main]
 */
export function addModuleOnce(family: AudioFamily, context: BaseAudioContext, url: string): Promise<void> {
  const modules = modulesOf.get(context) ?? new Map<string, Module>();
  modulesOf.set(context, modules);
  const module = modules.get(url) ?? { adding: undefined, failures: 0 };
  modules.set(url, module);
  module.adding ??= family.addModule(context, attemptUrl(url, module.failures)).catch((cause: unknown) => {
    module.adding = undefined;
    module.failures += 1;
    throw new DenoiseError(
      'module-load',
      `The audio worklet module ${url} did not load. Serve denoise-processor.js there as JavaScript, or pass its URL ` +
        'as assets.worklet; a content security policy must allow it (script-src).' +
        bundlerHint(url),
      { cause },
    );
  });
  return module.adding;
}

/**
 * A context remembers for good that a URL gave no module ("module responses map" in
 * https://html.spec.whatwg.org/#worklets; Chromium ignores fragments), so another attempt needs another URL. Static
 * servers ignore a query.
 */
function attemptUrl(url: string, failures: number): string {
  const again = new URL(url);
  // A blob, or data in the URL itself, will not be there later either.
  if (failures === 0 || !again.protocol.startsWith('http')) return url;
  again.searchParams.set('again', String(failures));
  return again.href;
}
