import { beside } from './shared/beside.ts';

/** URL of the model `base`, for the option `model` of a node and `modelUrl` of the engine. */
const url: string = beside(() => new URL('./base.bin', import.meta.url), 'base.bin');

export { url as default };
