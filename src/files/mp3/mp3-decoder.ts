/**
 * In:     frames of an MP3 file (mp3-reader.ts)
 * Out:    their sound, planar
 * Thread: any
 *
 * minimp3 in WebAssembly (minimp3-wasm), which takes whole files.
 */
import type { FrameHeader } from './mp3-frame.ts';
import { completeFrames } from './mp3-reservoir.ts';

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

/** The sound of the frames from `first` on; what cannot be decoded is silence. */
export function decodeFrames(
  decoder: Decoder,
  frames: readonly Uint8Array[],
  first: number,
  header: FrameHeader,
): { channels: Float32Array[]; lost: number } {
  const { channels, samples, sampleRateHz } = header;
  const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
  decoder.decoder_init();
  decoder.decoder_set_mp3_data_size(bytes);
  const into = new Uint8Array(decoder.memory.buffer, decoder.decoder_mp3_data_offset(), bytes);
  let at = 0;
  for (const frame of frames) {
    into.set(frame, at);
    at += frame.length;
  }
  decoder.decoder_decode((frames.length * samples) / sampleRateHz + 1);
  const there = decoder.decode_results_num_channels() === channels ? decoder.decode_results_num_samples() : 0;
  const pcm = new Int16Array(decoder.memory.buffer, decoder.decoder_pcm_data_offset(), there);
  const planes = Array.from({ length: channels }, () => new Float32Array((frames.length - first) * samples));
  // The decoder leaves out a frame whose beginning it has not seen, and does not say so.
  const complete = completeFrames(frames);
  let from = 0;
  let lost = 0;
  for (let f = 0; f < frames.length; f++) {
    const isThere = complete[f] && from + samples * channels <= there;
    if (f >= first && isThere) {
      const to = (f - first) * samples;
      for (let c = 0; c < channels; c++)
        for (let n = 0; n < samples; n++) planes[c][to + n] = pcm[from + n * channels + c] / 0x8000;
    }
    if (f >= first && !isThere) lost += samples;
    if (isThere) from += samples * channels;
  }
  return { channels: planes, lost };
}
