import { CONTROL_WORDS, Word } from '../shared/control-block.ts';
import type { PipeEndData, PipeMode, SharedPipeMemory } from '../shared/protocol.ts';
import type { Hertz, Samples } from '../shared/units.ts';

/** How long the worker may stand still before noisy samples are lost. */
const STANDSTILL_SECONDS = 0.2;

/** A pipe that is not yet handed out: an end for each thread, and the control words as the page sees them. */
export interface Pipe {
  readonly mode: PipeMode;
  readonly workerEnd: PipeEndData;
  readonly workletEnd: PipeEndData;
  /** The shared words themselves, or the page's copy of them in message mode. */
  readonly words: Int32Array;
  /** What both threads must echo; 0 in message mode, where a message that arrives is proof enough. */
  readonly token: number;
}

/** Makes a new pipe. A pipe is never used twice: after a crash its indices are worth nothing. [main] */
export function createPipe(
  mode: PipeMode,
  bell: Int32Array<SharedArrayBuffer> | undefined,
  channels: number,
  ringSamples: Samples,
): Pipe {
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
  const memory: SharedPipeMemory = {
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
  const end: PipeEndData = { mode: 'shared', memory };
  return { mode: 'shared', workerEnd: end, workletEnd: end, words, token };
}

/** Ring length, a power of two: the longest ring delay there may be, and a standstill of the worker. */
export function ringSamplesFor(longestRingDelay: Samples, contextRateHz: Hertz): Samples {
  const needed = longestRingDelay + STANDSTILL_SECONDS * contextRateHz;
  return 2 ** Math.ceil(Math.log2(needed));
}
