/**
 * In:     a file whose samples a decoder has to make (src/files/recognise.ts)
 * Out:    a reader of them, to open-recording.ts
 * Thread: [main]
 *
 * The readers of the command line, and the decoders with them: a bundle of its own, which is fetched when the first
 * such file comes.
 */
import type { AudioReader } from '../../src/files/audio-file.ts';
import type { ByteSource } from '../../src/files/byte-source.ts';
import { openMp3InWav } from '../../src/files/mp3/mp3-in-wav.ts';
import { openMp3 } from '../../src/files/mp3/mp3-reader.ts';
import { openOgg } from '../../src/files/ogg/ogg-reader.ts';
import type { FileKind, Recognised } from '../../src/files/recognise.ts';

let compiling: Promise<WebAssembly.Module> | undefined;

/**
 * Opens a file of one of the kinds that are decoded here; a file of no known kind may be MP3 behind anything. Throws an
 * Error with the reason where it cannot be read.
 */
export async function openCompressed(
  source: ByteSource,
  found: Recognised | undefined,
): Promise<{ kind: FileKind; reader: AudioReader }> {
  if (found === undefined || found.kind === 'MP3')
    return { kind: 'MP3', reader: await openMp3(source, loadMp3Decoder) };
  if (found.kind === 'MP3 in WAV')
    return { kind: found.kind, reader: await openMp3InWav(source, found.start, loadMp3Decoder) };
  return openOgg(source);
}

function loadMp3Decoder(): Promise<WebAssembly.Module> {
  compiling ??= compile(new URL('../../wasm/minimp3.wasm', import.meta.url)).catch((cause) => {
    // The next file tries again.
    compiling = undefined;
    throw cause;
  });
  return compiling;
}

/** Not from a stream: some hosts serve it as another type than that takes. */
async function compile(url: URL): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await (await fetch(url)).arrayBuffer());
}
