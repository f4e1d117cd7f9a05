/**
 * In:     one run of a graph
 * Out:    every kernel that it called, in order, to kernel-plan.ts
 * Thread: [worker], or whoever runs the engine
 */
import { getKernelsForBackend, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';

/** One call of a kernel, as it was seen. */
export interface KernelCall {
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly output: TensorInfo;
}

/** Runs `action` and notes every kernel that it calls. Afterwards the registry is as before, whatever happens. */
export function recordKernels<T>(calls: KernelCall[], action: () => T): T {
  const configs = getKernelsForBackend('wasm') as { kernelName: string; kernelFunc: KernelFunc }[];
  const originals = configs.map((config) => config.kernelFunc);
  configs.forEach((config, i) => {
    config.kernelFunc = (args) => {
      const output = originals[i](args);
      if (Array.isArray(output)) throw new Error(`Expected kernels with one output, found ${config.kernelName}.`);
      calls.push({
        kernel: config.kernelName,
        inputs: { ...(args.inputs as KernelCall['inputs']) },
        attributes: { ...args.attrs },
        output,
      });
      return output;
    };
  });
  try {
    return action();
  } finally {
    configs.forEach((config, i) => {
      config.kernelFunc = originals[i];
    });
  }
}

/** The tensors that a call reads. Inputs that may be left out, such as a bias, are undefined. */
export function readBy({ inputs }: KernelCall): TensorInfo[] {
  return Object.values(inputs).filter((tensor) => tensor !== undefined);
}
