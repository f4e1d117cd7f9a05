/**
 * In:     a pipe whose two ends were handed out
 * Out:    whether worklet and worker meet in its memory
 * Thread: [main]
 */
import { Word } from '../shared/control-block.ts';
import type { Pipe } from './create-pipe.ts';

/** How long both threads may take to prove that they see the same memory. */
const PROBE_MS = 1500;
const PROBE_INTERVAL_MS = 4;

/** What is known about a route after its ends were handed out. */
export type RouteProof = 'proved' | 'audio-asleep' | 'broken';

/**
 * Waits until both threads have echoed the token through the memory. An audio thread that is suspended may not have
 * read its messages, so its silence counts as 'audio-asleep' unless the context runs. [main]
 */
export async function proveRoute(pipe: Pipe, context: BaseAudioContext): Promise<RouteProof> {
  if (pipe.mode === 'message') return 'proved';
  const deadline = performance.now() + PROBE_MS;
  while (!(workerEchoed(pipe) && audioEchoed(pipe)) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, PROBE_INTERVAL_MS));
  }
  if (!workerEchoed(pipe)) return 'broken';
  if (audioEchoed(pipe)) return 'proved';
  return context.state === 'running' ? 'broken' : 'audio-asleep';
}

export function audioEchoed({ words, token }: Pipe): boolean {
  return Atomics.load(words, Word.PROBE_AUDIO) === token;
}

function workerEchoed({ words, token }: Pipe): boolean {
  return Atomics.load(words, Word.PROBE_WORKER) === token;
}
