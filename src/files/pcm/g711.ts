/**
 * In:     one byte of A-law or µ-law sound, as telephones have it, or a sample
 * Out:    the sample that it stands for, 16 bits, to coding.ts; or the byte
 * Thread: any
 *
 * ITU-T G.711, https://www.itu.int/rec/T-REC-G.711, whose 13 and 14 bits are shifted to the upper end of 16. A byte is
 * a sign, three bits of segment and four of interval; a segment's intervals are twice as wide as those of the one
 * below. What is given is the middle of the interval.
 */

/** Where the intervals of µ-law begin, so that each segment is twice the one below; and the end of the last. */
const MU_LAW_BIAS = 132;
const MU_LAW_MOST = 32635;

/** 8-bit A-law → 16 bits, ±8 … ±32256. */
export function expandedALaw(code: number): number {
  // Every other bit is turned on the line, so that silence has changes to keep clocks by.
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const interval = bits & 15;
  // The two lowest segments are of one width.
  const magnitude = segment === 0 ? 16 * interval + 8 : (16 * interval + 264) << (segment - 1);
  return (bits & 0x80) === 0 ? -magnitude : magnitude;
}

/** 8-bit µ-law → 16 bits, 0 … ±32124. */
export function expandedMuLaw(code: number): number {
  const bits = ~code & 0xff;
  const segment = (bits >> 4) & 7;
  const interval = bits & 15;
  const magnitude = ((8 * interval + MU_LAW_BIAS) << segment) - MU_LAW_BIAS;
  return (bits & 0x80) === 0 ? magnitude : 0 - magnitude;
}

/** 16 bits → 8-bit A-law, the interval in which the sample lies. */
export function compressedALaw(sample: number): number {
  // Intervals of negative samples begin at −1.
  const magnitude = sample < 0 ? ~sample : sample;
  const segment = Math.max(0, highestBit(magnitude) - 7);
  const interval = (magnitude >> (Math.max(1, segment) + 3)) & 15;
  return ((sample < 0 ? 0 : 0x80) | (segment << 4) | interval) ^ 0x55;
}

/** 16 bits → 8-bit µ-law, the interval in which the sample lies; what is louder than the loudest is that. */
export function compressedMuLaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), MU_LAW_MOST) + MU_LAW_BIAS;
  const segment = highestBit(magnitude) - 7;
  const interval = (magnitude >> (segment + 3)) & 15;
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | interval) & 0xff;
}

function highestBit(value: number): number {
  return 31 - Math.clz32(value);
}
