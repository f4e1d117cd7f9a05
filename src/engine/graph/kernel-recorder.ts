/**
 * In:     one run of a graph
 * Out:    every kernel that it called, in order, to make-executor.ts, for kernel-plan.ts
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

/** One run of a graph. Its tensors are gone, but for weights; plans ask which call made them, and which reads them. */
export interface RecordedRun {
  readonly calls: readonly KernelCall[];
  /** In the graph's order. */
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

/**
 * Runs `action` and notes every kernel that it calls: undefined where one has several outputs, which plans do not know.
 * Afterwards the registry is as before, whatever happens.
 */
export function recordKernels(action: () => void): readonly KernelCall[] | undefined {
  const calls: KernelCall[] = [];
  let isKnown = true;
  const configs = getKernelsForBackend('wasm') as { kernelName: string; kernelFunc: KernelFunc }[];
  const originals = configs.map((config) => config.kernelFunc);
  configs.forEach((config, i) => {
    config.kernelFunc = (args) => {
      const output = originals[i](args);
      if (Array.isArray(output)) isKnown = false;
      else
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
    action();
  } finally {
    configs.forEach((config, i) => {
      config.kernelFunc = originals[i];
    });
  }
  return isKnown ? calls : undefined;
}

/** The tensors that a call reads. Inputs that may be left out, such as a bias, are undefined. */
export function readBy({ inputs }: KernelCall): TensorInfo[] {
  return Object.values(inputs).filter((tensor) => tensor !== undefined);
}
