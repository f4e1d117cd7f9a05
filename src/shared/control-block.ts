/**
 * The Int32 words that worklet, worker and page share about one node. Exactly one writer for each word.
 *
 * Memory order: every word is read and written with Atomics (sequentially consistent); samples are written before the
 * index that publishes them, and the doorbell is rung last. Float words hold the bits of a float32.
 *
 * In shared mode this is one Int32Array over a SharedArrayBuffer. In message mode each side keeps its own copy and the
 * words of the other side arrive with its messages (see message-pipe.ts); the code that reads them does not know.
 */
export const Word = {
  // word                    writer   readers         meaning
  /** [audio]  Noisy samples pushed since attach, wraps at 2³². */
  NOISY_WRITE: 0,
  /** [worker] Noisy samples taken. */
  NOISY_READ: 1,
  /** [worker] Enhanced samples published. */
  ENHANCED_WRITE: 2,
  /** [audio]  Enhanced samples taken. */
  ENHANCED_READ: 3,
  /** [worker] Value of NOISY_WRITE at which the next step is due; the worklet rings the doorbell from there on. */
  NEXT_DUE: 4,
  /** [audio]  Channels that carry signal now; planes above are not to be computed. */
  ACTIVE_CHANNELS: 5,
  /** [audio]  attenuationLimit in dB, float bits. */
  ATTENUATION_LIMIT: 6,
  /** [audio]  Counts up when the streams must start anew (reset(), or noisy samples were lost). */
  RESET_REQUEST: 7,
  /** [worker] Last RESET_REQUEST that was carried out. */
  RESET_DONE: 8,
  /** [main]   A token; a side that sees it echoes it in its own PROBE word: the round trip that proves the route. */
  PROBE_MAIN: 9,
  PROBE_AUDIO: 10,
  PROBE_WORKER: 11,
  /** [worker] 1 while this node is shed because the machine cannot carry it; the worklet then plays dry. */
  SHED: 12,
  /** [worker] Counts up at every pass of the loop; a node that is fed while it stands still has a dead worker. */
  HEARTBEAT: 13,
  /** [worker] Steps computed since attach. */
  STEPS: 14,
  /**
   * [worker] Time of one batched step shared out per stream, microseconds: median and 95th percentile, last 128 steps.
   */
  STEP_MICROS_P50: 15,
  STEP_MICROS_P95: 16,
  /** [worker] Share of real time that the worker computes, all nodes together, in thousandths. */
  LOAD_PERMILLE: 17,
  /** [audio]  Total latency now, samples. */
  LATENCY_SAMPLES: 18,
  /** [audio]  Ring delay now, samples. */
  RING_DELAY_SAMPLES: 19,
  /** [audio]  Times the enhanced signal came too late since attach, and samples that were dry because of it. */
  UNDERRUNS: 20,
  UNDERRUN_SAMPLES: 21,
  /** [audio]  Times the noisy ring was full (the worker stands still). */
  OVERRUNS: 22,
  /** [audio]  Render quanta processed. */
  QUANTA: 23,
  /** [audio]  Samples that were NaN or infinite and were replaced by 0. */
  NON_FINITE_SAMPLES: 24,
  /** [audio]  1 while the enhanced signal is what is heard (0: dry only). */
  WET: 25,
  /**
   * [audio]  Root mean square of input, output and enhanced since the last quantum pair, smoothed, float bits, linear.
   */
  INPUT_RMS: 26,
  OUTPUT_RMS: 27,
  ENHANCED_RMS: 28,
  /** [audio]  Enhanced samples that lie ready beyond what is due, smallest in the last second. */
  SLACK_SAMPLES: 29,
  /** [audio]  How much quieter the enhanced signal is than the dry one it lines up with, dB, smoothed, float bits. */
  REDUCTION_DB: 30,
  /** [audio]  How sure the worklet is that a voice is in the enhanced signal, 0 … 1, float bits. */
  VOICE: 31,
  /** [audio]  Frame of the context up to which all other words of this thread tell, wraps at 2³². Stored last. */
  FRAME: 32,
  /**
   * [worker] Times this node was shed: one that slept meanwhile may find itself taken back, and has to know that its
   * streams are new.
   */
  SHEDDINGS: 33,
} as const;

/** Words in a control block (room for more is kept so that layouts stay stable). */
export const CONTROL_WORDS = 64;

/** Words that the worker writes; all others but PROBE_MAIN are the worklet's. See {@link Word}. */
export const WORKER_WORDS: readonly number[] = [
  Word.NOISY_READ,
  Word.ENHANCED_WRITE,
  Word.NEXT_DUE,
  Word.RESET_DONE,
  Word.PROBE_WORKER,
  Word.SHED,
  Word.SHEDDINGS,
  Word.HEARTBEAT,
  Word.STEPS,
  Word.STEP_MICROS_P50,
  Word.STEP_MICROS_P95,
  Word.LOAD_PERMILLE,
];

/** Words that the worklet writes. */
export const WORKLET_WORDS: readonly number[] = Array.from({ length: CONTROL_WORDS }, (_, word) => word).filter(
  (word) => word !== Word.PROBE_MAIN && !WORKER_WORDS.includes(word),
);

/** The words of the one doorbell that all nodes of a worker ring. */
export const BellWord = {
  /** [audio, main] Counts up at each ring; the worker waits on the value it last saw. */
  BELL: 0,
  /** [main] Messages posted to the worker: it leaves its wait until it has handled that many. */
  MAIL: 1,
} as const;
export const BELL_WORDS = 4;

const floatBits = new Float32Array(1);
const intBits = new Int32Array(floatBits.buffer);

/** Bits of a float32 as an Int32 word. Does not allocate. */
export function floatToWord(value: number): number {
  floatBits[0] = value;
  return intBits[0];
}

/** Float32 whose bits are the given word. Does not allocate. */
export function wordToFloat(word: number): number {
  intBits[0] = word;
  return floatBits[0];
}
