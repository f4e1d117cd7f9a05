/** The numbers of sample codings in a WAV file's format chunk, which Windows gives out (mmreg.h). */
export const FORMAT_PCM = 1;
export const FORMAT_FLOAT = 3;
export const FORMAT_A_LAW = 6;
export const FORMAT_MU_LAW = 7;
export const FORMAT_MP3 = 85;
/** The number stands further back in the chunk. */
export const FORMAT_EXTENSIBLE = 0xfffe;

/** Those that are met in the wild and not read, as people call them. */
const NAMES: Readonly<Record<number, string>> = {
  2: 'Microsoft ADPCM',
  17: 'IMA ADPCM',
  34: 'TrueSpeech',
  49: 'GSM 6.10',
  64: 'G.721 ADPCM',
  69: 'G.726 ADPCM',
  80: 'MPEG layer I or II',
  [FORMAT_MP3]: 'MP3',
  100: 'G.726 ADPCM',
  160: 'WMA voice',
  255: 'AAC',
  352: 'Windows Media audio',
  353: 'Windows Media audio',
  354: 'Windows Media audio',
  5632: 'AAC',
  5648: 'AAC',
  8192: 'AC-3',
  8193: 'DTS',
  26447: 'Vorbis',
  61868: 'FLAC',
};

/** What such a file holds, for a sentence. */
export function codeString(code: number, bits: number): string {
  const name = NAMES[code];
  return name === undefined ? `format ${code} with ${bits} bits` : `${name} (format ${code})`;
}
