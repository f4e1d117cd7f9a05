/**
 * In:     recorded products and convolutions
 * Out:    instructions for our kernel of products, to plan-steps.ts
 * Thread: [worker], or whoever runs the engine
 */
import { backend_util } from '@tensorflow/tfjs-core';
import type { KernelCall } from '../kernel-recorder.ts';
import type { PlanMemory } from '../plan-memory.ts';
import type { PlanStep } from '../plan-step.ts';
import type { GraphUse } from './graph-use.ts';
import { activated, areWeights, factorOf, isActivation, productOf } from './matrix-product.ts';
import { operandOf } from './operand.ts';
import { PANEL, PANEL_ROW_BYTES } from './panels.ts';
import { type Factor, furtherProduct, type Instruction, type Part, product } from './program.ts';

/** A product of rows by weights. */
export function productStep(call: KernelCall, use: GraphUse): PlanStep | undefined {
  const found = productOf(call, use);
  if (found === undefined) return undefined;
  const { rows, depth, columns } = found;
  const { b, bias } = call.inputs;
  const operand = operandOf(found, use);
  const batchRows = rows / operand.batches;
  return {
    reads: operand.sources,
    bind: (memory) => {
      const factor = factorOf(b, bias, depth, columns, memory);
      const out = 4 * memory.allocate(call.output).float;
      const instructions = Array.from({ length: operand.batches }, (_, batch) => {
        const parts = operand.parts(batch, memory);
        return productOfParts(parts, batchRows, factor, out + 4 * batch * batchRows * columns, memory);
      }).flat();
      return [...instructions, ...activated(call.attributes.activation, out, rows * columns)];
    },
  };
}

/** Parts side by side, one after the other: each begins with what those before it have left. */
function productOfParts(
  parts: readonly Part[],
  rows: number,
  factor: Factor,
  out: number,
  memory: PlanMemory,
): Instruction[] {
  if (parts.length === 1) return [product(rows, parts[0], factor, out)];
  const [first, second] = parts;
  const between = memory.scratch(rows * factor.columns);
  return [
    product(rows, first, factor, between),
    furtherProduct(between, rows, second, factorFrom(factor, first.depth), out),
  ];
}

/**
 * A convolution along one axis: values that lie side by side are one row of a product, which begins at every stride.
 * Rows at the edges, where the filter reaches beyond, are products of the part that does not.
 */
export function convolutionStep(call: KernelCall, use: GraphUse): PlanStep | undefined {
  const { kernel, inputs, attributes, output } = call;
  const { x, filter, bias, preluActivationWeights } = inputs;
  if (kernel !== 'FusedConv2D' || preluActivationWeights !== undefined || !isActivation(attributes.activation))
    return undefined;
  if (![x, filter, output].every(({ dtype }) => dtype === 'float32') || !areWeights(use, filter, bias))
    return undefined;
  const info = convolutionOf(call);
  const { inChannels, outChannels: columns, filterWidth: taps, strideWidth: stride, inWidth, outWidth } = info;
  const isAlongOneAxis = info.inHeight === 1 && info.outHeight === 1 && info.filterHeight === 1;
  if (!isAlongOneAxis || info.dilationWidth !== 1 || info.dataFormat !== 'channelsLast' || columns % PANEL !== 0)
    return undefined;
  const { left } = info.padInfo;
  // The taps of a row that lie within: all of them between the edges.
  const firstTap = (row: number): number => Math.max(0, left - row * stride);
  const endTap = (row: number): number => Math.min(taps, inWidth + left - row * stride);
  const isWhole = (row: number): boolean => firstTap(row) === 0 && endTap(row) === taps;
  const places = Array.from({ length: outWidth }, (_, row) => row);
  if (places.some((row) => endTap(row) <= firstTap(row))) return undefined;
  return {
    reads: [x],
    bind: (memory) => {
      const factor = factorOf(filter, bias, taps * inChannels, columns, memory);
      const from = 4 * memory.place(x).float;
      const out = 4 * memory.allocate(output).float;
      const rowsFrom = (batch: number, row: number, count: number): Instruction => {
        const first = firstTap(row);
        const column = batch * inWidth + row * stride - left + first;
        const depth = (endTap(row) - first) * inChannels;
        const part = { at: from + 4 * column * inChannels, rowBytes: 4 * stride * inChannels, step: 4, depth };
        const to = out + 4 * (batch * outWidth + row) * columns;
        return product(count, part, factorFrom(factor, first * inChannels), to);
      };
      const whole = places.filter(isWhole);
      const edges = places.filter((row) => !isWhole(row));
      const instructions = Array.from({ length: info.batchSize }, (_, batch) => [
        ...(whole.length > 0 ? [rowsFrom(batch, whole[0], whole.length)] : []),
        ...edges.map((row) => rowsFrom(batch, row, 1)),
      ]).flat();
      return [...instructions, ...activated(attributes.activation, out, info.batchSize * outWidth * columns)];
    },
  };
}

/** The same factor without its first `rows` rows. */
function factorFrom(factor: Factor, rows: number): Factor {
  return { ...factor, panels: factor.panels + rows * PANEL_ROW_BYTES };
}

function convolutionOf({ inputs: { x, filter }, attributes }: KernelCall): backend_util.Conv2DInfo {
  type Info = typeof backend_util.computeConv2DInfo;
  return backend_util.computeConv2DInfo(
    x.shape as Parameters<Info>[0],
    filter.shape as Parameters<Info>[1],
    attributes.strides as number,
    attributes.dilations as number,
    attributes.pad as 'same',
    attributes.dimRoundingMode as 'floor',
  );
}
