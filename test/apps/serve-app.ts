/** Serves built apps, and runs the servers of tools. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from '../../tools/server.mjs';
import { freePort } from '../support/free-port.mjs';
import { start } from './run-tool.ts';

export interface Served {
  readonly url: string;
  readonly close: () => Promise<unknown>;
}

const PATIENCE_MS = 60_000;
const BETWEEN_LOOKS_MS = 100;

/** A folder of finished files on a static server; a file that is not there is a 404. */
export async function serveFolder(root: string, isIsolated: boolean, path = '/'): Promise<Served> {
  const { origin, close } = await startServer({ root, isolated: isIsolated });
  return { url: `${origin}${path}`, close };
}

/** The server of a tool, once it answers, on a port of this machine that is free. */
export async function serveTool(
  folder: string,
  files: Readonly<Record<string, string>>,
  command: (port: string) => readonly string[],
): Promise<Served> {
  writeFiles(folder, files);
  for (const cache of ['node_modules/.vite', '.next/dev'])
    rmSync(join(folder, cache), { recursive: true, force: true });
  const port = await freePort();
  const tool = start(folder, command(String(port)));
  let said = '';
  let status: number | null | undefined;
  for (const stream of [tool.stdout, tool.stderr]) stream.on('data', (data) => (said += data));
  const ended = new Promise((resolve) => tool.on('close', resolve)).then((code) => (status = code as number | null));
  const url = `http://localhost:${port}/`;
  const close = (): Promise<unknown> => {
    try {
      process.kill(-tool.pid!, 'SIGTERM');
    } catch {
      // It has ended.
    }
    return ended;
  };
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await answers(url))) {
    if (status === undefined && performance.now() < deadline) {
      await sleep(BETWEEN_LOOKS_MS);
      continue;
    }
    await close();
    throw new Error(`${command('PORT').join(' ')} did not answer:\n${said}`);
  }
  return { url, close };
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
