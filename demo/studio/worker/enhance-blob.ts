/**
 * In:     a WAV file as a blob, read a second of sound at a time
 * Out:    a WAV file of the same length (store.ts), its picture, and what there is to say about it
 * Thread: [worker]
 *
 *     blob ─► files/enhance-reader ─┬─► enhanced ─► WavWriter ─► sink       as on the command line
 *                                   └─► removed ──► picture and loudness
 */
import type { Denoiser } from '../../../src/engine/index.ts';
import type { AudioWriter } from '../../../src/files/audio-file.ts';
import { blobSource, withSignal } from '../../../src/files/byte-source.ts';
import { enhanceReader } from '../../../src/files/enhance-reader.ts';
import { openWav, type WavReader } from '../../../src/files/wav/wav-reader.ts';
import { WavWriter } from '../../../src/files/wav/wav-writer.ts';
import { integratedLoudness, LoudnessSteps } from '../../loudness.ts';
import type { EnhanceReport, FileSettings } from '../protocol.ts';
import { type SketchColumns, Sketcher, VERSIONS } from '../sketch.ts';
import { quietLoudness } from './quiet.ts';
import type { Sink } from './store.ts';

/** One recording to enhance. */
export interface BlobJob {
  readonly wav: Blob;
  /** How the result is stored: as the input, or as 24 bits where the input is what a browser has decoded. */
  readonly format: WavReader['format'];
  readonly settings: FileSettings;
  readonly signal: AbortSignal;
  /** After every second of sound, with the columns of the picture that are new. */
  readonly onProgress: (frames: number, columns: SketchColumns | undefined) => void;
}

type Report = Omit<EnhanceReport, 'modelName' | 'modelVersion' | 'elapsedSeconds'>;

/** Enhances one recording in memory that does not depend on its length. Throws the signal's reason when aborted. */
export async function enhanceBlob(
  denoiser: Denoiser,
  { wav, format, settings, signal, onProgress }: BlobJob,
  sink: Sink,
): Promise<Report> {
  const reader = await openWav(withSignal(blobSource(wav), signal));
  const { layout } = reader;
  const writer = await WavWriter.open(sink, {
    ...shapeOf(reader),
    format,
    ...(format === layout.format ? { layout } : {}),
  });
  const listener = new Listener(reader, writer);
  try {
    const { limitDb, ...others } = settings;
    const options = {
      ...others,
      attenuationLimitDb: limitDb,
      signal,
      onProgress: (share: number) => onProgress(Math.round(share * reader.frames), listener.sketcher.take()),
    };
    const { brokenSamples } = await enhanceReader(
      denoiser,
      reader,
      { enhanced: listener.enhanced, removed: listener.removed },
      options,
    );
    await writer.finish();
    return { ...listener.report(), brokenSamples };
  } finally {
    writer.close();
    reader.close();
  }
}

function shapeOf({ sampleRateHz, channels, frames }: WavReader) {
  return { sampleRateHz, channels, frames };
}

/** Draws and measures before, after and removed as they pass on their way to the file. */
class Listener {
  readonly sketcher: Sketcher;
  readonly enhanced: AudioWriter;
  readonly removed: AudioWriter;
  readonly #meters: readonly LoudnessSteps[];
  readonly #energies: readonly number[][] = Array.from({ length: VERSIONS }, () => []);
  readonly #peaks: [number, number, number] = [0, 0, 0];
  readonly #before: readonly Float32Array[];
  readonly #after: readonly Float32Array[];

  constructor({ frames, sampleRateHz, channels }: WavReader, writer: WavWriter) {
    this.sketcher = new Sketcher(frames, sampleRateHz);
    this.#meters = Array.from({ length: VERSIONS }, () => new LoudnessSteps(sampleRateHz, channels));
    const piece = Math.ceil(sampleRateHz);
    this.#before = Array.from({ length: channels }, () => new Float32Array(piece));
    this.#after = this.#before.map(() => new Float32Array(piece));
    const idle = { format: writer.format, finish: () => Promise.resolve(), close: () => {} };
    this.enhanced = {
      ...idle,
      write: async (planes, start, count) => {
        this.#after.forEach((plane, c) => plane.set(planes[c].subarray(start, start + count)));
        await writer.write(planes, start, count);
      },
    };
    // Comes after each piece of the enhanced side, about the same moment.
    this.removed = {
      ...idle,
      write: async (planes, start, count) =>
        this.#hear(
          planes.map((plane) => plane.subarray(start, start + count)),
          count,
        ),
    };
  }

  #hear(removed: readonly Float32Array[], count: number): void {
    const [before, after] = [this.#before, this.#after];
    for (let c = 0; c < before.length; c++) for (let i = 0; i < count; i++) before[c][i] = after[c][i] + removed[c][i];
    this.sketcher.add(before, after, 0, count);
    [before, after, removed].forEach((planes, v) => {
      this.#meters[v].push(planes, 0, count, (energy) => this.#energies[v].push(energy));
      for (const plane of planes)
        for (let i = 0; i < count; i++) if (Math.abs(plane[i]) > this.#peaks[v]) this.#peaks[v] = Math.abs(plane[i]);
    });
  }

  report(): Omit<Report, 'brokenSamples'> {
    const [before, after, removed] = this.#energies;
    return {
      loudness: [integratedLoudness(before), integratedLoudness(after), integratedLoudness(removed)],
      background: [quietLoudness(before), quietLoudness(after)],
      peak: this.#peaks,
    };
  }
}
