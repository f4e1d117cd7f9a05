/** What tests of the stream entry share: the built package. */
import type * as Stream from '../../src/stream/index.ts';

export { DenoiseError, DenoiseNode, until } from '../main/support.ts';

export const { DenoisedTrack, denoiseStream, denoiseTrack, MICROPHONE }: typeof Stream = await import(
  `${location.origin}/dist/stream.js`
);
export type DenoisedTrack = Stream.DenoisedTrack;
