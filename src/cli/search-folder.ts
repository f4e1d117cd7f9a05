/**
 * In:     a folder that the command line names (plan.ts)
 * Out:    the recordings in it, and what was left out
 * Thread: main
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { identityOf } from './target.ts';

/** Something in a folder, or on the command line, that does not become a recording, and why. */
export interface Refusal {
  readonly input: string;
  readonly reason: string;
}

/** What a search has brought. */
export interface Search {
  /** In the order of their names. */
  readonly found: readonly string[];
  /** What should have been read and cannot be. */
  readonly refused: readonly Refusal[];
  /** Folders that are searched already under another name. */
  readonly leftOut: readonly Refusal[];
}

/**
 * All files that `isRecording` takes by their names, in a folder and the folders inside. Links are followed, each
 * folder is searched once, however many ways lead to it, and its own way comes first. Hidden files and folders are left
 * out: what a Mac puts beside every file on foreign disks (._name.wav), what git-annex keeps. So is `except`, the
 * output folder, which may lie inside.
 */
export async function searchFolder(
  folder: string,
  except: string,
  isRecording: (path: string) => boolean,
): Promise<Search> {
  const found: string[] = [];
  const refused: Refusal[] = [];
  const leftOut: Refusal[] = [];
  const exceptIdentity = await identityOf(except);
  const searched = new Map<string, string>();
  /** Links to folders. They wait until all has been searched that can be reached without them. */
  const links = [folder];
  const search = async (path: string): Promise<void> => {
    const identity = await identityOf(path);
    if (identity === exceptIdentity && path !== folder) return;
    const before = searched.get(identity);
    if (before !== undefined) {
      leftOut.push({ input: path, reason: `left out: it is the folder ${before}, which is searched already` });
      return;
    }
    searched.set(identity, path);
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const inside = join(path, entry.name);
      if (entry.isDirectory()) await attempt(inside, search);
      else if (!entry.isFile()) await attempt(inside, followLink);
      else if (isRecording(inside)) found.push(inside);
    }
  };
  const followLink = async (path: string): Promise<void> => {
    const there = await stat(path).catch(() => undefined);
    if (there?.isDirectory() === true) links.push(path);
    else if (!isRecording(path)) return;
    else if (there === undefined) refused.push({ input: path, reason: 'a link to what is not there' });
    else if (there.isFile()) found.push(path);
  };
  const attempt = async (path: string, action: (path: string) => Promise<void>): Promise<void> => {
    try {
      await action(path);
    } catch (error) {
      refused.push({ input: path, reason: error instanceof Error ? error.message : String(error) });
    }
  };
  for (let link = links.shift(); link !== undefined; link = links.shift()) await attempt(link, search);
  return { found: found.sort(), refused, leftOut };
}
