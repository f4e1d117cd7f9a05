/**
 * In:     frames of an MP3 file (mp3-reader.ts)
 * Out:    their sound, planar
 * Thread: any
 *
 * minimp3 in WebAssembly (minimp3-wasm), which takes whole files.
 */
import { type FrameHeader, HEADER_BYTES } from './mp3-frame.ts';
import { takenFrames } from './mp3-reservoir.ts';

/** Exports of the decoder's module. */
export interface Decoder {
  readonly memory: WebAssembly.Memory;
  decoder_init(): void;
  decoder_set_mp3_data_size(bytes: number): void;
  decoder_mp3_data_offset(): number;
  decoder_decode(seconds: number): void;
  decoder_pcm_data_offset(): number;
  decode_results_num_samples(): number;
  decode_results_num_channels(): number;
}

/** A decoder with a memory of its own, of the module in `minimp3-wasm/dist/decoder.opt.wasm`. */
export async function startDecoder(module: WebAssembly.Module): Promise<Decoder> {
  return (await WebAssembly.instantiate(module)).exports as unknown as Decoder;
}

/** Frames of free format behind which the decoder knows how long they are. */
const LEAD_FRAMES = 3;

/** The sound of the frames from `first` on; what cannot be decoded is silence. */
export function decodeFrames(
  decoder: Decoder,
  frames: readonly Uint8Array[],
  first: number,
  header: FrameHeader,
): { channels: Float32Array[]; lost: number } {
  const { channels, samples, sampleRateHz } = header;
  const taken = takenFrames(frames);
  const lead = leadFrames(frames[0], header);
  const all = [...lead, ...taken.map(({ bytes }) => bytes)];
  const bytes = all.reduce((sum, frame) => sum + frame.length, 0);
  decoder.decoder_init();
  decoder.decoder_set_mp3_data_size(bytes);
  const into = new Uint8Array(decoder.memory.buffer, decoder.decoder_mp3_data_offset(), bytes);
  let at = 0;
  for (const frame of all) {
    into.set(frame, at);
    at += frame.length;
  }
  decoder.decoder_decode((all.length * samples) / sampleRateHz + 1);
  const there = decoder.decode_results_num_channels() === channels ? decoder.decode_results_num_samples() : 0;
  const pcm = new Int16Array(decoder.memory.buffer, decoder.decoder_pcm_data_offset(), there);
  const planes = Array.from({ length: channels }, () => new Float32Array((frames.length - first) * samples));
  let lost = 0;
  for (let f = first; f < frames.length; f++) {
    const from = (lead.length + f) * samples * channels;
    if (taken[f].isLost || from + samples * channels > there) {
      lost += samples;
      continue;
    }
    const to = (f - first) * samples;
    for (let c = 0; c < channels; c++)
      for (let n = 0; n < samples; n++) planes[c][to + n] = pcm[from + n * channels + c] / 0x8000;
  }
  return { channels: planes, lost };
}

/**
 * Frames without sound before those of free format. The decoder takes the distance of marks for their length, and would
 * be led astray by a mark inside the first one; it might never come back.
 */
function leadFrames(frame: Uint8Array, { freeBytes }: FrameHeader): readonly Uint8Array[] {
  if (freeBytes === undefined) return [];
  const silent = new Uint8Array(freeBytes);
  silent.set(frame.subarray(0, HEADER_BYTES));
  // Without the bit that stands for a byte of padding.
  silent[2] &= 0xfd;
  return new Array<Uint8Array>(LEAD_FRAMES).fill(silent);
}
