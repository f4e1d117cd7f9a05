/** Ways to spoil a file: what disks, networks and people do, and what somebody might do who means harm. */
import { crc8, crc16 } from '../../src/files/flac/crc.ts';
import { decodeFrame } from '../../src/files/flac/flac-frame.ts';
import { parseFrameHeader } from '../../src/files/flac/flac-header.ts';
import { checksum, statedBytes } from '../../src/files/ogg/ogg-page.ts';
import type { Random } from './random.ts';

const MOST_BYTES = 1 << 18;
const HEADER_BYTES = 200;
/** Numbers at which programs go wrong. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

type Spoiling = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const SPOILINGS: readonly Spoiling[] = [
  // Single bits, all over.
  (bytes, random) =>
    changed(bytes, random, random.length(30), 0, bytes.length, (byte) => byte ^ (1 << random.below(8))),
  // Bytes, where headers are.
  (bytes, random) => changed(bytes, random, random.length(8), 0, HEADER_BYTES, () => random.below(256)),
  (bytes, random) => changed(bytes, random, random.length(200), 0, bytes.length, () => random.below(256)),
  // A number that is at the edge of something.
  (bytes, random) => {
    const out = bytes.slice();
    const size = random.pick([1, 2, 4, 8]);
    const end = random.chance(0.7) ? Math.min(HEADER_BYTES, out.length) : out.length;
    const at = random.below(end - size);
    if (out.length < size) return out;
    const view = new DataView(out.buffer);
    const value = random.pick(EDGES);
    if (size === 1) out[at] = value;
    else if (size === 2) view.setUint16(at, value & 0xffff, random.chance(0.5));
    else if (size === 4) view.setUint32(at, value, random.chance(0.5));
    else view.setBigUint64(at, BigInt(value) << BigInt(random.pick([0, 16, 31, 32])), random.chance(0.5));
    return out;
  },
  // A stretch that is zeros, or noise, or gone, or there twice.
  (bytes, random) => stretch(bytes, random, (before, inside, after) => joined(before, inside.fill(0), after)),
  (bytes, random) => stretch(bytes, random, (before, inside, after) => joined(before, noise(inside, random), after)),
  (bytes, random) => stretch(bytes, random, (before, _, after) => joined(before, after)),
  (bytes, random) => stretch(bytes, random, (before, inside, after) => joined(before, inside, inside, after)),
  // The same over and over.
  (bytes, random) => stretch(bytes, random, (before, inside, after) => joined(before, repeated(inside, random), after)),
  // Cut off, at the end or at the beginning.
  (bytes, random) => bytes.slice(0, random.below(bytes.length)),
  (bytes, random) => bytes.slice(random.below(bytes.length)),
  // Something else in front, inside, behind.
  (bytes, random, other) => joined(other.slice(0, random.below(other.length)), bytes),
  (bytes, random, other) => joined(bytes, other.slice(random.below(other.length))),
  (bytes, random, other) => stretch(bytes, random, (before, _, after) => joined(before, other, after)),
];

/** The file, spoilt in one to four ways; then, in half of all cases, with checksums that are right again. */
export function spoil(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  let spoilt = bytes.slice();
  for (let i = random.length(4); i > 0; i--)
    spoilt = random.pick(SPOILINGS)(spoilt, random, other).slice(0, MOST_BYTES);
  if (random.chance(0.5)) mendOggPages(spoilt);
  if (random.chance(0.5)) spoilFlacFrames(spoilt, random);
  return spoilt;
}

/** Bytes of a file that has been cut off, and nothing else. */
export function cutOff(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.slice(0, 1 + random.below(bytes.length - 1));
}

function changed(
  bytes: Uint8Array,
  random: Random,
  times: number,
  from: number,
  to: number,
  change: (byte: number) => number,
): Uint8Array {
  const out = bytes.slice();
  for (let i = 0; i < times && out.length > 0; i++) {
    const at = Math.min(out.length - 1, from + random.below(to - from));
    out[at] = change(out[at]);
  }
  return out;
}

function stretch(
  bytes: Uint8Array,
  random: Random,
  change: (before: Uint8Array, inside: Uint8Array, after: Uint8Array) => Uint8Array,
): Uint8Array {
  if (bytes.length === 0) return bytes;
  const from = random.below(bytes.length);
  const to = from + random.length(bytes.length - from);
  return change(bytes.slice(0, from), bytes.slice(from, to), bytes.slice(to));
}

function repeated(bytes: Uint8Array, random: Random): Uint8Array {
  const most = random.length(MOST_BYTES);
  return Uint8Array.from({ length: Math.max(bytes.length, most) }, (_, i) => bytes[i % bytes.length]);
}

function noise(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.map(() => random.below(256));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => {
    whole.set(part, at);
    return at + part.length;
  }, 0);
  return whole;
}

function mendOggPages(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    const length = statedBytes(bytes, at);
    if (length === undefined || at + length > bytes.length) {
      at += 1;
      continue;
    }
    new DataView(bytes.buffer).setUint32(at + 22, checksum(bytes, at, at + length), true);
    at += length;
  }
}

/** Changes bits inside of FLAC frames, whose checksums are right afterwards. */
function spoilFlacFrames(bytes: Uint8Array, random: Random): void {
  for (let at = 0; at < bytes.length - 16; ) {
    const header = parseFrameHeader(bytes, at, { sampleRateHz: 0, bits: 16 });
    const planes = header && Array.from({ length: header.channels }, () => new Float64Array(header.samples));
    const frame = header && planes && decodeFrame(bytes, at, header, planes);
    if (!header || !frame?.isFrame) {
      at += 1;
      continue;
    }
    const end = at + frame.bytes - 2;
    if (random.chance(0.3)) bytes[at + 4] ^= 1 << random.below(7);
    for (let i = random.length(4); i > 1; i--) bytes[at + header.bytes + random.below(40)] ^= 1 << random.below(8);
    bytes[at + header.bytes - 1] = crc8(bytes, at, at + header.bytes - 1);
    const sum = crc16(bytes, at, end);
    bytes[end] = sum >> 8;
    bytes[end + 1] = sum & 0xff;
    at = end + 2;
  }
}
