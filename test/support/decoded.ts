/** What the readers of recordings give, as a whole. */
import { openAudio } from '../../src/cli/formats/open-audio.ts';
import type { AudioReader } from '../../src/files/audio-file.ts';
import { bytesSource } from '../../src/files/byte-source.ts';

export interface Decoded {
  readonly reader: AudioReader;
  readonly planes: Float32Array[];
  readonly warnings: readonly string[];
}

/** Reads a file of any format to its end. */
export async function decode(bytes: Uint8Array, piece = 4800): Promise<Decoded> {
  return drain((await openAudio(bytesSource(bytes))).reader, piece);
}

/** Reads to the end, `piece` frames at a time. */
export async function drain(reader: AudioReader, piece = 4800): Promise<Decoded> {
  const into = Array.from({ length: reader.channels }, () => new Float32Array(piece));
  const parts: Float32Array[][] = into.map(() => []);
  for (let count = await reader.read(into, 0, piece); count > 0; count = await reader.read(into, 0, piece)) {
    for (const [c, plane] of into.entries()) parts[c].push(plane.slice(0, count));
  }
  reader.close();
  const planes = parts.map((pieces) => Float32Array.from(pieces.flatMap((part) => [...part])));
  return { reader, planes, warnings: reader.warnings };
}
