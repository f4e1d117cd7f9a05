/** Runs the tools of an app. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Runs a command of the app's tools. */
export async function run(folder: string, [command, ...args]: readonly string[]): Promise<void> {
  const child = start(folder, [command, ...args]);
  const [out, err, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve)),
  ]);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${out}${err}`);
}

/** Starts a command of the app's tools, in a process group of its own. */
export function start(folder: string, [command, ...args]: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const bin = join(folder, 'node_modules', '.bin', command);
  const linked = join(ROOT, 'node_modules', '.bin', command);
  const path = [bin, linked].find(existsSync) ?? command;
  return spawn(path, args, {
    cwd: folder,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', FORCE_COLOR: undefined, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}
