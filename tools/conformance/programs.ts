/** Programs that write and read recordings: whether they are installed, and running them. */
import { execFileSync, spawnSync } from 'node:child_process';

const known = new Map<string, boolean>();

/** Whether a program can be started. */
export function isInstalled(program: string): boolean {
  let there = known.get(program);
  if (there === undefined) {
    there = spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
    known.set(program, there);
  }
  return there;
}

/** Runs a shell line in a folder. Throws where it fails. */
export function shell(line: string, folder: string): void {
  execFileSync('sh', ['-ec', line], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Runs a program; undefined where it fails. */
export function tried(program: string, args: readonly string[]): Buffer | undefined {
  const { status, stdout } = spawnSync(program, args, { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 30 });
  return status === 0 ? stdout : undefined;
}
