/** What the studio's page and its enhancing workers tell each other. Jobs are numbered by the page. */
import type { SampleFormat } from '../../src/files/sample-format.ts';
import type { SketchColumns } from './sketch.ts';

/** How strongly one file is enhanced, and by which model. */
export interface FileSettings {
  /** Name of the model, as models/catalogue.json has it. */
  readonly model: string;
  /** 0 leaves the sound as it is, 1 takes all noise out that the model can. */
  readonly mix: number;
  /** Most that noise is turned down, dB, 0 to 100 (no limit). */
  readonly limitDb: number;
  /** Cutoff of the high-pass, Hz, 0 (off) to 400. */
  readonly highPassHz: number;
  /** Brings voices to `targetLevelDb`, dBFS, −40 to −10. */
  readonly autoGain: boolean;
  readonly targetLevelDb: number;
}

export type PageToWorker =
  /** Sent first, once: where results are kept. Not answered. */
  | { readonly type: 'begin'; readonly session: string }
  /** Answered by `progress` about once for each second of sound, then by `done` or `failed`. One at a time. */
  | {
      readonly type: 'enhance';
      readonly job: number;
      /** A WAV file; it is read in slices. */
      readonly wav: Blob;
      /** How samples of the result are stored. */
      readonly format: SampleFormat;
      readonly modelUrl: string;
      readonly settings: FileSettings;
    }
  /** Answered by `packed` or `failed`. */
  | {
      readonly type: 'pack';
      readonly job: number;
      readonly entries: readonly { readonly name: string; readonly content: Blob | string }[];
    }
  /** Ends a job at the next second of sound, with `failed` and an AbortError. Without such a job, nothing happens. */
  | { readonly type: 'cancel'; readonly job: number }
  /** Deletes a result that is needed no more. Not answered. */
  | { readonly type: 'discard'; readonly stored: string };

/** What came of one file. Loudness in LUFS, −Infinity for silence. */
export interface EnhanceReport {
  readonly modelName: string;
  readonly modelVersion: string;
  /** Time that the work took, the loading of the model not counted. */
  readonly elapsedSeconds: number;
  /** Of before, after and removed, in that order. */
  readonly loudness: readonly [number, number, number];
  /** Loudness of the quiet tenth of before and after: what is left when nobody speaks. */
  readonly background: readonly [number, number];
  /** Highest absolute sample of before, after and removed. */
  readonly peak: readonly [number, number, number];
  /** Samples that were NaN or infinite and count as silence. */
  readonly brokenSamples: number;
}

/** A blob, and its name in the store; no name where it lives in memory. */
export interface Stored {
  readonly content: Blob;
  readonly stored: string | undefined;
}

export type WorkerToPage =
  | {
      readonly type: 'progress';
      readonly job: number;
      readonly frames: number;
      readonly columns: SketchColumns | undefined;
    }
  | { readonly type: 'done'; readonly job: number; readonly result: Stored; readonly report: EnhanceReport }
  | { readonly type: 'packed'; readonly job: number; readonly result: Stored }
  | {
      readonly type: 'failed';
      readonly job: number;
      readonly error: { readonly name: string; readonly message: string };
    };
