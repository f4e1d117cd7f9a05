import type { Coding } from '../files/pcm/coding.ts';

/** How the bytes of a stream hold samples, by the names that ffmpeg has for them. */
export type PcmFormat = 's16le' | 's24le' | 'f32le' | 'mulaw' | 'alaw';

/** What files call the same. */
export const CODING_OF: Readonly<Record<PcmFormat, Coding>> = {
  s16le: 'int16',
  s24le: 'int24',
  f32le: 'float32',
  mulaw: 'mulaw',
  alaw: 'alaw',
};

export const PCM_FORMATS = Object.keys(CODING_OF) as readonly PcmFormat[];

export function isPcmFormat(name: unknown): name is PcmFormat {
  return typeof name === 'string' && Object.hasOwn(CODING_OF, name);
}
