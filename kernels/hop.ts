/**
 * What stands around the network in one hop, as src/engine/dsp and src/engine/hops have it, with the same results:
 * float64, and in the same order.
 */

/**
 * Samples by their window; those at even places become real parts, the others imaginary ones.
 * An instruction: [7, frame, window, re of the pairs, im, pairs].
 */
export function weigh(at: usize): void {
  let frame = load<usize>(at, 4),
    window = load<usize>(at, 8),
    re = load<usize>(at, 12),
    im = load<usize>(at, 16);
  for (const end = frame + 8 * load<usize>(at, 20); frame < end; frame += 8, window += 16, re += 8, im += 8) {
    const weighed = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(frame)), v128.load(window));
    v128.store64_lane(re, weighed, 0);
    v128.store64_lane(im, weighed, 1);
  }
}

/**
 * Half spectrum of real samples from the transform of their pairs (RealFft.forward).
 * An instruction: [8, re of the pairs, im, cosines, sines, re of the spectrum, im, pairs].
 */
export function spectrum(at: usize): void {
  const zr = load<usize>(at, 4),
    zi = load<usize>(at, 8),
    cos = load<usize>(at, 12),
    sin = load<usize>(at, 16),
    re = load<usize>(at, 20),
    im = load<usize>(at, 24),
    last = load<usize>(at, 28) * 8;
  store<f64>(re, load<f64>(zr) + load<f64>(zi));
  store<f64>(im, 0);
  store<f64>(re + last, load<f64>(zr) - load<f64>(zi));
  store<f64>(im + last, 0);
  for (let k: usize = 8, m: usize = last - 8; k <= m; k += 8, m -= 8) {
    const er = 0.5 * (load<f64>(zr + k) + load<f64>(zr + m));
    const ei = 0.5 * (load<f64>(zi + k) - load<f64>(zi + m));
    const or = 0.5 * (load<f64>(zi + k) + load<f64>(zi + m));
    const oi = 0.5 * (load<f64>(zr + m) - load<f64>(zr + k));
    const tr = or * load<f64>(cos + k) - oi * load<f64>(sin + k);
    const ti = or * load<f64>(sin + k) + oi * load<f64>(cos + k);
    store<f64>(re + k, er + tr);
    store<f64>(im + k, ei + ti);
    store<f64>(re + m, er - tr);
    store<f64>(im + m, ti - ei);
  }
}

/**
 * The way back, up to the transform (RealFft.inverse): real and imaginary parts exchanged.
 * An instruction: [11, re of the spectrum, im, cosines, sines, re of the pairs, im, pairs].
 */
export function pairs(at: usize): void {
  const re = load<usize>(at, 4),
    im = load<usize>(at, 8),
    cos = load<usize>(at, 12),
    sin = load<usize>(at, 16),
    zr = load<usize>(at, 20),
    zi = load<usize>(at, 24),
    last = load<usize>(at, 28) * 8;
  store<f64>(zi, load<f64>(re) + load<f64>(re + last));
  store<f64>(zr, load<f64>(re) - load<f64>(re + last));
  for (let k: usize = 8, m: usize = last - 8; k <= m; k += 8, m -= 8) {
    const er = load<f64>(re + k) + load<f64>(re + m);
    const ei = load<f64>(im + k) - load<f64>(im + m);
    const dr = load<f64>(re + k) - load<f64>(re + m);
    const di = load<f64>(im + k) + load<f64>(im + m);
    const or = dr * load<f64>(cos + k) + di * load<f64>(sin + k);
    const oi = di * load<f64>(cos + k) - dr * load<f64>(sin + k);
    store<f64>(zi + k, er - oi);
    store<f64>(zr + k, ei + or);
    store<f64>(zi + m, er + oi);
    store<f64>(zr + m, or - ei);
  }
}

/**
 * Compressed features of a spectrum, gathered in bands (CompressedComplex, BandMap).
 * An instruction: [9, re, im, bins, powers of the octaves, powers of the mantissas, squared floor, below, above, scale,
 * bands, features].
 */
export function features(at: usize): void {
  let re = load<usize>(at, 4),
    im = load<usize>(at, 8);
  const end = re + load<usize>(at, 12) * 8;
  const octaves = load<usize>(at, 16);
  const mantissas = load<usize>(at, 20);
  const floor = load<f64>(load<usize>(at, 24));
  let below = load<usize>(at, 28),
    above = load<usize>(at, 32),
    scale = load<usize>(at, 36);
  const bands = load<i32>(at, 40);
  let to = load<usize>(at, 44);
  const row = <usize>bands * 4;
  let band = 0;
  // Of each plane the two sums that are open, of the band below and of the one above.
  let a: f64 = 0,
    b: f64 = 0,
    c: f64 = 0,
    nextA: f64 = 0,
    nextB: f64 = 0,
    nextC: f64 = 0;
  for (; ; re += 8, im += 8, below += 4, above += 4) {
    for (const next = re < end ? load<i32>(below) : bands; band < next; band++, to += 4, scale += 4) {
      const by = <f64>load<f32>(scale);
      store<f32>(to, <f32>(a * by));
      store<f32>(to + row, <f32>(b * by));
      store<f32>(to + 2 * row, <f32>(c * by));
      a = nextA;
      b = nextB;
      c = nextC;
      nextA = 0;
      nextB = 0;
      nextC = 0;
    }
    if (re === end) return;
    const r = load<f64>(re);
    const i = load<f64>(im);
    const squared = r * r + i * i;
    const shrink = power(max(squared, floor), octaves, mantissas);
    const share = <f64>load<f32>(above);
    const size = <f64>(<f32>(sqrt(squared) * shrink));
    const sizeAbove = size * share;
    a += size - sizeAbove;
    nextA += sizeAbove;
    const real = <f64>(<f32>(r * shrink));
    const realAbove = real * share;
    b += real - realAbove;
    nextB += realAbove;
    const imaginary = <f64>(<f32>(i * shrink));
    const imaginaryAbove = imaginary * share;
    c += imaginary - imaginaryAbove;
    nextC += imaginaryAbove;
  }
}

/** PowerTable.of. */
function power(x: f64, octaves: usize, mantissas: usize): f64 {
  const upper = <u32>(reinterpret<u64>(x) >> 32);
  const at = mantissas + 8 * <usize>((upper >> 10) & 1023);
  const lower = load<f64>(at);
  const rest = (<f64>(upper & 1023) + 0.5) * (1.0 / 1024);
  return load<f64>(octaves + 8 * <usize>(upper >> 20)) * (lower + (load<f64>(at, 8) - lower) * rest);
}

/**
 * A complex mask over bands, spread over the bins and applied (BandMap, applyEstimate). At `settings` lie the share of
 * the noisy signal, and then what says whether the mask is finite: 0 where it is.
 * An instruction: [10, re, im, bins, mask, bands, below, above, settings, enhanced re, im].
 */
export function masked(at: usize): void {
  const re = load<usize>(at, 4),
    im = load<usize>(at, 8),
    bins = load<usize>(at, 12),
    mask = load<usize>(at, 16),
    row = load<usize>(at, 20) * 4,
    below = load<usize>(at, 24),
    above = load<usize>(at, 28),
    settings = load<usize>(at, 32),
    toRe = load<usize>(at, 36),
    toIm = load<usize>(at, 40);
  const g = load<f64>(settings);
  let probe: f64 = 0;
  for (let k: usize = 0; k < bins; k++) {
    const band = mask + 4 * load<usize>(below + 4 * k);
    const share = <f64>load<f32>(above + 4 * k);
    const mr = spread(band, share);
    const mi = spread(band + row, share);
    probe += 0 * (mr + mi);
    const wr = g + (1 - g) * mr;
    const wi = (1 - g) * mi;
    const r = load<f64>(re + 8 * k);
    const i = load<f64>(im + 8 * k);
    store<f64>(toRe + 8 * k, r * wr - i * wi);
    store<f64>(toIm + 8 * k, r * wi + i * wr);
  }
  store<f64>(settings, probe, 8);
  if (probe === 0) return;
  for (let k: usize = 0; k < 8 * bins; k += 8) {
    store<f64>(toRe + k, load<f64>(re + k));
    store<f64>(toIm + k, load<f64>(im + k));
  }
}

function spread(band: usize, share: f64): f64 {
  const value = <f64>load<f32>(band);
  return <f64>(<f32>(value + (<f64>load<f32>(band, 4) - value) * share));
}

/**
 * Enhanced samples: what the transform has left, by the window, onto the end of the frame before (Synthesis).
 * An instruction: [12, re of the pairs, im, window, tail, tail samples, first sample, hop samples, scale, enhanced].
 */
export function overlapped(at: usize): void {
  const re = load<usize>(at, 4),
    im = load<usize>(at, 8),
    window = load<usize>(at, 12),
    tail = load<usize>(at, 16),
    tailSamples = load<usize>(at, 20),
    first = load<usize>(at, 24),
    hop = load<usize>(at, 28),
    scale = load<f64>(load<usize>(at, 32)),
    enhanced = load<usize>(at, 36);
  for (let n: usize = 0; n < hop; n++) {
    const carried = n < tailSamples ? load<f64>(tail + 8 * n) : 0;
    const sample = carried + sampleOf(first + n, re, im, scale) * load<f64>(window + 8 * n);
    const size = abs(sample);
    // As cleanSample has it.
    store<f32>(enhanced + 4 * n, size >= 1e-15 && size <= 1e30 ? <f32>sample : 0);
  }
  for (let n: usize = 0; n < tailSamples; n++)
    store<f64>(tail + 8 * n, sampleOf(first + hop + n, re, im, scale) * load<f64>(window + 8 * (hop + n)));
}

/** Real and imaginary parts are exchanged. */
function sampleOf(n: usize, re: usize, im: usize, scale: f64): f64 {
  return load<f64>((n & 1 ? re : im) + 8 * (n >> 1)) * scale;
}
