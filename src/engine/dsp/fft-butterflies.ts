/**
 * In:     a stage's twiddles (fft-stage.ts), and complex values in `xr` and `xi`
 * Out:    the values after that stage, in `yr` and `yi`
 * Thread: [worker], or whoever runs the engine
 *
 * One function for each radix. None of these allocates, and each writes every value of `yr` and `yi`.
 */
import type { Stage } from './fft-stage.ts';

export function radix2(stage: Stage, xr: Float64Array, xi: Float64Array, yr: Float64Array, yi: Float64Array): void {
  const { groups, stride, cos, sin } = stage;
  const span = stride * groups;
  for (let k = 0; k < groups; k++) {
    const wr = cos[k];
    const wi = sin[k];
    let a = stride * k;
    let o = stride * 2 * k;
    for (let q = 0; q < stride; q++, a++, o++) {
      const b = a + span;
      const dr = xr[a] - xr[b];
      const di = xi[a] - xi[b];
      yr[o] = xr[a] + xr[b];
      yi[o] = xi[a] + xi[b];
      yr[o + stride] = dr * wr - di * wi;
      yi[o + stride] = dr * wi + di * wr;
    }
  }
}

const SIN_60 = Math.sqrt(3) / 2;

export function radix3(stage: Stage, xr: Float64Array, xi: Float64Array, yr: Float64Array, yi: Float64Array): void {
  const { groups, stride, cos, sin } = stage;
  const span = stride * groups;
  for (let k = 0; k < groups; k++) {
    const w1r = cos[2 * k];
    const w1i = sin[2 * k];
    const w2r = cos[2 * k + 1];
    const w2i = sin[2 * k + 1];
    let o = stride * 3 * k;
    for (let a = stride * k, end = a + stride; a < end; a++, o++) {
      const b = a + span;
      const c = b + span;
      const ar = xr[a];
      const ai = xi[a];
      const br = xr[b];
      const bi = xi[b];
      const cr = xr[c];
      const ci = xi[c];
      const sr = br + cr;
      const si = bi + ci;
      const dr = SIN_60 * (br - cr);
      const di = SIN_60 * (bi - ci);
      const mr = ar - 0.5 * sr;
      const mi = ai - 0.5 * si;
      const y1r = mr + di;
      const y1i = mi - dr;
      const y2r = mr - di;
      const y2i = mi + dr;
      yr[o] = ar + sr;
      yi[o] = ai + si;
      yr[o + stride] = y1r * w1r - y1i * w1i;
      yi[o + stride] = y1r * w1i + y1i * w1r;
      yr[o + 2 * stride] = y2r * w2r - y2i * w2i;
      yi[o + 2 * stride] = y2r * w2i + y2i * w2r;
    }
  }
}

export function radix4(stage: Stage, xr: Float64Array, xi: Float64Array, yr: Float64Array, yi: Float64Array): void {
  const { groups, stride, cos, sin } = stage;
  const span = stride * groups;
  // The last stage has one group, and no twiddles.
  if (groups === 1) {
    for (let a = 0; a < stride; a++) {
      const b = a + stride;
      const c = b + stride;
      const d = c + stride;
      const ar = xr[a];
      const ai = xi[a];
      const br = xr[b];
      const bi = xi[b];
      const cr = xr[c];
      const ci = xi[c];
      const dr = xr[d];
      const di = xi[d];
      const acr = ar + cr;
      const aci = ai + ci;
      const amr = ar - cr;
      const ami = ai - ci;
      const bdr = br + dr;
      const bdi = bi + di;
      const bmr = br - dr;
      const bmi = bi - di;
      yr[a] = acr + bdr;
      yi[a] = aci + bdi;
      yr[b] = amr + bmi;
      yi[b] = ami - bmr;
      yr[c] = acr - bdr;
      yi[c] = aci - bdi;
      yr[d] = amr - bmi;
      yi[d] = ami + bmr;
    }
    return;
  }
  for (let k = 0; k < groups; k++) {
    const w1r = cos[3 * k];
    const w1i = sin[3 * k];
    const w2r = cos[3 * k + 1];
    const w2i = sin[3 * k + 1];
    const w3r = cos[3 * k + 2];
    const w3i = sin[3 * k + 2];
    let o = stride * 4 * k;
    for (let a = stride * k, end = a + stride; a < end; a++, o++) {
      const b = a + span;
      const c = b + span;
      const d = c + span;
      const ar = xr[a];
      const ai = xi[a];
      const br = xr[b];
      const bi = xi[b];
      const cr = xr[c];
      const ci = xi[c];
      const dr = xr[d];
      const di = xi[d];
      const acr = ar + cr;
      const aci = ai + ci;
      const amr = ar - cr;
      const ami = ai - ci;
      const bdr = br + dr;
      const bdi = bi + di;
      const bmr = br - dr;
      const bmi = bi - di;
      const y1r = amr + bmi;
      const y1i = ami - bmr;
      const y2r = acr - bdr;
      const y2i = aci - bdi;
      const y3r = amr - bmi;
      const y3i = ami + bmr;
      const p = o + stride;
      const q = p + stride;
      const r = q + stride;
      yr[o] = acr + bdr;
      yi[o] = aci + bdi;
      yr[p] = y1r * w1r - y1i * w1i;
      yi[p] = y1r * w1i + y1i * w1r;
      yr[q] = y2r * w2r - y2i * w2i;
      yi[q] = y2r * w2i + y2i * w2r;
      yr[r] = y3r * w3r - y3i * w3i;
      yi[r] = y3r * w3i + y3i * w3r;
    }
  }
}

const COS_72 = Math.cos((2 * Math.PI) / 5);
const SIN_72 = Math.sin((2 * Math.PI) / 5);
const COS_144 = Math.cos((4 * Math.PI) / 5);
const SIN_144 = Math.sin((4 * Math.PI) / 5);

export function radix5(stage: Stage, xr: Float64Array, xi: Float64Array, yr: Float64Array, yi: Float64Array): void {
  const { groups, stride, cos, sin } = stage;
  const span = stride * groups;
  for (let k = 0; k < groups; k++) {
    const w = 4 * k;
    let a = stride * k;
    let o = stride * 5 * k;
    for (let q = 0; q < stride; q++, a++, o++) {
      const b = a + span;
      const c = b + span;
      const d = c + span;
      const e = d + span;
      const ber = xr[b] + xr[e];
      const bei = xi[b] + xi[e];
      const cdr = xr[c] + xr[d];
      const cdi = xi[c] + xi[d];
      const bmr = xr[b] - xr[e];
      const bmi = xi[b] - xi[e];
      const cmr = xr[c] - xr[d];
      const cmi = xi[c] - xi[d];
      const m1r = xr[a] + COS_72 * ber + COS_144 * cdr;
      const m1i = xi[a] + COS_72 * bei + COS_144 * cdi;
      const m2r = xr[a] + COS_144 * ber + COS_72 * cdr;
      const m2i = xi[a] + COS_144 * bei + COS_72 * cdi;
      const n1r = SIN_72 * bmr + SIN_144 * cmr;
      const n1i = SIN_72 * bmi + SIN_144 * cmi;
      const n2r = SIN_144 * bmr - SIN_72 * cmr;
      const n2i = SIN_144 * bmi - SIN_72 * cmi;
      yr[o] = xr[a] + ber + cdr;
      yi[o] = xi[a] + bei + cdi;
      twiddleInto(yr, yi, o + stride, m1r + n1i, m1i - n1r, cos[w], sin[w]);
      twiddleInto(yr, yi, o + 2 * stride, m2r + n2i, m2i - n2r, cos[w + 1], sin[w + 1]);
      twiddleInto(yr, yi, o + 3 * stride, m2r - n2i, m2i + n2r, cos[w + 2], sin[w + 2]);
      twiddleInto(yr, yi, o + 4 * stride, m1r - n1i, m1i + n1r, cos[w + 3], sin[w + 3]);
    }
  }
}

function twiddleInto(
  yr: Float64Array,
  yi: Float64Array,
  at: number,
  r: number,
  i: number,
  wr: number,
  wi: number,
): void {
  yr[at] = r * wr - i * wi;
  yi[at] = r * wi + i * wr;
}

/**
 * Any odd radix p, in O(p²). Values from both ends of a butterfly come in pairs, x[l] ± x[p − l], which share their
 * factors, and so do the results y[j] and y[p − j]: a quarter of the products of the plain sum.
 */
export function radixAny(stage: Stage, xr: Float64Array, xi: Float64Array, yr: Float64Array, yi: Float64Array): void {
  const { radix, groups, stride, cos, sin, rootCos, rootSin, pairs } = stage;
  const half = (radix - 1) / 2;
  const span = stride * groups;
  for (let k = 0; k < groups; k++) {
    const twiddle = k * (radix - 1) - 1;
    for (let q = 0; q < stride; q++) {
      const from = q + stride * k;
      const to = q + stride * radix * k;
      const r0 = xr[from];
      const i0 = xi[from];
      let sumR = r0;
      let sumI = i0;
      for (let l = 1; l <= half; l++) {
        const a = from + span * l;
        const b = from + span * (radix - l);
        const at = 4 * (l - 1);
        sumR += pairs[at] = xr[a] + xr[b];
        sumI += pairs[at + 1] = xi[a] + xi[b];
        pairs[at + 2] = xr[a] - xr[b];
        pairs[at + 3] = xi[a] - xi[b];
      }
      yr[to] = sumR;
      yi[to] = sumI;
      for (let j = 1; j <= half; j++) {
        let cr = r0;
        let ci = i0;
        let sr = 0;
        let si = 0;
        for (let l = 0, root = (j - 1) * half; l < half; l++, root++) {
          const at = 4 * l;
          cr += pairs[at] * rootCos[root];
          ci += pairs[at + 1] * rootCos[root];
          sr += pairs[at + 2] * rootSin[root];
          si += pairs[at + 3] * rootSin[root];
        }
        const other = radix - j;
        twiddleInto(yr, yi, to + stride * j, cr + si, ci - sr, cos[twiddle + j], sin[twiddle + j]);
        twiddleInto(yr, yi, to + stride * other, cr - si, ci + sr, cos[twiddle + other], sin[twiddle + other]);
      }
    }
  }
}
