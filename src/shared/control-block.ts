import * as Word from './control-words.ts';

/** The control words by name; see their table in control-words.ts. */
export { Word };

/** Words in a control block (room for more is kept so that layouts stay stable). */
export const CONTROL_WORDS = 64;

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
