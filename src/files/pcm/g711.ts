/**
 * In:     one byte of A-law or µ-law sound, as telephones have it
 * Out:    the sample that it stands for, 16 bits, to coding.ts
 * Thread: any
 *
 * ITU-T G.711, https://www.itu.int/rec/T-REC-G.711, whose 13 and 14 bits are shifted to the upper end of 16. A byte is
 * a sign, three bits of segment and four of interval; a segment's intervals are twice as wide as those of the one
 * below. What is given is the middle of the interval.
 */

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
  const magnitude = ((8 * interval + 132) << segment) - 132;
  return (bits & 0x80) === 0 ? magnitude : 0 - magnitude;
}
