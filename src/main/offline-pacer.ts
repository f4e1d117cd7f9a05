/**
 * An OfflineAudioContext renders as fast as it can, and without shared memory its worklet cannot wait for the worker.
 * So rendering is paused every few quanta until all nodes of the context have what is due. One pacer serves all nodes
 * of a context, because two pauses at one frame are an error. [main]
 */
import type { Samples } from '../shared/units.ts';

/** Time of audio between two pauses; about what a step of `base` takes, so that it adds little latency. */
const PACE_SECONDS = 0.008;
const DEFAULT_QUANTUM_SAMPLES = 128;

/** Asks one node to settle: resolves when the sound that is due is there, or will not come. */
export type Settle = () => Promise<void>;

interface Pacer {
  readonly members: Set<Settle>;
}

const pacers = new WeakMap<OfflineAudioContext, Pacer>();

/** Whether rendering can be paused at all (Firefox and standardized-audio-context cannot). */
export function canPace(context: OfflineAudioContext): boolean {
  return typeof context.suspend === 'function';
}

/** Samples between pauses: also the prefill, so that what is computed after one pause is there at the next. */
export function paceSamples(context: OfflineAudioContext): Samples {
  const quantum = (context as { renderQuantumSize?: number }).renderQuantumSize ?? DEFAULT_QUANTUM_SAMPLES;
  return Math.max(1, Math.floor((PACE_SECONDS * context.sampleRate) / quantum)) * quantum;
}

/** Adds a node of a context whose rendering has not begun. Returns how to take it out again. */
export function joinPacer(context: OfflineAudioContext, settle: Settle): () => void {
  let pacer = pacers.get(context);
  if (pacer === undefined) {
    pacer = { members: new Set() };
    pacers.set(context, pacer);
    schedulePause(context, pacer, paceSamples(context));
  }
  const { members } = pacer;
  members.add(settle);
  return () => members.delete(settle);
}

function schedulePause(context: OfflineAudioContext, pacer: Pacer, frame: Samples): void {
  if (frame >= context.length) return;
  // Half a sample early: the time is rounded up to a quantum, and must not be rounded past the intended one.
  const pausing = context.suspend((frame - 0.5) / context.sampleRate);
  const paused = async (): Promise<void> => {
    await Promise.all([...pacer.members].map((settle) => settle()));
    if (pacer.members.size > 0) schedulePause(context, pacer, frame + paceSamples(context));
    else pacers.delete(context);
    await context.resume();
  };
  // Where the app pauses at this very frame, its pause has precedence, and ours comes at the next chance.
  pausing.then(paused, () => schedulePause(context, pacer, frame + paceSamples(context)));
}
