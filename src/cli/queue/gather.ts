/**
 * In:     sources and the output of `queue add` (arguments.ts)
 * Out:    the recordings there, and where each goes, to add.ts
 * Thread: main
 */
import { stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { modelUrl } from '../../node/bundled-models.ts';
import { type Order, UsageError } from '../arguments.ts';
import { hasNameOfRecording } from '../formats/open-audio.ts';
import { nameOf, type ObjectName, objectNamed } from '../object-name.ts';
import { inFolder, kindOf, type Pairing, pairingOf, withTargets } from '../plan.ts';
import { type Refusal, searchFolder } from '../search-folder.ts';
import { pathOf } from '../target.ts';
import { reasonOf } from '../worker.ts';
import type { Recording, RecordingSettings } from './recording.ts';

/** What an order comes to. */
export interface Gathered {
  readonly recordings: readonly Recording[];
  /** Sources that cannot become jobs. */
  readonly refusals: readonly Refusal[];
  /** Folders that need not be searched. */
  readonly leftOut: readonly Refusal[];
}

/** What a source was when it was found. */
type Version = Pick<Recording, 'bytes' | 'version'>;

/**
 * Finds the recordings of an order. Files keep their names below their source. Rejects with a {@link UsageError}, or a
 * StoreError where a store cannot be listed.
 */
export async function gather(order: Order): Promise<Gathered> {
  const output = objectNamed(order.output) === undefined ? resolve(order.output) : order.output;
  if ((await kindOf(output)) === 'file')
    throw new UsageError(`Expected a folder or s3://BUCKET/PREFIX as the output, but "${order.output}" is a file.`);
  const settings = settingsOf(order);
  const pairings: Pairing[] = [];
  const named: string[] = [];
  const refusals: Refusal[] = [];
  const leftOut: Refusal[] = [];
  const versions = new Map<string, Version>();
  const add = (source: string, name: string): void => {
    pairings.push(pairingOf(source, below(output, inFolder(name, order.format)), order));
  };
  for (const source of order.inputs) {
    const object = objectNamed(source);
    if (object !== undefined) {
      const found = await addObjects(object, output, versions, add);
      if (!found) refusals.push({ input: source, reason: 'there are no recordings' });
      continue;
    }
    const path = resolve(source);
    const kind = await kindOf(path);
    if (kind === 'folder') {
      const search = await searchFolder(path, output, hasNameOfRecording);
      refusals.push(...search.refused);
      leftOut.push(...search.leftOut);
      if (search.found.length === 0) refusals.push({ input: path, reason: 'no recordings in this folder' });
      for (const file of search.found) add(file, relative(path, file));
    } else if (kind === 'file') {
      named.push(path);
      add(path, basename(path));
    } else
      refusals.push({ input: path, reason: kind === 'missing' ? 'no such file or folder' : 'not a file or folder' });
  }
  const { jobs, refused } = await withTargets(pairings, named);
  const recordings: Recording[] = [];
  for (const { input, output, residual, format } of jobs) {
    const version = versions.get(input) ?? (await versionOf(input));
    if (version === undefined) refusals.push({ input, reason: 'it was removed while the folder was searched' });
    else
      recordings.push({
        source: input,
        output: pathOf(output),
        ...(residual === undefined ? {} : { residual: pathOf(residual) }),
        format,
        ...version,
        settings,
        overwrite: order.overwrite,
      });
  }
  return { recordings, refusals: [...refusals, ...refused], leftOut };
}

function settingsOf(order: Order): RecordingSettings {
  const { mix, attenuationLimitDb, highPassHz, autoGain, targetLevelDb } = order;
  return { model: modelOf(order.model), mix, attenuationLimitDb, highPassHz, autoGain, targetLevelDb };
}

/** A name of the catalogue stays one. */
function modelOf(model: string): string {
  try {
    if (modelUrl(model) !== model || /^[a-z]+:\/\//i.test(model)) return model;
  } catch (cause) {
    throw new UsageError(reasonOf(cause), { cause });
  }
  return resolve(model);
}

/** Adds what a store has there, but for the outputs, hidden ones and what is in hidden places. */
async function addObjects(
  place: ObjectName,
  output: string,
  versions: Map<string, Version>,
  add: (source: string, name: string) => void,
): Promise<boolean> {
  const { listObjects } = await import('../s3/index.ts');
  const isOneOf = (key: string): boolean => key === place.key;
  let found = false;
  for await (const { bucket, key, bytes, tag } of listObjects(place)) {
    const source = nameOf({ bucket, key });
    const name = isOneOf(key) ? (key.split('/').at(-1) ?? key) : key.slice(place.key.length).replace(/^\//, '');
    if (!isOneOf(key) && (source.startsWith(`${output.replace(/\/$/, '')}/`) || !isRecording(name))) continue;
    versions.set(source, { bytes, version: tag });
    add(source, name);
    found = true;
  }
  return found;
}

function isRecording(name: string): boolean {
  return hasNameOfRecording(name) && !name.split('/').some((part) => part.startsWith('.') || part === '');
}

/** The place of an output below a folder or prefix. */
function below(place: string, name: string): string {
  const object = objectNamed(place);
  if (object === undefined) return join(place, name);
  const folder = object.key === '' || object.key.endsWith('/') ? object.key : `${object.key}/`;
  return nameOf({ bucket: object.bucket, key: folder + name.split(sep).join('/') });
}

async function versionOf(path: string): Promise<Version | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && { bytes: found.size, version: String(found.mtimeMs) };
}
