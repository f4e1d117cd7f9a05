/**
 * The Int32 words that worklet, worker and page share about one node. Exactly one writer for each word.
 *
 * Memory order: every word is read and written with Atomics (sequentially consistent); samples are written before the
 * index that publishes them, and the doorbell is rung last. Float words hold the bits of a float32.
 *
 * In shared mode this is one Int32Array over a SharedArrayBuffer. In message mode each side keeps its own copy, and the
 * words of the other side arrive with its messages (see message-pipe.ts). The code that reads them does not know which
 * it is.
 *
 * In brackets: the writer of a word.
 */

/** [audio]  Noisy samples pushed since attach, wraps at 2³². */
export const NOISY_WRITE = 0;
/** [worker] Noisy samples taken. */
export const NOISY_READ = 1;
/** [worker] Enhanced samples published. */
export const ENHANCED_WRITE = 2;
/** [audio]  Enhanced samples taken. */
export const ENHANCED_READ = 3;
/** [worker] Value of NOISY_WRITE at which the next step is due; the worklet rings the doorbell from there on. */
export const NEXT_DUE = 4;
/** [audio]  Channels that carry a signal now; planes above are not computed. */
export const ACTIVE_CHANNELS = 5;
/** [audio]  attenuationLimit in dB, float bits. */
export const ATTENUATION_LIMIT = 6;
/** [audio]  Counts up when the streams must start anew (reset(), or noisy samples were lost). */
export const RESET_REQUEST = 7;
/** [worker] Last RESET_REQUEST that was carried out. */
export const RESET_DONE = 8;
/** [main]   A token; a side that sees it echoes it in its own PROBE word: the round trip that proves the route. */
export const PROBE_MAIN = 9;
export const PROBE_AUDIO = 10;
export const PROBE_WORKER = 11;
/** [worker] 1 while this node is shed because the machine cannot carry it; the worklet plays dry then. */
export const SHED = 12;
/** [worker] Counts up at every pass of the loop. If it stands still while the node is fed, the worker is dead. */
export const HEARTBEAT = 13;
/** [worker] Steps computed since attach. */
export const STEPS = 14;
/**
 * [worker] Time of one batched step shared out per stream, microseconds: median and 95th percentile, last 128 steps.
 */
export const STEP_MICROS_P50 = 15;
export const STEP_MICROS_P95 = 16;
/** [worker] Share of real time that the worker computes, all nodes together, in thousandths. */
export const LOAD_PERMILLE = 17;
/** [audio]  Total latency now, samples. */
export const LATENCY_SAMPLES = 18;
/** [audio]  Ring delay now, samples. */
export const RING_DELAY_SAMPLES = 19;
/** [audio]  Times the enhanced signal came too late since attach, and samples that were dry because of it. */
export const UNDERRUNS = 20;
export const UNDERRUN_SAMPLES = 21;
/** [audio]  Times the noisy ring was full (the worker stands still). */
export const OVERRUNS = 22;
/** [audio]  Render quanta processed. */
export const QUANTA = 23;
/** [audio]  Samples that were NaN or infinite and were replaced by 0. */
export const NON_FINITE_SAMPLES = 24;
/** [audio]  1 while the enhanced signal is what is heard (0: dry only). */
export const WET = 25;
/**
 * [audio]  Root mean square of input, output and enhanced since the last quantum pair, smoothed, float bits, linear.
 */
export const INPUT_RMS = 26;
export const OUTPUT_RMS = 27;
export const ENHANCED_RMS = 28;
/** [audio]  Enhanced samples that lie ready beyond what is due, smallest in the last second. */
export const SLACK_SAMPLES = 29;
/** [audio]  How much quieter the enhanced signal is than the dry one it lines up with, dB, smoothed, float bits. */
export const REDUCTION_DB = 30;
/** [audio]  How sure the worklet is that a voice is in the enhanced signal, 0 … 1, float bits. */
export const VOICE = 31;
/** [audio]  Frame of the context up to which all other words of this thread hold, wraps at 2³². Stored last. */
export const FRAME = 32;
/**
 * [worker] Times this node was shed: a worklet that slept meanwhile may find its node taken back, and must know that
 * the streams are new.
 */
export const SHEDDINGS = 33;
/** [audio]  Length of the bursts in which the device asks for its sound, samples; 0 where it asks evenly. */
export const BURST_SAMPLES = 34;
/** [worker] What the graph runs on: a place in kernel-names.ts. */
export const KERNELS = 35;
