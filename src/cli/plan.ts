/**
 * In:     inputs and output of the command line (arguments.ts)
 * Out:    one job for each recording, to enhance-file.ts
 * Thread: main
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, relative, resolve } from 'node:path';
import { type CommandLine, type OutputFormat, UsageError } from './arguments.ts';
import { EXTENSIONS } from './formats/open-audio.ts';

/** One recording to enhance. */
export interface Job {
  readonly input: string;
  readonly output: string;
  /** Where to write what is taken out; undefined for nowhere. */
  readonly residual: string | undefined;
  readonly format: OutputFormat;
}

/** An input that cannot become a job. */
export interface Refusal {
  readonly input: string;
  readonly reason: string;
}

const OUTPUT_EXTENSIONS: Readonly<Record<OutputFormat, readonly string[]>> = {
  wav: ['.wav', '.wave', '.bwf', '.rf64'],
  flac: ['.flac'],
};

/**
 * Pairs inputs with outputs: a file goes to `output` itself or into that folder, the recordings in a folder go there
 * under the same relative names. Throws {@link UsageError} where the output cannot hold the inputs.
 */
export async function planJobs(
  command: Pick<CommandLine, 'inputs' | 'output' | 'residual' | 'format'>,
): Promise<{ jobs: Job[]; refusals: Refusal[] }> {
  const { inputs, output, format } = command;
  const jobs: Job[] = [];
  const refusals: Refusal[] = [];
  const kinds = await Promise.all(inputs.map(kindOf));
  const outputKind = await kindOf(output);
  const toFolder = inputs.length > 1 || kinds[0] === 'folder' || outputKind === 'folder' || /[/\\]$/.test(output);
  if (toFolder && (outputKind === 'file' || outputKind === 'other')) {
    throw new UsageError(`Expected an output folder for these inputs, but "${output}" is a file.`);
  }
  if (!toFolder) checkName(output, format);
  const add = (input: string, target: string): void => {
    const written = format ?? formatOfName(target) ?? 'wav';
    jobs.push({
      input,
      output: target,
      residual: command.residual ? withSuffix(target, '.noise') : undefined,
      format: written,
    });
  };
  for (const [i, input] of inputs.entries()) {
    if (kinds[i] === 'missing') {
      refusals.push({ input, reason: 'no such file or folder' });
    } else if (kinds[i] === 'folder') {
      const { found, refused } = await recordingsIn(input, resolve(output));
      refusals.push(...refused);
      if (found.length === 0 && refused.length === 0)
        refusals.push({ input, reason: `no ${Object.keys(EXTENSIONS).join(', ')} files in this folder` });
      for (const file of found) add(file, inFolder(join(output, relative(input, file)), format));
    } else if (kinds[i] === 'other') {
      refusals.push({ input, reason: 'neither a file nor a folder' });
    } else if (isRecording(input)) {
      add(input, toFolder ? inFolder(join(output, basename(input)), format) : output);
    } else {
      refusals.push({
        input,
        reason: `expected a file ending in ${Object.keys(EXTENSIONS).join(', ')}, got "${extname(input)}"`,
      });
    }
  }
  return { jobs, refusals: [...refusals, ...collisions(jobs)] };
}

/** The name of an output file must say what will be in it. */
function checkName(output: string, format: OutputFormat | undefined): void {
  const named = formatOfName(output);
  if (named === undefined)
    throw new UsageError(`Expected an output ending in .wav or .flac, or a folder ending in a slash, got "${output}".`);
  if (format !== undefined && named !== format)
    throw new UsageError(`Expected an output ending in .${format} for --format ${format}, got "${output}".`);
}

/** The name of an output in a folder: the input's, with another extension where the format is another. */
function inFolder(path: string, format: OutputFormat | undefined): string {
  const named = formatOfName(path);
  if (named !== undefined && (format === undefined || named === format)) return path;
  return `${path.slice(0, path.length - extname(path).length)}.${format ?? 'wav'}`;
}

function withSuffix(path: string, suffix: string): string {
  const extension = extname(path);
  return `${path.slice(0, path.length - extension.length)}${suffix}${extension}`;
}

function formatOfName(path: string): OutputFormat | undefined {
  const extension = extname(path).toLowerCase();
  return (['wav', 'flac'] as const).find((format) => OUTPUT_EXTENSIONS[format].includes(extension));
}

/** Of two inputs with the same output one would be lost without a word; the later one is taken off the list. */
function collisions(jobs: Job[]): Refusal[] {
  const takenBy = new Map<string, string>();
  const refusals: Refusal[] = [];
  for (const job of [...jobs]) {
    const outputs = [job.output, ...(job.residual === undefined ? [] : [job.residual])];
    const taken = outputs.find((output) => takenBy.has(resolve(output)));
    if (taken === undefined) {
      for (const output of outputs) takenBy.set(resolve(output), job.input);
    } else {
      jobs.splice(jobs.indexOf(job), 1);
      refusals.push({ input: job.input, reason: `its output ${taken} is also that of ${takenBy.get(resolve(taken))}` });
    }
  }
  return refusals;
}

/** All recordings in a folder and the folders inside, except in the output folder, which may be one of these. */
async function recordingsIn(folder: string, except: string): Promise<{ found: string[]; refused: Refusal[] }> {
  const found: string[] = [];
  const refused: Refusal[] = [];
  const search = async (path: string): Promise<void> => {
    try {
      const entries = await readdir(path, { withFileTypes: true });
      for (const entry of entries) {
        const inside = join(path, entry.name);
        if (entry.isDirectory() && resolve(inside) !== except) await search(inside);
        else if (entry.isFile() && isRecording(inside)) found.push(inside);
      }
    } catch (error) {
      refused.push({ input: path, reason: error instanceof Error ? error.message : String(error) });
    }
  };
  await search(folder);
  return { found: found.sort(), refused };
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'missing' | 'other'> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return 'folder';
    // Reading a pipe might wait for ever.
    return found.isFile() ? 'file' : 'other';
  } catch {
    return 'missing';
  }
}

function isRecording(path: string): boolean {
  return extname(path).toLowerCase() in EXTENSIONS;
}
