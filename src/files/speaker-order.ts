/**
 * For each number of channels, which channel of a Vorbis or Opus file is the n-th of a WAV file. One, two and four have
 * the same order in both.
 */
const FROM_VORBIS: Readonly<Record<number, readonly number[]>> = {
  3: [0, 2, 1],
  5: [0, 2, 1, 3, 4],
  6: [0, 2, 1, 5, 3, 4],
  7: [0, 2, 1, 6, 5, 3, 4],
  8: [0, 2, 1, 7, 5, 6, 3, 4],
};

/**
 * Channels in the order of Vorbis (front left, centre, front right, …; https://xiph.org/vorbis/doc/Vorbis_I_spec.html,
 * 4.3.9) → in the order of WAV and FLAC (front left, front right, centre, low frequencies, …).
 */
export function toWavOrder<T>(channels: readonly T[]): readonly T[] {
  return FROM_VORBIS[channels.length]?.map((from) => channels[from]) ?? channels;
}
