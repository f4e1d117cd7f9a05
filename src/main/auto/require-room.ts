import type { WorkerClient } from '../worker-client.ts';

/** Share of real time that a worker may take, and the channels that most sound has. */
const ROOMY_LOAD = 0.75;
const CHANNELS = 2;

/**
 * Whether a worker has room for a node.
 * @param channelLoad share of real time that one of its channels takes
 * @param load what the worker is busy with already
 */
export function hasRoom(channelLoad: number, load = 0): boolean {
  return load + CHANNELS * channelLoad <= ROOMY_LOAD;
}

/** A model takes longer than this device has, so that a lighter one is to be tried. Never leaves the node. */
export class TooSlow extends Error {}

/** Measures a model that has loaded; throws a {@link TooSlow} where it would leave too little in reserve. [main] */
export async function requireRoom(worker: WorkerClient, modelUrl: string, wasmUrl: string): Promise<void> {
  const { advanceSamples, modelRateHz } = await worker.loadModel(modelUrl, wasmUrl);
  const { stepMs, load } = await worker.measure(modelUrl);
  if (!hasRoom((stepMs * modelRateHz) / (1000 * advanceSamples), load)) throw new TooSlow();
}
