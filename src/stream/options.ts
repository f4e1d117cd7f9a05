import type { DenoiseOptions } from '../index.ts';
import { quoted } from '../shared/quoted.ts';

/** Settings of a DenoisedTrack: those of its node, and these. */
export interface DenoisedTrackOptions extends DenoiseOptions {
  /**
   * Context to work in, which the app resumes and closes. Default: one of its own, which runs as soon as the browser
   * lets it, after a gesture on the page at the latest, and is closed by `dispose`.
   */
  context?: AudioContext;
  /**
   * Whether a microphone is asked to cancel echoes and to leave out the browser's own noise suppression and gain, by
   * `applyConstraints`. Default true; `processing` tells what became of it, and how it is where nothing is asked.
   */
  constrainInput?: boolean;
  /**
   * Whether a phone is asked to let the page go on behind a locked screen or another app, where its platform has
   * something for that. The person may see it as media that play. Default false.
   */
  background?: boolean;
}

/** Checks what is not the node's: a TypeError says what was expected and what was given. */
export function requireOptions(options: DenoisedTrackOptions): DenoisedTrackOptions {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`DenoisedTrack options: expected an object, got ${quoted(options)}.`);
  for (const name of ['constrainInput', 'background'] as const)
    if (options[name] !== undefined && typeof options[name] !== 'boolean')
      throw new TypeError(`DenoisedTrack option "${name}": expected true or false, got ${quoted(options[name])}.`);
  return options;
}
