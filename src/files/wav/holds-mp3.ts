/**
 * In:     a file that begins as WAV does (byte-source.ts)
 * Out:    whether what is in it is MP3, to recognise.ts
 * Thread: any
 */
import type { ByteSource } from '../byte-source.ts';
import { riffChunks } from '../pcm/chunks.ts';
import { FORMAT_EXTENSIBLE, FORMAT_MP3 } from './wav-codes.ts';

/** More than any known file has before its format. */
const MOST_CHUNKS_BEFORE = 20;

/** Whether the format chunk, which stands before the samples, says so. */
export async function holdsMp3(source: ByteSource, begin: number): Promise<boolean> {
  const head = (await source.read(begin, 12)).slice();
  if (!/^(?:RIFF|RF64|BW64)[\s\S]{4}WAVE$/.test(String.fromCharCode(...head))) return false;
  const chunkAt = riffChunks('little');
  let position = begin + 12;
  for (let chunks = 0; chunks < MOST_CHUNKS_BEFORE; chunks++) {
    const chunk = await chunkAt(source, position);
    if (chunk === undefined || chunk.name === 'data') return false;
    if (chunk.name === 'fmt ') {
      const format = (await source.read(chunk.start, 26)).slice();
      const code = (at: number): number => format[at] + 256 * format[at + 1];
      return code(0) === FORMAT_MP3 || (code(0) === FORMAT_EXTENSIBLE && code(24) === FORMAT_MP3);
    }
    position = chunk.end;
  }
  return false;
}
