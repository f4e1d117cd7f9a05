/**
 * In:     names of output files (plan.ts)
 * Out:    which file is written for each, under which name until it is whole, to output.ts; which names are one file
 * Thread: main
 */
import { fstatSync } from 'node:fs';
import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { type ObjectName, objectNamed } from './object-name.ts';
import { partIn } from './part-files.ts';

/** The name of the standard input among inputs, and of the standard output as an output. */
export const STANDARD = '-';

/** Other names of the two. They are not opened as files: a socket cannot be. */
const STANDARD_INPUT = /^\/dev\/stdin$|^\/(?:dev|proc\/self)\/fd\/0$/;
const STANDARD_OUTPUT = /^\/dev\/stdout$|^\/(?:dev|proc\/self)\/fd\/1$/;

/** Where one output goes. */
export type Target = FileTarget | ObjectTarget | typeof STANDARD;

/** A file that is to be written. */
export interface FileTarget {
  /** As the person named it. */
  readonly path: string;
  /** The file that is written: the path, or what it links to. */
  readonly file: string;
  /** Where it is written until it is whole. */
  readonly part: string;
}

/** An object that is to be written. It is there once its upload is completed, and not before. */
export interface ObjectTarget extends ObjectName {
  /** As the person named it. */
  readonly path: string;
}

/** More links in a row are a circle, as for Linux. */
const MOST_LINKS = 40;

/** The name of an input, {@link STANDARD} for every name of the standard input. */
export function inputNamed(path: string): string {
  return STANDARD_INPUT.test(path) ? STANDARD : path;
}

/** The name of an output, {@link STANDARD} for every name of the standard output. */
export function outputNamed(path: string): string {
  return STANDARD_OUTPUT.test(path) ? STANDARD : path;
}

/** As the person named it. */
export function pathOf(target: Target): string {
  return target === STANDARD ? STANDARD : target.path;
}

/** The names under which files are written until they are whole. */
export function partsOf(targets: readonly Target[]): readonly string[] {
  return targets.flatMap((target) => (typeof target !== 'string' && 'part' in target ? [target.part] : []));
}

/**
 * Follows links, so that a file is replaced and the link to it stays.
 * @param owner marks the names of parts, so that whoever does the same work later knows them
 */
export async function targetOf(path: string, owner?: string): Promise<Target> {
  if (path === STANDARD) return STANDARD;
  const object = objectNamed(path);
  if (object !== undefined) return { path, ...object };
  const file = await followed(path);
  return { path, file, part: partIn(dirname(file), owner) };
}

/**
 * The same text for every name of one file or folder: links, hard ones too, and other letters where the file system
 * takes them for the same. What does not exist is known by the nearest folder above that does.
 */
export async function identityOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  // Some network drives number nothing.
  if (found !== undefined && found.ino !== 0n) return `${found.dev}:${found.ino}`;
  if (found !== undefined) return realpath(path);
  const whole = resolve(path);
  const above = dirname(whole);
  return above === whole ? whole : `${await identityOf(above)}/${basename(whole)}`;
}

/** The same for an input, which may be the standard input, or an object. */
export async function identityOfInput(path: string): Promise<string> {
  if (objectNamed(path) !== undefined) return path;
  return path === STANDARD ? identityOfDescriptor(0) : identityOf(path);
}

/** The same for an output, which may be the standard output, or an object. */
export async function identityOfTarget(target: Target): Promise<string> {
  if (target === STANDARD) return identityOfDescriptor(1);
  return 'file' in target ? identityOf(target.file) : target.path;
}

/** A shell may have put a file there: `denoise-node - < FILE`. What is no file is like no other. */
async function identityOfDescriptor(descriptor: number): Promise<string> {
  try {
    const found = fstatSync(descriptor, { bigint: true });
    if (found.isFile()) return `${found.dev}:${found.ino}`;
  } catch {
    // Closed.
  }
  return `descriptor ${descriptor}`;
}

async function followed(path: string): Promise<string> {
  let file = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const found = await lstat(file).catch(() => undefined);
    if (found?.isSymbolicLink() !== true) return file;
    // A link is read from its own folder, wherever links have put that.
    file = resolve(await realpath(dirname(file)), await readlink(file));
  }
  throw new Error(`${path} is a link that leads to itself`);
}
