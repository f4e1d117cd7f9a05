/**
 * In:     interleaved bytes of a file, or planar samples
 * Out:    the other of the two
 * Thread: any
 */

/** How a sample is stored. Little-endian; `uint8` has its zero at 128. */
export type SampleFormat = 'uint8' | 'int16' | 'int24' | 'int32' | 'float32' | 'float64';

const BYTES: Readonly<Record<SampleFormat, number>> = {
  uint8: 1,
  int16: 2,
  int24: 3,
  int32: 4,
  float32: 4,
  float64: 8,
};

/** Bytes of one sample. */
export function sampleBytes(format: SampleFormat): number {
  return BYTES[format];
}

/** Bytes of one frame: a sample of every channel. */
export function frameBytes(layout: { readonly channels: number; readonly format: SampleFormat }): number {
  return layout.channels * BYTES[layout.format];
}

/**
 * Interleaved bytes → planes. Writes `frames` samples to each of the `channels` from `start` on. Integers are scaled to
 * −1 … 1.
 */
export function decodeFrames(
  bytes: Uint8Array,
  format: SampleFormat,
  channels: readonly Float32Array[],
  frames: number,
  start = 0,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = BYTES[format];
  const step = size * channels.length;
  for (let c = 0; c < channels.length; c++) {
    const channel = channels[c];
    let at = c * size;
    // One loop for each format: a switch for each sample takes five times as long.
    switch (format) {
      case 'uint8':
        for (let n = start; n < start + frames; n++, at += step) channel[n] = (view.getUint8(at) - 0x80) / 0x80;
        break;
      case 'int16':
        for (let n = start; n < start + frames; n++, at += step) channel[n] = view.getInt16(at, true) / 0x8000;
        break;
      case 'int24':
        for (let n = start; n < start + frames; n++, at += step)
          channel[n] = (view.getUint16(at, true) + 0x10000 * view.getInt8(at + 2)) / 0x800000;
        break;
      case 'int32':
        for (let n = start; n < start + frames; n++, at += step) channel[n] = view.getInt32(at, true) / 0x80000000;
        break;
      case 'float32':
        for (let n = start; n < start + frames; n++, at += step) channel[n] = view.getFloat32(at, true);
        break;
      case 'float64':
        for (let n = start; n < start + frames; n++, at += step) channel[n] = view.getFloat64(at, true);
        break;
      default:
        unknownFormat(format);
    }
  }
}

/**
 * Planes → interleaved bytes, `frames` samples of each from `start` on. Integers are rounded and clipped. Samples from
 * {@link decodeFrames} go back exactly, up to 24 bits, which is what a float32 holds.
 */
export function encodeFrames(
  channels: readonly Float32Array[],
  format: SampleFormat,
  bytes: Uint8Array,
  frames: number,
  start = 0,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Most files have 16 bits, and a view of these takes a fifth of the time. Machines that run JavaScript are
  // little-endian, as files are.
  const asInt16 =
    format === 'int16' && bytes.byteOffset % 2 === 0
      ? new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1)
      : undefined;
  const size = BYTES[format];
  const step = size * channels.length;
  for (let c = 0; c < channels.length; c++) {
    const channel = channels[c];
    let at = c * size;
    switch (format) {
      case 'uint8':
        for (let n = start; n < start + frames; n++, at += step) view.setUint8(at, rounded(channel[n], 0x80) + 0x80);
        break;
      case 'int16':
        if (asInt16 === undefined)
          for (let n = start; n < start + frames; n++, at += step) view.setInt16(at, rounded(channel[n], 0x8000), true);
        else
          for (let n = start, i = c; n < start + frames; n++, i += channels.length)
            asInt16[i] = rounded(channel[n], 0x8000);
        break;
      case 'int24':
        for (let n = start; n < start + frames; n++, at += step) {
          const value = rounded(channel[n], 0x800000);
          view.setUint16(at, value & 0xffff, true);
          view.setInt8(at + 2, value >> 16);
        }
        break;
      case 'int32':
        for (let n = start; n < start + frames; n++, at += step)
          view.setInt32(at, rounded(channel[n], 0x80000000), true);
        break;
      case 'float32':
        for (let n = start; n < start + frames; n++, at += step) view.setFloat32(at, channel[n], true);
        break;
      case 'float64':
        for (let n = start; n < start + frames; n++, at += step) view.setFloat64(at, channel[n], true);
        break;
      default:
        unknownFormat(format);
    }
  }
}

/** Full scale of an integer format, in its steps; undefined for floats. */
export function fullScaleOf(format: SampleFormat): number | undefined {
  return format === 'float32' || format === 'float64' ? undefined : 2 ** (8 * BYTES[format] - 1);
}

/** Changes every sample as if it had been written in `format` and read again. Floats stay as they are. */
export function quantise(channels: readonly Float32Array[], format: SampleFormat, frames: number): void {
  const fullScale = fullScaleOf(format);
  if (fullScale === undefined) return;
  for (const channel of channels) {
    for (let n = 0; n < frames; n++) channel[n] = rounded(channel[n], fullScale) / fullScale;
  }
}

/** Whole steps of an integer format, clipped at its ends. NaN is silence. */
export function rounded(sample: number, fullScale: number): number {
  // The same as Math.round for what a float32 holds, and several times faster.
  const steps = Math.floor(sample * fullScale + 0.5);
  if (steps >= fullScale) return fullScale - 1;
  if (steps <= -fullScale) return -fullScale;
  return Number.isNaN(steps) ? 0 : steps;
}

function unknownFormat(format: never): never {
  throw new TypeError(`Unknown sample format ${String(format)}.`);
}
