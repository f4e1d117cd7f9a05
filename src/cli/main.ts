/**
 * In:     the command line
 * Out:    enhanced files, a line about each (or one JSON object), an exit status
 * Thread: main; with --jobs the same file is what each thread runs
 */
import { isMainThread } from 'node:worker_threads';
import { type CommandLine, helpText, readCommandLine, UsageError } from './arguments.ts';
import { modelNames, modelUrl, packageVersion } from './bundled-models.ts';
import { type FileResult, removeUnfinished } from './enhance-file.ts';
import { type Job, planJobs, type Refusal } from './plan.ts';
import { ProgressBars } from './progress.ts';
import { type Enhancing, enhanceHere, enhanceInThread, reasonOf, serveJobs } from './worker.ts';

/** Exit statuses, as `--help` documents them. */
const Exit = { ok: 0, someFailed: 1, usage: 2, model: 3, interrupted: 130 } as const;

/** The report on one file: exactly these keys in `--json` output. */
interface FileReport extends Partial<FileResult> {
  readonly input: string;
  readonly output?: string;
  readonly residual?: string;
  /** Time that it took. */
  readonly elapsedSeconds?: number;
  readonly error?: string;
}

const interrupt = new AbortController();
let planned: readonly Job[] = [];

if (isMainThread) {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  // The reader of the output may have had enough: `… | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    error.code === 'EPIPE' ? process.exit() : Promise.reject(error),
  );
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(
      `denoise-node: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = Exit.someFailed;
  }
} else {
  await serveJobs();
}

/** The first signal gives files up in order; the second ends the process at once. */
function stop(): void {
  if (interrupt.signal.aborted) {
    removeUnfinished(planned);
    process.exit(Exit.interrupted);
  }
  interrupt.abort();
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const command = readCommandLine(args);
    if (command === 'help') return print(helpText(modelNames()));
    if (command === 'version') return print(`${packageVersion()}\n`);
    const { jobs, refusals } = await planJobs(command);
    planned = jobs;
    return await enhanceAll(command, jobs, refusals);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`denoise-node: ${error.message} See denoise-node --help.\n`);
    return Exit.usage;
  }
}

async function enhanceAll(command: CommandLine, jobs: readonly Job[], refusals: readonly Refusal[]): Promise<number> {
  const { mix, attenuationLimitDb, overwrite } = command;
  let enhancers: readonly Enhancing[];
  try {
    const settings = { modelUrl: modelUrl(command.model), mix, attenuationLimitDb, overwrite };
    enhancers = await startAll(command, jobs.length, settings);
  } catch (error) {
    process.stderr.write(`denoise-node: ${reasonOf(error)} Bundled models: ${modelNames().installed.join(', ')}.\n`);
    return Exit.model;
  }
  const bars = new ProgressBars(process.stderr, !command.quiet && !command.json && process.stderr.isTTY);
  const reports: FileReport[] = new Array(jobs.length);
  for (const { input, reason } of refusals) reports.push({ input, error: reason });
  for (const { input, reason } of refusals) complain(input, reason);
  let next = 0;
  await Promise.all(
    enhancers.map(async (enhancing) => {
      while (next < jobs.length && !interrupt.signal.aborted) {
        const index = next++;
        reports[index] = await enhanceOne(enhancing, command, jobs[index], bars);
      }
      await enhancing.close();
    }),
  );
  const made = reports.filter((report) => report !== undefined);
  const failures = made.filter((report) => report.error !== undefined).length;
  if (command.json) {
    const { model, version } = enhancers[0];
    print(`${JSON.stringify({ model, version, failed: failures, files: made }, null, 2)}\n`);
  }
  if (interrupt.signal.aborted) return Exit.interrupted;
  return failures > 0 ? Exit.someFailed : Exit.ok;
}

/**
 * One enhancer for each file that is worked on at once, and at least one: a model that cannot be loaded is an error
 * even without files.
 */
async function startAll(
  { jobs }: CommandLine,
  files: number,
  settings: Parameters<typeof enhanceHere>[0],
): Promise<readonly Enhancing[]> {
  const threads = Math.max(1, Math.min(jobs, files));
  if (threads === 1) return [await enhanceHere(settings)];
  const started = await Promise.allSettled(
    Array.from({ length: threads }, () => enhanceInThread(new URL(import.meta.url), settings)),
  );
  const failure = started.find((result) => result.status === 'rejected');
  const alive = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (failure === undefined) return alive;
  await Promise.all(alive.map((enhancing) => enhancing.close()));
  throw failure.reason;
}

async function enhanceOne(
  enhancing: Enhancing,
  command: CommandLine,
  job: Job,
  bars: ProgressBars,
): Promise<FileReport> {
  const { input, output, residual } = job;
  const started = performance.now();
  bars.set(input, 0);
  try {
    const result = await enhancing.enhance(job, interrupt.signal, (share) => bars.set(input, share));
    const elapsedSeconds = (performance.now() - started) / 1000;
    bars.end(input);
    if (!command.quiet && !command.json)
      bars.print(() => {
        for (const warning of result.warnings) complain(input, `warning: ${warning}`);
        const speed = (result.seconds / elapsedSeconds).toFixed(1);
        const times = `${result.seconds.toFixed(1)} s in ${elapsedSeconds.toFixed(1)} s, ${speed} × real time`;
        print(`${input} → ${output}  ${times}\n`);
      });
    return { input, output, ...(residual === undefined ? {} : { residual }), ...result, elapsedSeconds };
  } catch (error) {
    const reason = interrupt.signal.aborted ? 'interrupted' : reasonOf(error);
    bars.end(input);
    bars.print(() => complain(input, reason));
    return { input, error: reason };
  }
}

function complain(input: string, reason: string): void {
  process.stderr.write(`denoise-node: ${input}: ${reason}\n`);
}

function print(text: string): number {
  process.stdout.write(text);
  return Exit.ok;
}
