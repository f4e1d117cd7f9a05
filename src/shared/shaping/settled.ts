/** Below this nobody hears anything, and what decays on beyond it ends in denormal numbers, which are slow. */
const FLOOR = 1e-20;
/** Far beyond any sound; also what NaN is not below. */
const CEILING = 1e9;

/** What a filter goes on remembering: its state, or 0 where that is inaudible or not a number. Does not allocate. */
export function settled(state: number): number {
  const size = Math.abs(state);
  return size > FLOOR && size < CEILING ? state : 0;
}
