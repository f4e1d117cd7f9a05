/**
 * In:     names of output files (plan.ts)
 * Out:    which file is written for each, under which name until it is whole, to output.ts; which names are one file
 * Thread: main
 */
import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { partIn } from './part-files.ts';

/** Where one output goes. */
export interface Target {
  /** As the person named it. */
  readonly path: string;
  /** The file that is written: the path, or what it links to. */
  readonly file: string;
  /** Where it is written until it is whole. */
  readonly part: string;
}

/** More links in a row are a circle, as for Linux. */
const MOST_LINKS = 40;

/** Follows links, so that a file is replaced and the link to it stays. */
export async function targetOf(path: string): Promise<Target> {
  const file = await followed(path);
  return { path, file, part: partIn(dirname(file)) };
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
