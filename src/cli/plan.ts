/**
 * In:     inputs and output of the command line (arguments.ts)
 * Out:    one job for each recording, to enhance-file.ts
 * Thread: main
 */
import { stat } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { isatty } from 'node:tty';
import { type CommandLine, type OutputFormat, UsageError } from './arguments.ts';
import { EXTENSIONS, hasNameOfRecording } from './formats/open-audio.ts';
import { objectNamed } from './object-name.ts';
import { type Refusal, searchFolder } from './search-folder.ts';
import {
  identityOfInput,
  identityOfTarget,
  inputNamed,
  outputNamed,
  pathOf,
  STANDARD,
  type Target,
  targetOf,
} from './target.ts';

/** One recording to enhance. */
export interface Job {
  readonly input: string;
  readonly output: Target;
  /** Where to write what is taken out; undefined for nowhere. */
  readonly residual: Target | undefined;
  readonly format: OutputFormat;
}

/** What the command line comes to. */
export interface Plan {
  readonly jobs: readonly Job[];
  /** Inputs that cannot become jobs: failures. */
  readonly refusals: readonly Refusal[];
  /** Folders that need not be searched: no failures. */
  readonly leftOut: readonly Refusal[];
}

/** A job whose outputs are names still. */
export interface Pairing extends Omit<Job, 'output' | 'residual'> {
  /** The output, and the residual where one is wanted. */
  readonly outputs: readonly string[];
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
  command: Pick<CommandLine, 'inputs' | 'output' | 'residual' | 'format' | 'json'>,
): Promise<Plan> {
  const { format } = command;
  const inputs = command.inputs.map(inputNamed);
  const output = outputNamed(command.output);
  if ([...inputs, output].some((path) => objectNamed(path) !== undefined))
    throw new UsageError('Expected files and folders: denoise-node queue reads and writes what begins with s3://.');
  const pairings: Pairing[] = [];
  const refusals: Refusal[] = [];
  const leftOut: Refusal[] = [];
  const kinds = await Promise.all(inputs.map(kindOf));
  const outputKind = await kindOf(output);
  const toFolder = inputs.length > 1 || kinds[0] === 'folder' || outputKind === 'folder' || /[/\\]$/.test(output);
  checkStandard(command, { takes: inputs.includes(STANDARD), gives: output === STANDARD, toFolder });
  if (toFolder && ['file', 'pipe', 'other'].includes(outputKind)) {
    throw new UsageError(`Expected an output folder for these inputs, but "${output}" is a file.`);
  }
  if (!toFolder && output !== STANDARD) checkName(output, format);
  const add = (input: string, target: string): void => {
    pairings.push(pairingOf(input, target, command));
  };
  for (const [i, input] of inputs.entries()) {
    if (kinds[i] === 'missing') {
      refusals.push({ input, reason: 'no such file or folder' });
    } else if (kinds[i] === 'folder') {
      const search = await searchFolder(input, output, hasNameOfRecording);
      const { found, refused } = search;
      refusals.push(...refused);
      leftOut.push(...search.leftOut);
      if (found.length === 0 && refused.length === 0)
        refusals.push({ input, reason: `no ${Object.keys(EXTENSIONS).join(', ')} files in this folder` });
      for (const file of found) add(file, inFolder(join(output, relative(input, file)), format));
    } else if (kinds[i] === 'other') {
      refusals.push({ input, reason: 'neither a file nor a folder, nor a pipe' });
    } else {
      // Whatever its name is: its content says whether it is a recording.
      add(input, toFolder ? inFolder(join(output, basename(input)), format) : output);
    }
  }
  const files = inputs.filter((_, i) => kinds[i] === 'file');
  const { jobs, refused } = await withTargets(pairings, files);
  return { jobs, refusals: [...refusals, ...refused], leftOut };
}

/** The standard input is one recording, and the standard output holds one and nothing else. */
function checkStandard(
  { residual, json }: Pick<CommandLine, 'residual' | 'json'>,
  { takes, gives, toFolder }: Readonly<Record<'takes' | 'gives' | 'toFolder', boolean>>,
): void {
  if ((takes || gives) && toFolder)
    throw new UsageError('Expected one input and one output where one of them is -, got several or a folder.');
  if (takes && isatty(0))
    throw new UsageError('Expected sound from a pipe or a file where the input is -, got a terminal.');
  if (!gives) return;
  if (isatty(1)) throw new UsageError('Expected a pipe or a file to take the sound where the output is -.');
  if (residual) throw new UsageError('Expected a file as the output for --residual, which writes another beside it.');
  if (json) throw new UsageError('Expected a file as the output for --json, which goes to the standard output itself.');
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
export function inFolder(path: string, format: OutputFormat | undefined): string {
  const named = formatOfName(path);
  if (named !== undefined && (format === undefined || named === format)) return path;
  return `${path.slice(0, path.length - extname(path).length)}.${format ?? 'wav'}`;
}

/** What an input becomes whose output is `target`. */
export function pairingOf(
  input: string,
  target: string,
  { format, residual }: Pick<CommandLine, 'format' | 'residual'>,
): Pairing {
  return {
    input,
    outputs: residual ? [target, withSuffix(target, '.noise')] : [target],
    format: format ?? formatOfName(target) ?? 'wav',
  };
}

function withSuffix(path: string, suffix: string): string {
  const extension = extname(path);
  return `${path.slice(0, path.length - extension.length)}${suffix}${extension}`;
}

function formatOfName(path: string): OutputFormat | undefined {
  const extension = extname(path).toLowerCase();
  return (['wav', 'flac'] as const).find((format) => OUTPUT_EXTENSIONS[format].includes(extension));
}

/**
 * Takes pairings off the list whose outputs would destroy something: an input, be it another's or one that was named
 * and refused, or the output of an earlier pairing.
 */
export async function withTargets(
  pairings: readonly Pairing[],
  named: readonly string[],
): Promise<{ jobs: Job[]; refused: Refusal[] }> {
  const inputs = new Map<string, string>();
  for (const input of [...named, ...pairings.map((pairing) => pairing.input)])
    inputs.set(await identityOfInput(input), input);
  const takenBy = new Map<string, string>();
  const jobs: Job[] = [];
  const refused: Refusal[] = [];
  for (const { input, outputs, format } of pairings) {
    try {
      const [output, residual] = await Promise.all(outputs.map((path) => targetOf(path)));
      const taken = new Map<string, string>();
      for (const target of residual === undefined ? [output] : [output, residual]) {
        const identity = await identityOfTarget(target);
        requireSpare(input, pathOf(target), inputs.get(identity), takenBy.get(identity) ?? taken.get(identity));
        taken.set(identity, input);
      }
      for (const identity of taken.keys()) takenBy.set(identity, input);
      jobs.push({ input, output, residual, format });
    } catch (error) {
      refused.push({ input, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { jobs, refused };
}

/**
 * @param source the input that is the same file as `output`
 * @param other the input whose output is the same file
 */
function requireSpare(input: string, output: string, source: string | undefined, other: string | undefined): void {
  if (source === input) throw new Error('the output would replace its own input');
  if (source !== undefined) throw new Error(`its output ${output} is the input ${source}, which it would replace`);
  if (other !== undefined) throw new Error(`its output ${output} is also that of ${other}`);
}

type PathKind = 'file' | 'folder' | 'pipe' | 'standard' | 'missing' | 'other';

/** What a path leads to. */
export async function kindOf(path: string): Promise<PathKind> {
  if (path === STANDARD) return 'standard';
  try {
    const found = await stat(path);
    if (found.isDirectory()) return 'folder';
    if (found.isFIFO()) return 'pipe';
    return found.isFile() ? 'file' : 'other';
  } catch {
    return 'missing';
  }
}
