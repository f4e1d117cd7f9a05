/**
 * What a graph runs on, fastest last: GraphModel.execute, the same kernels without its bookkeeping, or kernels of our
 * own, for every engine or with a fused multiply-add. Their places here are what the control word says; 0 is unknown.
 */
export const KERNEL_NAMES = ['unknown', 'graph', 'tensorflow', 'simd', 'relaxed-simd'] as const;

export type KernelName = (typeof KERNEL_NAMES)[number];
