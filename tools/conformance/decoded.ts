/** A recording as this package's readers decode it, whole. */
import { readFile } from 'node:fs/promises';
import { type AudioKind, openAudio } from '../../src/cli/formats/open-audio.ts';
import type { AudioReader } from '../../src/files/audio-file.ts';
import { bytesSource } from '../../src/files/byte-source.ts';

export interface Decoded {
  readonly kind: AudioKind;
  readonly sampleRateHz: number;
  readonly channels: readonly Float32Array[];
  readonly format: AudioReader['format'];
  readonly warnings: readonly string[];
}

const PIECE_FRAMES = 48000;

/** Rejects with the reader's Error. */
export async function decodeOurs(path: string): Promise<Decoded> {
  const { kind, reader } = await openAudio(bytesSource(await readFile(path)));
  const { sampleRateHz, format } = reader;
  try {
    return { kind, sampleRateHz, format, channels: await readAll(reader), warnings: reader.warnings };
  } finally {
    reader.close();
  }
}

async function readAll(reader: AudioReader): Promise<Float32Array[]> {
  const pieces: Float32Array[][] = [];
  let frames = 0;
  for (let count = -1; count !== 0; frames += count) {
    const piece = Array.from({ length: reader.channels }, () => new Float32Array(PIECE_FRAMES));
    count = await reader.read(piece, 0, PIECE_FRAMES);
    pieces.push(piece.map((plane) => plane.subarray(0, count)));
  }
  return Array.from({ length: reader.channels }, (_, c) => {
    const whole = new Float32Array(frames);
    pieces.reduce((at, piece) => {
      whole.set(piece[c], at);
      return at + piece[c].length;
    }, 0);
    return whole;
  });
}
