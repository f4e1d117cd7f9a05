import { DenoiseError } from '../shared/errors.ts';
import type { Milliseconds } from '../shared/units.ts';
import { inTime } from '../shared/waiting/in-time.ts';
import type { AudioFamily } from './audio-family.ts';
import { bundlerHint } from './bundler-hint.ts';

/**
 * How long a worker or worklet may take to load. A browser tells nothing of the bytes of a script that come, so this is
 * the time that the largest takes over a poor connection: 600 KB at 80 kbit/s.
 */
export const MODULE_PATIENCE_MS: Milliseconds = 60_000;

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
  const adding = (): Promise<void> =>
    inTime(family.addModule(context, attemptUrl(url, module.failures)), MODULE_PATIENCE_MS);
  module.adding ??= adding().catch((cause: unknown) => {
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
