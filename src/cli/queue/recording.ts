/**
 * In:     what was found to enhance (gather.ts)
 * Out:    the job for it, as it stands in Redis, to add.ts, work.ts and status.ts
 * Thread: main
 */
import { createHash } from 'node:crypto';
import type { EnhanceSettings } from '../../files/enhance.ts';
import type { OutputFormat } from '../arguments.ts';
import type { FileResult } from '../enhance-file.ts';

/** How recordings of an order are enhanced. */
export interface RecordingSettings extends Required<EnhanceSettings> {
  /** A name of the catalogue, which each machine has in a place of its own, or the absolute path or URL of a model. */
  readonly model: string;
}

/** The data of a job: names are absolute paths, or s3://BUCKET/KEY. */
export interface Recording {
  readonly source: string;
  readonly output: string;
  readonly residual?: string;
  readonly format: OutputFormat;
  readonly bytes: number;
  /** Another one once the source has changed: when it was written, or the tag that its store gives it. */
  readonly version: string;
  readonly settings: RecordingSettings;
  readonly overwrite: boolean;
  /** The outputs' places were free when work began, or might be replaced: what lies there since is this job's own. */
  readonly begun?: true;
}

/** What is kept of a job that is done. */
export interface Done extends FileResult {
  readonly elapsedSeconds: number;
}

/** The progress of a job, as an event and while it is under way. */
export interface Progress {
  /** 0 … 1. */
  readonly share: number;
}

/** The same for the same work: a source as it is, its outputs, and the settings. */
export function idOf({ source, output, residual, format, bytes, version, settings }: Recording): string {
  const work = JSON.stringify([source, bytes, version, output, residual, format, Object.entries(settings).sort()]);
  return `r${createHash('sha256').update(work).digest('hex').slice(0, 31)}`;
}

/** By what the parts of a job's outputs are known while they are not whole. */
export function markOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 8);
}
