import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Denoiser } from '../engine/index.ts';
import { type CommandLine, HELP, readCommandLine, UsageError } from './arguments.ts';
import { enhanceFile } from './enhance-file.ts';
import { type Job, planJobs, type Refusal } from './plan.ts';

/**
 * In:     the command line
 * Out:    enhanced files, a line about each (or one JSON object), an exit status
 * Thread: main
 */

/** Exit statuses, as `--help` documents them. */
const Exit = { ok: 0, someFailed: 1, usage: 2, model: 3, interrupted: 130 } as const;

/** What is told about one file; in `--json` output exactly these keys. */
interface FileReport {
  readonly input: string;
  readonly output?: string;
  /** Length of the recording. */
  readonly seconds?: number;
  /** Time that it took. */
  readonly elapsedSeconds?: number;
  readonly error?: string;
}

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
process.once('SIGTERM', () => interrupt.abort());
process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  try {
    const command = readCommandLine(words);
    if (command === 'help') return print(HELP);
    if (command === 'version') return print(`${packageVersion()}\n`);
    const { jobs, refusals } = await planJobs(command.inputs, command.output);
    return await enhanceAll(command, jobs, refusals);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`denoise-node: ${error.message} See denoise-node --help.\n`);
    return Exit.usage;
  }
}

async function enhanceAll(command: CommandLine, jobs: readonly Job[], refusals: readonly Refusal[]): Promise<number> {
  const reports: FileReport[] = refusals.map(({ input, reason }) => failed(input, reason));
  let denoiser: Denoiser;
  try {
    denoiser = await Denoiser.load({ modelUrl: modelUrl(command.model) });
  } catch (error) {
    process.stderr.write(`denoise-node: ${reasonOf(error)}\n`);
    return Exit.model;
  }
  for (const job of jobs) {
    if (interrupt.signal.aborted) break;
    reports.push(await enhanceOne(denoiser, command, job));
  }
  denoiser.dispose();
  const failures = reports.filter((report) => report.error !== undefined).length;
  if (command.json)
    print(`${JSON.stringify({ model: denoiser.manifest.name, version: denoiser.manifest.version, failed: failures, files: reports }, null, 2)}\n`);
  if (interrupt.signal.aborted) return Exit.interrupted;
  return failures > 0 ? Exit.someFailed : Exit.ok;
}

async function enhanceOne(denoiser: Denoiser, command: CommandLine, job: Job): Promise<FileReport> {
  const started = performance.now();
  const talks = !command.quiet && !command.json;
  const shows = talks && process.stderr.isTTY;
  try {
    const seconds = await enhanceFile(denoiser, job, {
      mix: command.mix,
      attenuationLimitDb: command.attenuationLimitDb,
      overwrite: command.overwrite,
      signal: interrupt.signal,
      onProgress: (share) => shows && process.stderr.write(`\r${job.input} ${Math.floor(100 * share)} %`),
    });
    const elapsedSeconds = (performance.now() - started) / 1000;
    if (shows) process.stderr.write('\r\x1b[K');
    if (talks) print(`${job.input} → ${job.output}  ${seconds.toFixed(1)} s in ${elapsedSeconds.toFixed(1)} s\n`);
    return { ...job, seconds, elapsedSeconds };
  } catch (error) {
    if (shows) process.stderr.write('\r\x1b[K');
    return failed(job.input, interrupt.signal.aborted ? 'interrupted' : reasonOf(error));
  }
}

function failed(input: string, error: string): FileReport {
  process.stderr.write(`denoise-node: ${input}: ${error}\n`);
  return { input, error };
}

/** A bundled model by its name, anything with a slash, dot or backslash as a path or URL. */
function modelUrl(model: string): string {
  if (!/^[a-z0-9][a-z0-9-]*$/i.test(model)) return model;
  const bundled = join(packageRoot(), 'models', model);
  return existsSync(bundled) ? bundled : model;
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version;
}

/** The nearest folder above this file with a package.json, which is the package's own whether this runs from source or from dist. */
function packageRoot(): string {
  let folder = fileURLToPath(new URL('.', import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = join(folder, '..');
    if (above === folder) throw new Error('Expected a package.json above the command, found none: install the package again.');
    folder = above;
  }
  return folder;
}

function print(text: string): number {
  process.stdout.write(text);
  return Exit.ok;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
