/**
 * In:     a file of uncompressed sound (byte-source.ts), where its samples begin, and what its header claims
 * Out:    how many of its bytes are samples, to the readers of WAV, AIFF and others
 * Thread: any
 *
 * Headers are written before recordings and corrected after them: by recorders that die, into pipes, and in 32 bits
 * where more are needed. So what a header claims is held against what follows the samples.
 */
import { type ByteSource, isPipe } from '../byte-source.ts';
import { isZeros } from './chunks.ts';

/** The samples of a file as they are found. */
export interface DataSize {
  readonly bytes: number;
  readonly warnings: readonly string[];
}

export interface ClaimedData {
  /** Position of the first sample. */
  readonly start: number;
  /** What the header says, bytes; undefined where it says that they go on to the end. */
  readonly claimedBytes: number | undefined;
  readonly frameBytes: number;
  /** What {@link frameBytes} are, for a sentence; samples per channel without it. */
  readonly unit?: string;
  /** Whether all that follows a position is known to be something else than samples: chunks, tags, filling. */
  readonly isOtherFrom: (position: number) => Promise<boolean>;
  /** Of formats whose size has 32 bits. */
  readonly mayWrap: boolean;
}

/** Zeros that fill a file up to the end of a block of its medium are not worth a word. */
const BLOCK_BYTES = 1 << 16;

/** Bytes of samples that are in the file, whatever its header claims. */
export async function sizeOfData(source: ByteSource, data: ClaimedData): Promise<DataSize> {
  const { start, claimedBytes: claimed, frameBytes, isOtherFrom, unit = 'samples per channel' } = data;
  const there = Math.max(0, source.size - start);
  const framesIn = (bytes: number): number => Math.floor(bytes / frameBytes);
  const inUnits = (bytes: number): string => `${framesIn(bytes)} ${unit}`;
  if (claimed === undefined) return { bytes: there, warnings: [] };
  // A pipe: pcm-stream-reader.ts sees what comes.
  if (isPipe(source)) return { bytes: isSizeOfStream(claimed) ? there : claimed, warnings: [] };
  if (claimed > there) {
    if (isSizeOfStream(claimed)) return { bytes: there, warnings: [] };
    if (framesIn(there) === 0) throw new Error(`found no sound, where the header promises ${inUnits(claimed)}`);
    return {
      bytes: there,
      warnings: [`the header promises ${inUnits(claimed)}, the file ends after ${framesIn(there)}`],
    };
  }
  for (let bytes = claimed; bytes <= there; bytes += 2 ** 32) {
    // Less than a sample is nothing that could be heard.
    if (there - bytes < frameBytes || (await isOtherFrom(start + bytes)))
      return { bytes, warnings: bytes === claimed ? [] : [wrappedString(inUnits(claimed), framesIn(bytes))] };
    if (!data.mayWrap) break;
  }
  if (claimed === 0) {
    return {
      bytes: there,
      warnings: [`the header says that there are no samples: all ${there} bytes after it are taken for samples`],
    };
  }
  if (await isZeros(source, start + claimed)) {
    const zeros = there - claimed;
    return {
      bytes: claimed,
      warnings: zeros < BLOCK_BYTES ? [] : [`${zeros} bytes of zeros after the samples are left out`],
    };
  }
  return {
    bytes: there,
    warnings: [
      `the header says ${inUnits(claimed)}, as when a recorder is interrupted: ` +
        `all ${framesIn(there)} that are in the file are read`,
    ],
  };
}

/**
 * What recorders write before they know the length, and leave there in a pipe: the largest size that they know, less a
 * header or rounded. sox has 0x7ffff000, and 0x7f000000 in AIFF; arecord 0x7fffff00 or 0x80000000; ffmpeg 0xffffffff,
 * and in Wave64 2^63 − 1.
 */
function isSizeOfStream(claimed: number): boolean {
  return (
    claimed >= 2 ** 62 || [0x7f000000, 2 ** 31, 2 ** 32].some((most) => claimed <= most && claimed >= most - 0x1000)
  );
}

function wrappedString(claimed: string, found: number): string {
  return (
    `the header says ${claimed}, because a file of more than 4 GiB has no room for its size ` +
    `there: all ${found} that are in the file are read`
  );
}
