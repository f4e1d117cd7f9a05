import { CONTROL_WORDS, Word } from './control-block.ts';

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
  Word.KERNELS,
];

/** Words that the worklet writes. */
export const WORKLET_WORDS: readonly number[] = Array.from({ length: CONTROL_WORDS }, (_, word) => word).filter(
  (word) => word !== Word.PROBE_MAIN && !WORKER_WORDS.includes(word),
);
