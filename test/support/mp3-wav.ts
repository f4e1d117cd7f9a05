/** WAV files with MP3 in them, as ffmpeg writes them. */
import { joined } from './ogg-pages.ts';

const UTF8 = new TextEncoder();

export interface Mp3WavOptions {
  /** What the header says of the sound's length, bytes. */
  readonly claimedBytes?: number;
  /** Chunks before the format, and after the sound. */
  readonly before?: Uint8Array;
  readonly after?: Uint8Array;
  readonly isExtensible?: boolean;
}

/** A chunk, with a byte of filling where its size is odd. */
export function chunk(name: string, content: Uint8Array, size = content.length): Uint8Array {
  const header = new Uint8Array(8);
  header.set(UTF8.encode(name));
  new DataView(header.buffer).setUint32(4, size, true);
  return joined(header, content, new Uint8Array(content.length % 2));
}

/** Frames of MP3 at 44.1 kHz in two channels, in a WAV file. */
export function mp3Wav(mp3: Uint8Array, options: Mp3WavOptions = {}): Uint8Array {
  const { claimedBytes, before = new Uint8Array(), after = new Uint8Array(), isExtensible = false } = options;
  const format = new DataView(new ArrayBuffer(isExtensible ? 40 : 30));
  format.setUint16(0, isExtensible ? 0xfffe : 0x55, true);
  format.setUint16(2, 2, true);
  format.setUint32(4, 44100, true);
  format.setUint32(8, 16000, true);
  format.setUint16(12, 1152, true);
  format.setUint16(16, isExtensible ? 22 : 12, true);
  if (isExtensible) format.setUint16(24, 0x55, true);
  // What ffmpeg counts: the encoder's delay and the sound, without what fills the last frame up.
  const fact = Uint8Array.of(0xe8, 0x48, 0, 0);
  const chunks = joined(
    UTF8.encode('WAVE'),
    before,
    chunk('fmt ', new Uint8Array(format.buffer)),
    chunk('fact', fact),
    chunk('data', mp3, claimedBytes),
    after,
  );
  return chunk('RIFF', chunks);
}
