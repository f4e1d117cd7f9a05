import { compileKernels } from './compile-kernels.mjs';

/**
 * A plugin of rollup's: bundles hold our kernels themselves, which are smaller than a request for them; in hexadecimal,
 * where what repeats in them still does, so that they compress better than in Base64.
 */
export const kernelBinaries = {
  name: 'kernel-binaries',
  async load(id) {
    if (!id.endsWith('/graph/kernels/binaries.ts')) return null;
    const builds = Object.entries(await compileKernels());
    const texts = Object.fromEntries(builds.map(([build, binary]) => [build, Buffer.from(binary).toString('hex')]));
    return `
      const BINARIES = ${JSON.stringify(texts)};
      export const kernelBinary = async (build) =>
        Uint8Array.from(BINARIES[build].match(/../g), (byte) => Number.parseInt(byte, 16));`;
  },
};
