import { CONTROL_WORDS, Word } from '../shared/control-block.ts';
import type { SharedStreamMemory, TransportEnd, TransportMode } from '../shared/protocol.ts';
import type { Hertz, Samples } from '../shared/units.ts';

/** How long the worker may stand still before noisy samples are lost. */
const STANDSTILL_SECONDS = 0.2;
/** How long both threads may take to prove that they see the same memory. */
const PROBE_MS = 1500;
const PROBE_INTERVAL_MS = 4;

/** A route for samples, not yet handed out: one end for each thread, and the control words as the page sees them. */
export interface Transport {
  readonly mode: TransportMode;
  readonly workerEnd: TransportEnd;
  readonly workletEnd: TransportEnd;
  /** The shared words themselves, or the page's copy of them in message mode. */
  readonly words: Int32Array;
  /** What both threads are to echo; 0 in message mode, whose proof is the message itself. */
  readonly token: number;
}

/** Makes a new route. A route is never used twice: after a crash its indices are worth nothing. [main] */
export function createTransport(
  mode: TransportMode,
  bell: Int32Array<SharedArrayBuffer> | undefined,
  channels: number,
  ringSamples: Samples,
): Transport {
  if (mode === 'message' || bell === undefined) {
    const { port1, port2 } = new MessageChannel();
    return {
      mode: 'message',
      workerEnd: { mode: 'message', port: port1, channels, ringSamples },
      workletEnd: { mode: 'message', port: port2, channels, ringSamples },
      words: new Int32Array(CONTROL_WORDS),
      token: 0,
    };
  }
  const planes = channels * ringSamples * Float32Array.BYTES_PER_ELEMENT;
  const memory: SharedStreamMemory = {
    control: new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT),
    noisy: new SharedArrayBuffer(planes),
    enhanced: new SharedArrayBuffer(planes),
    bell: bell.buffer,
    channels,
    ringSamples,
  };
  const words = new Int32Array(memory.control);
  const token = 1 + Math.floor(Math.random() * 0x7ffffffe);
  Atomics.store(words, Word.PROBE_MAIN, token);
  const end: TransportEnd = { mode: 'shared', memory };
  return { mode: 'shared', workerEnd: end, workletEnd: end, words, token };
}

/**
 * Ring length, a power of two: a hop (or what a block is advanced by) that fills, all the prefill there may be, and a
 * standstill of the worker.
 */
export function ringSamplesFor(hopWaitSamples: Samples, maxPrefillSamples: Samples, contextRateHz: Hertz): Samples {
  const needed = hopWaitSamples + maxPrefillSamples + STANDSTILL_SECONDS * contextRateHz;
  return 2 ** Math.ceil(Math.log2(needed));
}

/** What is known about a route after its ends were handed out. */
export type RouteProof = 'proved' | 'audio-asleep' | 'broken';

/**
 * Waits until both threads have echoed the token through the memory. An audio thread that is suspended may not have
 * read its post, so its silence counts as 'audio-asleep' unless the context runs. [main]
 */
export async function proveRoute(transport: Transport, context: BaseAudioContext): Promise<RouteProof> {
  if (transport.mode === 'message') return 'proved';
  const deadline = performance.now() + PROBE_MS;
  while (!(workerEchoed(transport) && audioEchoed(transport)) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, PROBE_INTERVAL_MS));
  }
  if (!workerEchoed(transport)) return 'broken';
  if (audioEchoed(transport)) return 'proved';
  return context.state === 'running' ? 'broken' : 'audio-asleep';
}

export function audioEchoed({ words, token }: Transport): boolean {
  return Atomics.load(words, Word.PROBE_AUDIO) === token;
}

function workerEchoed({ words, token }: Transport): boolean {
  return Atomics.load(words, Word.PROBE_WORKER) === token;
}
