/**
 * In:     why a recording failed (work.ts)
 * Out:    the same with what to do about it
 * Thread: main
 */
import { codeOf, reasonOf } from '../worker.ts';

const RETRY = 'then "denoise-node queue retry"';

/** By what the file system or a store calls it. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOENT: `it was moved or removed, or this machine does not have the folder: bring it back, ${RETRY}`,
  NoSuchKey: `bring it back, ${RETRY}, or forget it with "denoise-node queue clean --failed"`,
  EACCES: `give the worker's user the right to it, ${RETRY}`,
  EPERM: `give the worker's user the right to it, ${RETRY}`,
  EROFS: `the disk can only be read: mount it for writing, ${RETRY}`,
  ENOSPC: `the disk is full: make room, ${RETRY}`,
  EDQUOT: `the disk quota is used up: make room, ${RETRY}`,
  EFBIG: `the file is larger than this user or disk may have: change that, ${RETRY}`,
  EMFILE: `this worker may not have so many files open: ulimit -n, or fewer --jobs, ${RETRY}`,
  EIO: `the disk or network drive failed: see to it, ${RETRY}`,
};

/** What went wrong in a sentence, with what to do where that can be said. */
export function withAdvice(error: unknown): string {
  const advice = ADVICE[codeOf(error) ?? ''];
  return advice === undefined ? reasonOf(error) : `${reasonOf(error)}; ${advice}`;
}
