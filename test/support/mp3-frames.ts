import { bytesSource } from '../../src/files/byte-source.ts';
import { FrameScanner } from '../../src/files/mp3/mp3-scanner.ts';

/** The frames of an MP3 file, without its tags. */
export async function framesOf(file: Uint8Array): Promise<Uint8Array[]> {
  const scanner = new FrameScanner(bytesSource(file));
  const frames: Uint8Array[] = [];
  for (let frame = await scanner.next(); frame !== undefined; frame = await scanner.next())
    frames.push(frame.bytes.slice());
  return frames;
}
