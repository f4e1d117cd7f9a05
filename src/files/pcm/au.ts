/**
 * In:     an AU file, wherever its bytes lie (byte-source.ts)
 * Out:    its layout, to pcm-reader.ts
 * Thread: any
 *
 * Six numbers of 32 bits, a note, and the samples to the end: Sun Microsystems, audio(7I), header in audio_filehdr.h.
 */
import type { ByteSource } from '../byte-source.ts';
import { requireChannels } from '../require-channels.ts';
import { requireRate } from '../require-rate.ts';
import { isZeros } from './chunks.ts';
import { type Coding, codedFrameBytes } from './coding.ts';
import { sizeOfData } from './data-size.ts';
import type { PcmLayout } from './pcm-reader.ts';
import { unreadCoding } from './unread-coding.ts';

const HEADER_BYTES = 24;
const SIZE_UNKNOWN = 0xffffffff;
const CODINGS: Readonly<Record<number, Coding>> = {
  1: 'mulaw',
  2: 'int8',
  3: 'int16be',
  4: 'int24be',
  5: 'int32be',
  6: 'float32be',
  7: 'float64be',
  27: 'alaw',
};

/** Reads the header. Throws an Error that says what was expected and found. */
export async function readAuLayout(source: ByteSource, begin: number): Promise<PcmLayout> {
  const head = await source.read(begin, HEADER_BYTES);
  if (head.length < HEADER_BYTES) throw new Error('expected a header of 24 bytes, found the end of the file');
  const view = new DataView(head.buffer, head.byteOffset);
  const [offset, claimed, code, sampleRateHz, channels] = [4, 8, 12, 16, 20].map((at) => view.getUint32(at));
  requireChannels(channels);
  requireRate(sampleRateHz);
  const coding = CODINGS[code];
  if (coding === undefined) throw unreadCoding(`format ${code}`);
  const start = begin + Math.max(HEADER_BYTES, offset);
  const frameBytes = codedFrameBytes({ channels, coding });
  const { bytes, warnings } = await sizeOfData(source, {
    start,
    claimedBytes: claimed === SIZE_UNKNOWN ? undefined : claimed,
    frameBytes,
    isOtherFrom: (end) => isZeros(source, end),
    mayWrap: true,
  });
  return { sampleRateHz, channels, coding, frames: Math.floor(bytes / frameBytes), dataStart: start, warnings };
}
