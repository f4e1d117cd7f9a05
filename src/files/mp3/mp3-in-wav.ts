/**
 * In:     a WAV file that holds MP3 (recognise.ts), as ffmpeg and recorders of calls write it
 * Out:    a reader of its sound, to the command line and the file studio
 * Thread: any
 *
 * What its frames say counts. How many samples the fact chunk counts does not: some programs count the encoder's delay
 * and others leave it out, so that its end may be in the middle of the sound.
 */
import type { ByteSource } from '../byte-source.ts';
import { endOfRiffChunk, findChunks, isOtherThanSamples, riffChunks } from '../pcm/chunks.ts';
import { sizeOfData } from '../pcm/data-size.ts';
import { type Mp3Reader, openMp3 } from './mp3-reader.ts';

/**
 * Throws an Error with the reason where it cannot be read.
 * @param begin where in the file it begins, behind tags
 */
export async function openMp3InWav(
  source: ByteSource,
  begin: number,
  loadDecoder: () => Promise<WebAssembly.Module>,
): Promise<Mp3Reader> {
  const chunkAt = riffChunks('little');
  const data = (await findChunks(source, begin + 12, chunkAt, 'data')).get('data');
  if (data === undefined) throw new Error('expected a data chunk, found none: the file has no sound');
  const { start } = data;
  const { bytes: size, warnings } = await sizeOfData(source, {
    start,
    claimedBytes: data.bytes,
    frameBytes: 1,
    unit: 'bytes of MP3',
    isOtherFrom: async (end) =>
      isOtherThanSamples(source, await endOfRiffChunk(source, start, end - start, 'little'), chunkAt),
    mayWrap: true,
  });
  const mp3: ByteSource = {
    size,
    signal: source.signal,
    read: (position, length) => source.read(start + position, Math.max(0, Math.min(length, size - position))),
  };
  return openMp3(mp3, loadDecoder, warnings);
}
