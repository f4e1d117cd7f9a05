/**
 * In:     bytes of an MP3 file
 * Out:    the header of a frame, to mp3-scanner.ts
 * Thread: any of Node's
 */

/** What the four bytes before each frame say. ISO 11172-3, 2.4.2.3, and ISO 13818-3. */
export interface FrameHeader {
  readonly bytes: number;
  readonly samples: number;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** All that does not change within a file, as one number. */
  readonly kind: number;
}

/** Bytes of a header. */
export const HEADER_BYTES = 4;

/** Bit rates by version (2 for MPEG-2 and MPEG-2.5) and layer. */
const KBPS: Readonly<Record<string, readonly number[]>> = {
  '1:1': [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  '1:2': [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  '1:3': [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  '2:1': [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  '2:2': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  '2:3': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};

/** The header at `at`, or undefined where there is none. */
export function parseHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  if (at + HEADER_BYTES > bytes.length || bytes[at] !== 0xff || (bytes[at + 1] & 0xe0) !== 0xe0) return undefined;
  // 0: MPEG-2.5, 2: MPEG-2, 3: MPEG-1.
  const version = (bytes[at + 1] >> 3) & 3;
  const layer = 4 - ((bytes[at + 1] >> 1) & 3);
  const rateCode = (bytes[at + 2] >> 2) & 3;
  const bitrateCode = bytes[at + 2] >> 4;
  if (version === 1 || layer === 4 || rateCode === 3 || bitrateCode === 0 || bitrateCode === 15) return undefined;
  const kbps = KBPS[`${version === 3 ? 1 : 2}:${layer}`][bitrateCode];
  const sampleRateHz = [44100, 48000, 32000][rateCode] / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const padding = (bytes[at + 2] >> 1) & 1;
  const samples = layer === 1 ? 384 : layer === 3 && version !== 3 ? 576 : 1152;
  const length =
    layer === 1
      ? 4 * (Math.floor((12000 * kbps) / sampleRateHz) + padding)
      : Math.floor((samples * 125 * kbps) / sampleRateHz) + padding;
  const channels = bytes[at + 3] >> 6 === 3 ? 1 : 2;
  return { bytes: length, samples, sampleRateHz, channels, kind: version + 4 * layer + 16 * rateCode + 64 * channels };
}
