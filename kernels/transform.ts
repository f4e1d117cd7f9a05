/**
 * Passes of a complex transform, as src/engine/dsp/fft-butterflies.ts has them, over two values at once and with the
 * same results: float64, and in the same order. A pass goes from x[q + s·(k + m·j)] to y[q + s·(p·k + j)], with radix
 * p, m groups and stride s.
 *
 * An instruction: [6, radix, re x, im x, re y, im y, cosines, sines, groups, stride]. The stride is even; or it is 1,
 * the radix 4 and the number of groups even.
 */

const SIN_60: f64 = 0.8660254037844386;

export function pass(at: usize): void {
  const radix = load<i32>(at, 4);
  if (radix === 4) {
    if (load<i32>(at, 36) === 1) firstPassOf4(at);
    else passOf4(at);
  } else if (radix === 3) passOf3(at);
  else passOf2(at);
}

function passOf2(at: usize): void {
  let xr = load<usize>(at, 8),
    xi = load<usize>(at, 12),
    yr = load<usize>(at, 16),
    yi = load<usize>(at, 20),
    cos = load<usize>(at, 24),
    sin = load<usize>(at, 28);
  const groups = load<i32>(at, 32);
  const row = load<usize>(at, 36) * 8;
  const span = row * groups;
  for (let k = 0; k < groups; k++) {
    const wr = v128.load64_splat(cos);
    const wi = v128.load64_splat(sin);
    for (const end = xr + row; xr < end; xr += 16, xi += 16, yr += 16, yi += 16) {
      const ar = v128.load(xr);
      const ai = v128.load(xi);
      const br = v128.load(xr + span);
      const bi = v128.load(xi + span);
      v128.store(yr, f64x2.add(ar, br));
      v128.store(yi, f64x2.add(ai, bi));
      const dr = f64x2.sub(ar, br);
      const di = f64x2.sub(ai, bi);
      v128.store(yr + row, turnedRe(dr, di, wr, wi));
      v128.store(yi + row, turnedIm(dr, di, wr, wi));
    }
    yr += row;
    yi += row;
    cos += 8;
    sin += 8;
  }
}

function passOf3(at: usize): void {
  let xr = load<usize>(at, 8),
    xi = load<usize>(at, 12),
    yr = load<usize>(at, 16),
    yi = load<usize>(at, 20),
    cos = load<usize>(at, 24),
    sin = load<usize>(at, 28);
  const groups = load<i32>(at, 32);
  const row = load<usize>(at, 36) * 8;
  const span = row * groups;
  for (let k = 0; k < groups; k++) {
    for (const end = xr + row; xr < end; xr += 16, xi += 16, yr += 16, yi += 16) {
      const ar = v128.load(xr);
      const ai = v128.load(xi);
      const br = v128.load(xr + span);
      const bi = v128.load(xi + span);
      const cr = v128.load(xr + 2 * span);
      const ci = v128.load(xi + 2 * span);
      const sr = f64x2.add(br, cr);
      const si = f64x2.add(bi, ci);
      const dr = f64x2.mul(f64x2.splat(SIN_60), f64x2.sub(br, cr));
      const di = f64x2.mul(f64x2.splat(SIN_60), f64x2.sub(bi, ci));
      const mr = f64x2.sub(ar, f64x2.mul(f64x2.splat(0.5), sr));
      const mi = f64x2.sub(ai, f64x2.mul(f64x2.splat(0.5), si));
      v128.store(yr, f64x2.add(ar, sr));
      v128.store(yi, f64x2.add(ai, si));
      turn(yr + row, yi + row, f64x2.add(mr, di), f64x2.sub(mi, dr), v128.load64_splat(cos), v128.load64_splat(sin));
      turn(
        yr + 2 * row,
        yi + 2 * row,
        f64x2.sub(mr, di),
        f64x2.add(mi, dr),
        v128.load64_splat(cos, 8),
        v128.load64_splat(sin, 8),
      );
    }
    yr += 2 * row;
    yi += 2 * row;
    cos += 16;
    sin += 16;
  }
}

function passOf4(at: usize): void {
  let xr = load<usize>(at, 8),
    xi = load<usize>(at, 12),
    yr = load<usize>(at, 16),
    yi = load<usize>(at, 20),
    cos = load<usize>(at, 24),
    sin = load<usize>(at, 28);
  const groups = load<i32>(at, 32);
  const row = load<usize>(at, 36) * 8;
  const span = row * groups;
  for (let k = 0; k < groups; k++) {
    for (const end = xr + row; xr < end; xr += 16, xi += 16, yr += 16, yi += 16) {
      const ar = v128.load(xr);
      const ai = v128.load(xi);
      const br = v128.load(xr + span);
      const bi = v128.load(xi + span);
      const cr = v128.load(xr + 2 * span);
      const ci = v128.load(xi + 2 * span);
      const dr = v128.load(xr + 3 * span);
      const di = v128.load(xi + 3 * span);
      const acr = f64x2.add(ar, cr);
      const aci = f64x2.add(ai, ci);
      const amr = f64x2.sub(ar, cr);
      const ami = f64x2.sub(ai, ci);
      const bdr = f64x2.add(br, dr);
      const bdi = f64x2.add(bi, di);
      const bmr = f64x2.sub(br, dr);
      const bmi = f64x2.sub(bi, di);
      v128.store(yr, f64x2.add(acr, bdr));
      v128.store(yi, f64x2.add(aci, bdi));
      const w1r = v128.load64_splat(cos);
      const w1i = v128.load64_splat(sin);
      turn(yr + row, yi + row, f64x2.add(amr, bmi), f64x2.sub(ami, bmr), w1r, w1i);
      const w2r = v128.load64_splat(cos, 8);
      const w2i = v128.load64_splat(sin, 8);
      turn(yr + 2 * row, yi + 2 * row, f64x2.sub(acr, bdr), f64x2.sub(aci, bdi), w2r, w2i);
      const w3r = v128.load64_splat(cos, 16);
      const w3i = v128.load64_splat(sin, 16);
      turn(yr + 3 * row, yi + 3 * row, f64x2.sub(amr, bmi), f64x2.add(ami, bmr), w3r, w3i);
    }
    yr += 3 * row;
    yi += 3 * row;
    cos += 24;
    sin += 24;
  }
}

/** Stride 1: two groups at once, whose results lie one behind the other. */
function firstPassOf4(at: usize): void {
  let xr = load<usize>(at, 8),
    xi = load<usize>(at, 12),
    yr = load<usize>(at, 16),
    yi = load<usize>(at, 20),
    cos = load<usize>(at, 24),
    sin = load<usize>(at, 28);
  const span = load<usize>(at, 32) * 8;
  for (const end = xr + span; xr < end; xr += 16, xi += 16) {
    const ar = v128.load(xr);
    const ai = v128.load(xi);
    const br = v128.load(xr + span);
    const bi = v128.load(xi + span);
    const cr = v128.load(xr + 2 * span);
    const ci = v128.load(xi + 2 * span);
    const dr = v128.load(xr + 3 * span);
    const di = v128.load(xi + 3 * span);
    const acr = f64x2.add(ar, cr);
    const aci = f64x2.add(ai, ci);
    const amr = f64x2.sub(ar, cr);
    const ami = f64x2.sub(ai, ci);
    const bdr = f64x2.add(br, dr);
    const bdi = f64x2.add(bi, di);
    const bmr = f64x2.sub(br, dr);
    const bmi = f64x2.sub(bi, di);
    const w1r = v128.load64_lane(cos, v128.load64_splat(cos), 1, 24);
    const w1i = v128.load64_lane(sin, v128.load64_splat(sin), 1, 24);
    const w2r = v128.load64_lane(cos, v128.load64_splat(cos, 8), 1, 32);
    const w2i = v128.load64_lane(sin, v128.load64_splat(sin, 8), 1, 32);
    const w3r = v128.load64_lane(cos, v128.load64_splat(cos, 16), 1, 40);
    const w3i = v128.load64_lane(sin, v128.load64_splat(sin, 16), 1, 40);
    const y1r = f64x2.add(amr, bmi);
    const y1i = f64x2.sub(ami, bmr);
    const y2r = f64x2.sub(acr, bdr);
    const y2i = f64x2.sub(aci, bdi);
    const y3r = f64x2.sub(amr, bmi);
    const y3i = f64x2.add(ami, bmr);
    storeTurned(
      yr,
      f64x2.add(acr, bdr),
      turnedRe(y1r, y1i, w1r, w1i),
      turnedRe(y2r, y2i, w2r, w2i),
      turnedRe(y3r, y3i, w3r, w3i),
    );
    storeTurned(
      yi,
      f64x2.add(aci, bdi),
      turnedIm(y1r, y1i, w1r, w1i),
      turnedIm(y2r, y2i, w2r, w2i),
      turnedIm(y3r, y3i, w3r, w3i),
    );
    yr += 64;
    yi += 64;
    cos += 48;
    sin += 48;
  }
}

/** (r + i·√−1) · (wr + wi·√−1). */
function turn(yr: usize, yi: usize, r: v128, i: v128, wr: v128, wi: v128): void {
  v128.store(yr, turnedRe(r, i, wr, wi));
  v128.store(yi, turnedIm(r, i, wr, wi));
}

function turnedRe(r: v128, i: v128, wr: v128, wi: v128): v128 {
  return f64x2.sub(f64x2.mul(r, wr), f64x2.mul(i, wi));
}

function turnedIm(r: v128, i: v128, wr: v128, wi: v128): v128 {
  return f64x2.add(f64x2.mul(r, wi), f64x2.mul(i, wr));
}

/** Four values for each of two groups, group by group. */
function storeTurned(to: usize, y0: v128, y1: v128, y2: v128, y3: v128): void {
  v128.store(to, v128.shuffle<f64>(y0, y1, 0, 2));
  v128.store(to, v128.shuffle<f64>(y2, y3, 0, 2), 16);
  v128.store(to, v128.shuffle<f64>(y0, y1, 1, 3), 32);
  v128.store(to, v128.shuffle<f64>(y2, y3, 1, 3), 48);
}
