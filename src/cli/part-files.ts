/**
 * In:     folders that outputs go to (target.ts, main.ts)
 * Out:    names of files that are not whole yet; those that a dead process has left are removed
 * Thread: main
 *
 * A part lies beside its target, because only within a file system is renaming done at once or not at all. Its name is
 * short, however long the target's is, and says whose it is: .denoise-node.MACHINE.PROCESS.[WORK]RANDOM.part
 */
import { createHash, randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

const PART = /^\.denoise-node\.([0-9a-f]{8})\.(\d+)\.((?:[0-9a-f]{8}){1,2})\.part$/;
/** Whether a process of another machine, or container, still lives cannot be asked. It writes more often than this. */
const STALE_MS = 7 * 24 * 3600 * 1000;

/**
 * A new name for a file in this folder that is not whole yet: hidden, and not that of a recording.
 * @param work 8 hexadecimal digits by which {@link removePartsOf} knows it
 */
export function partIn(folder: string, work = ''): string {
  return join(folder, `.denoise-node.${machine()}.${process.pid}.${work}${randomBytes(4).toString('hex')}.part`);
}

/** Removes what whoever did this work before has left in a folder, on any machine, dead or alive. */
export async function removePartsOf(work: string, folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, , , random = ''] = PART.exec(name) ?? [];
    if (random.length > work.length && random.startsWith(work)) await rm(join(folder, name), { force: true });
  }
}

/**
 * Removes what processes that were killed have left in a folder. To be called before this one writes anything: then
 * parts with its own number are another's as well, which had it before.
 */
export async function removeStaleParts(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, owner, number] = PART.exec(name) ?? [];
    if (owner === undefined) continue;
    const part = join(folder, name);
    if (owner === machine() ? !isOtherAlive(Number(number)) : await isOld(part)) await rm(part, { force: true });
  }
}

function isOtherAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is someone else's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MS;
}

let known: string | undefined;

/** Where this process's number means this process: the machine, and on Linux the container. */
function machine(): string {
  known ??= createHash('sha256').update(`${hostname()} ${pidNamespace()}`).digest('hex').slice(0, 8);
  return known;
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
