/**
 * The most channels that a recording may have, whatever its format. More mean a damaged header, and each takes memory
 * before the first sample has been seen.
 */
export const MOST_CHANNELS = 64;

/** Throws an Error for numbers of channels that no reader takes. */
export function requireChannels(channels: number): void {
  if (channels === 0) throw new Error('expected at least one channel, found none: the header is damaged');
  if (channels > MOST_CHANNELS)
    throw new Error(`expected at most ${MOST_CHANNELS} channels, found ${channels}: the header is damaged`);
}
