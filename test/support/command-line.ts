/** The command line as a process of its own, and WAV files to feed it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { SampleFormat } from '../../src/files/sample-format.ts';
import { readWavFile, wavBytes } from '../../tools/wav-files.ts';
import { noise } from '../engine/signals.ts';

/**
 * Built once for each test file, because threads cannot run TypeScript; somewhere below the package, whose models it
 * looks for.
 */
const COMMAND = fileURLToPath(
  new URL(`../../node_modules/.cache/denoise-node/command/cli-${process.pid}.mjs`, import.meta.url),
);
let built: Promise<unknown> | undefined;
process.on('exit', () => rmSync(COMMAND, { force: true }));

export interface Finished {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Writes the command as one file. */
export async function buildCommand(outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
  });
}

/** Starts the command. */
export function start(...args: string[]): Promise<ChildProcess> {
  return startIn({}, ...args);
}

/** Starts the command in a Node that gets further arguments of its own. */
export async function startIn(
  {
    nodeArgs = [],
    stdin = 'ignore',
    env = {},
  }: {
    nodeArgs?: readonly string[];
    stdin?: 'ignore' | 'pipe';
    /** Beside the variables that there are. */
    env?: Readonly<Record<string, string>>;
  },
  ...args: string[]
): Promise<ChildProcess> {
  built ??= buildCommand(COMMAND);
  await built;
  return spawn(process.execPath, [...nodeArgs, COMMAND, ...args], {
    stdio: [stdin, 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
}

/** Runs the command to its end. */
export async function command(...args: string[]): Promise<Finished> {
  return finished(await start(...args));
}

/** What a started command says until its end. */
export async function finished(child: ChildProcess): Promise<Finished> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [status] = (await once(child, 'close')) as [number];
  return { status, stdout, stderr };
}

/** Channels of noise, each another. */
export function channelsOf(count: number, frames: number): Float32Array[] {
  return Array.from({ length: count }, (_, c) => noise(frames, c + 1, 0.2));
}

/** A WAV file in memory. */
export function wav(format: SampleFormat, sampleRateHz: number, planes: readonly Float32Array[]): Uint8Array {
  return wavBytes({ format, sampleRateHz, channels: planes });
}

/** A whole WAV file. */
export async function readWav(path: string) {
  const { layout, channels: planes } = await readWavFile(path);
  return { layout, planes };
}
