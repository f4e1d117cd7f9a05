/**
 * In:     the command line
 * Out:    enhanced files, a line about each (or one JSON object), an exit status
 * Thread: main; with --jobs the same file is what each thread runs
 */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { modelNames, modelUrl, packageVersion } from '../node/bundled-models.ts';
import { type CommandLine, helpText, readCommandLine, UsageError } from './arguments.ts';
import { copyAssets } from './copy-assets.ts';
import { Crew } from './crew.ts';
import { type FileResult, targetsOf } from './enhance-file.ts';
import { UnreadOutput } from './output.ts';
import { removeStaleParts } from './part-files.ts';
import { type Job, type Plan, planJobs } from './plan.ts';
import { printable, printableJson } from './printable.ts';
import { ProgressBars } from './progress.ts';
import { complain, Exit, print } from './say.ts';
import { partsOf, pathOf, STANDARD } from './target.ts';
import { reasonOf, serveJobs } from './worker.ts';

/** The report on one file: exactly these keys in `--json` output. */
interface FileReport extends Partial<FileResult> {
  readonly input: string;
  readonly output?: string;
  readonly residual?: string;
  /** Time that it took. */
  readonly elapsedSeconds?: number;
  readonly error?: string;
}

/** Works on one file. */
type EnhanceJob = (signal: AbortSignal, onProgress: (share: number) => void) => Promise<FileResult>;

const interrupt = new AbortController();
let planned: readonly Job[] = [];

// Nothing is awaited here: what is loaded later imports this module, and would wait for it in a circle.
if (isMainThread) void start();
else void serveJobs();

async function start(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', onLostOutput);
  try {
    const status = await main(process.argv.slice(2));
    process.exitCode ||= status;
  } catch (error) {
    process.stderr.write(
      `denoise-node: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = Exit.someFailed;
  }
}

/** Where what is printed cannot be printed. */
function onLostOutput(error: NodeJS.ErrnoException): void {
  // Whoever listens may have had enough (`… | head`), a terminal may be gone. Files are made all the same.
  if (['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'].includes(error.code ?? '')) return;
  process.exitCode = Exit.someFailed;
  complain(`the standard output: ${error.message}`);
}

/** The first signal gives files up in order; the second ends the process at once. */
function stop(): void {
  if (interrupt.signal.aborted) {
    for (const part of partsOf(planned.flatMap(targetsOf))) rmSync(part, { force: true });
    process.exit(Exit.interrupted);
  }
  interrupt.abort();
}

async function main(args: readonly string[]): Promise<number> {
  try {
    if (args[0] === 'copy-assets')
      return print(
        copyAssets(args.slice(1))
          .map((path) => `${path}\n`)
          .join(''),
      );
    if (args[0] === 'queue') {
      const { queueCommand } = await import('./queue/index.ts');
      return await queueCommand(args.slice(1), new URL(import.meta.url), interrupt.signal);
    }
    const command = readCommandLine(args);
    if (command === 'help') return print(helpText(modelNames()));
    if (command === 'version') return print(`${packageVersion()}\n`);
    const plan = await planJobs(command);
    planned = plan.jobs;
    return await enhanceAll(command, plan);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    complain(`${error.message} See denoise-node --help.`);
    return Exit.usage;
  }
}

async function enhanceAll(command: CommandLine, { jobs, refusals, leftOut }: Plan): Promise<number> {
  const { mix, attenuationLimitDb, highPassHz, autoGain, targetLevelDb, overwrite } = command;
  const settings = { mix, attenuationLimitDb, highPassHz, autoGain, targetLevelDb, overwrite };
  const { signal } = interrupt;
  const talks = !command.quiet && !command.json;
  let crew: Crew;
  try {
    // A model that cannot be loaded is an error even without files.
    const size = Math.max(1, Math.min(command.jobs, jobs.length));
    crew = await Crew.start(size, new URL(import.meta.url), modelUrl(command.model), signal);
  } catch (error) {
    if (signal.aborted) return Exit.interrupted;
    complain(`${reasonOf(error)} Bundled models: ${modelNames().installed.join(', ')}.`);
    return Exit.model;
  }
  for (const folder of new Set(partsOf(jobs.flatMap(targetsOf)).map((part) => dirname(part))))
    await removeStaleParts(folder);
  const bars = new ProgressBars(process.stderr, talks && process.stderr.isTTY);
  const reports: FileReport[] = new Array(jobs.length);
  for (const { input, reason } of refusals) reports.push({ input, error: reason });
  for (const { input, reason } of refusals) complain(`${input}: ${reason}`);
  if (talks) for (const { input, reason } of leftOut) complain(`${input}: ${reason}`);
  await crew.work(
    jobs,
    async (enhance, job, index) => {
      reports[index] = await enhanceOne((...args) => enhance(job, settings, ...args), talks, job, bars);
    },
    signal,
  );
  const made = reports.filter((report) => report !== undefined);
  const failures = made.filter((report) => report.error !== undefined).length;
  if (command.json) {
    const { model, version } = crew.model;
    print(`${printableJson({ model, version, failed: failures, files: made, leftOut })}\n`);
  }
  if (signal.aborted) return Exit.interrupted;
  return failures > 0 ? Exit.someFailed : Exit.ok;
}

async function enhanceOne(enhance: EnhanceJob, talks: boolean, job: Job, bars: ProgressBars): Promise<FileReport> {
  const { input, residual } = job;
  const output = pathOf(job.output);
  const started = performance.now();
  bars.set(input, 0);
  try {
    const result = await enhance(interrupt.signal, (share) => bars.set(input, share));
    const elapsedSeconds = (performance.now() - started) / 1000;
    bars.end(input);
    if (talks)
      bars.print(() => {
        for (const warning of result.warnings) complain(`${input}: warning: ${warning}`);
        const speed = (result.seconds / elapsedSeconds).toFixed(1);
        const times = `${result.seconds.toFixed(1)} s in ${elapsedSeconds.toFixed(1)} s, ${speed} × real time`;
        // Where the sound itself goes to the standard output, nothing else does.
        const stream = job.output === STANDARD ? process.stderr : process.stdout;
        stream.write(`${printable(`${input} → ${output}  ${times}`)}\n`);
      });
    return {
      input,
      output,
      ...(residual === undefined ? {} : { residual: pathOf(residual) }),
      ...result,
      elapsedSeconds,
    };
  } catch (error) {
    bars.end(input);
    if (error instanceof UnreadOutput) return { input, output };
    const reason = interrupt.signal.aborted ? 'interrupted' : reasonOf(error);
    bars.print(() => complain(`${input}: ${reason}`));
    return { input, error: reason };
  }
}
