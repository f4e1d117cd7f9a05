/**
 * One pass of a complex transform. With p = radix, m = groups and s = stride it maps x[q + s·(k + m·j)] to
 * y[q + s·(p·k + j)], for q < s, k < m and j < p.
 */
export interface Stage {
  readonly radix: number;
  readonly groups: number;
  readonly stride: number;
  /** The twiddle e^(−2πi·jk/(p·m)) at [k·(p − 1) + j − 1]. */
  readonly cos: Float64Array;
  readonly sin: Float64Array;
  /** For any odd radix, with h = (p − 1)/2: cosine and sine of 2π·jl/p at [(j − 1)·h + l − 1], for j and l up to h. */
  readonly rootCos: Float64Array;
  readonly rootSin: Float64Array;
  /** Scratch for any odd radix. */
  readonly pairs: Float64Array;
}

/** The passes of a transform of `length` values, in order. */
export function makeStages(length: number): Stage[] {
  const stages: Stage[] = [];
  let stride = 1;
  let remaining = length;
  for (const radix of factorize(length)) {
    remaining /= radix;
    stages.push(makeStage(radix, remaining, stride));
    stride *= radix;
  }
  return stages;
}

function makeStage(radix: number, groups: number, stride: number): Stage {
  const cos = new Float64Array(groups * (radix - 1));
  const sin = new Float64Array(groups * (radix - 1));
  for (let k = 0; k < groups; k++) {
    for (let j = 1; j < radix; j++) {
      const angle = (-2 * Math.PI * j * k) / (radix * groups);
      cos[k * (radix - 1) + j - 1] = Math.cos(angle);
      sin[k * (radix - 1) + j - 1] = Math.sin(angle);
    }
  }
  const half = (radix - 1) >> 1;
  const rootCos = new Float64Array(half * half);
  const rootSin = new Float64Array(half * half);
  for (let j = 1; j <= half; j++) {
    for (let l = 1; l <= half; l++) {
      // The product modulo the radix keeps the angle exact.
      const angle = (2 * Math.PI * ((j * l) % radix)) / radix;
      rootCos[(j - 1) * half + l - 1] = Math.cos(angle);
      rootSin[(j - 1) * half + l - 1] = Math.sin(angle);
    }
  }
  return { radix, groups, stride, cos, sin, rootCos, rootSin, pairs: new Float64Array(4 * half) };
}

/** Radices that have a butterfly of their own, in the order in which they are tried. */
const UNROLLED_RADICES = [4, 2, 3, 5] as const;

function factorize(length: number): number[] {
  const factors: number[] = [];
  let rest = length;
  for (const radix of UNROLLED_RADICES) {
    while (rest % radix === 0) {
      factors.push(radix);
      rest /= radix;
    }
  }
  for (let p = 7; rest > 1; p += 2) {
    while (rest % p === 0) {
      factors.push(p);
      rest /= p;
    }
  }
  return factors;
}
