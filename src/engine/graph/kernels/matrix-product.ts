import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall } from '../kernel-recorder.ts';
import { type PlanMemory, sizeOf } from '../plan-memory.ts';
import type { GraphUse } from './graph-use.ts';
import { PANEL, PANEL_ROW_BYTES, panelsOf } from './panels.ts';
import { type Factor, type Instruction, isUnary, unary } from './program.ts';

/** A recorded product that our kernel can take over. */
export interface MatrixProduct {
  readonly a: TensorInfo;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
}

/** What a call multiplies, if it is a product of rows by weights. */
export function productOf(
  { kernel, inputs, attributes, output }: KernelCall,
  use: GraphUse,
): MatrixProduct | undefined {
  if (kernel !== '_FusedMatMul' || attributes.transposeA || attributes.transposeB) return undefined;
  const { a, b, bias, preluActivationWeights } = inputs;
  if (preluActivationWeights !== undefined || !isActivation(attributes.activation)) return undefined;
  if (![a, b, output].every(({ dtype }) => dtype === 'float32') || !areWeights(use, b, bias)) return undefined;
  const [depth, columns] = b.shape.slice(-2);
  if (sizeOf(b.shape) !== depth * columns || columns % PANEL !== 0) return undefined;
  return { a, rows: sizeOf(a.shape) / depth, depth, columns };
}

/** Whether a layer's weights are those at every run. */
export function areWeights(use: GraphUse, weights: TensorInfo, bias: TensorInfo | undefined): boolean {
  return use.isWeight(weights) && (bias === undefined || use.isWeight(bias));
}

export function isActivation(name: unknown): boolean {
  return name === undefined || name === 'linear' || name === 'relu' || name === 'sigmoid';
}

/** Weights `[depth, columns]` and their bias as a product reads them. */
export function factorOf(
  weights: TensorInfo,
  bias: TensorInfo | undefined,
  depth: number,
  columns: number,
  memory: PlanMemory,
): Factor {
  return {
    columns,
    panels: memory.constants(panelsOf(memory.valuesOf(weights), depth, columns)),
    panelBytes: depth * PANEL_ROW_BYTES,
    bias: memory.constants(bias === undefined ? new Float32Array(columns) : memory.valuesOf(bias)),
  };
}

/** The activation of what a product has left at `at`. */
export function activated(activation: unknown, at: number, floats: number): Instruction[] {
  return typeof activation === 'string' && isUnary(activation) ? [unary(activation, at, at, floats)] : [];
}
