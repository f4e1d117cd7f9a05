import { beside } from './shared/beside.ts';

/** URL of the model, for the option `model` of a node and `modelUrl` of the engine. */
const url: string = beside(() => new URL('./models/base.bin', import.meta.url), 'models/base.bin');

export { url as default };
