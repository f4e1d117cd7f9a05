import { CONVERT } from '../recognise.ts';

/** Codings that Apple's containers hold and that are not read, as people call them. */
const NAMES: Readonly<Record<string, string>> = {
  'aac ': 'AAC',
  alac: 'Apple Lossless',
  flac: 'FLAC',
  ima4: 'IMA ADPCM',
  MAC3: 'MACE',
  MAC6: 'MACE',
  opus: 'Opus',
  QDM2: 'QDesign Music',
  '.mp3': 'MP3',
};

/** The error for a container whose samples are coded in a way that is not read. */
export function unreadCoding(found: string): Error {
  return new Error(
    `expected PCM of 8, 16, 24 or 32 bits, float of 32 or 64, A-law or µ-law, found ${found}: ${CONVERT}`,
  );
}

/** What a file with samples of this type, four letters, holds. */
export function typeString(type: string, bits: number): string {
  return NAMES[type] ?? `${JSON.stringify(type)} with ${bits} bits`;
}
