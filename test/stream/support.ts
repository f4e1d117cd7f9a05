/** What tests of the stream entry share: the built package. */
import { expect } from '@esm-bundle/chai';
import type * as StreamEntry from '../../src/stream/index.ts';
import { DenoiseNode, wait } from '../main/support.ts';

export { DenoiseError, repeatWhileSpoilt, until } from '../main/support.ts';
export { DenoiseNode };

export const { DenoisedTrack, denoiseStream, denoiseTrack, MICROPHONE }: typeof StreamEntry = await import(
  `${location.origin}/dist/stream.js`
);
export type { StreamEntry as Stream };
export type DenoisedTrack = StreamEntry.DenoisedTrack;

/** Workers end a moment after their last node. */
export async function untilNothingIsLeft(): Promise<void> {
  let census = await DenoiseNode.census();
  for (let tries = 0; tries < 100 && census.workers > 0; tries++) {
    await wait(100);
    census = await DenoiseNode.census();
  }
  expect(census).to.deep.equal({ workers: 0, nodes: 0, streams: 0, tensors: 0, tensorBytes: 0 });
}

/** The detail of the next event of a type. */
export function nextEvent<K extends keyof StreamEntry.DenoisedTrackEventMap>(
  denoised: DenoisedTrack,
  type: K,
): Promise<StreamEntry.DenoisedTrackEventMap[K]['detail']> {
  return new Promise((resolve) => {
    denoised.addEventListener(type, ({ detail }) => resolve(detail), { once: true });
  });
}
