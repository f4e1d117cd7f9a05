/**
 * In:     the arguments of the command
 * Out:    what they ask for, checked, to main.ts; the help
 * Thread: main
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { ModelNames } from '../node/bundled-models.ts';
import { PARAMETERS } from '../shared/parameters.ts';
import { quoted, shortened } from '../shared/quoted.ts';

/** Formats that are written. */
export type OutputFormat = 'wav' | 'flac';

/** Which recordings are enhanced, how, and where they go. */
export interface Order {
  readonly inputs: readonly string[];
  readonly output: string;
  readonly model: string;
  readonly mix: number;
  readonly attenuationLimitDb: number;
  readonly highPassHz: number;
  readonly autoGain: boolean;
  readonly targetLevelDb: number;
  readonly residual: boolean;
  /** Undefined: as the name of the output says, or of the input. */
  readonly format: OutputFormat | undefined;
  readonly overwrite: boolean;
}

/** What the command line asks for. */
export interface CommandLine extends Order {
  readonly jobs: number;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** A mistake in the command line. The message is one sentence for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Most threads that --jobs takes. */
export const MOST_JOBS = 64;

/** Options that say which recordings are enhanced, how, and where they go. */
export const ORDER_OPTIONS = {
  output: { type: 'string', short: 'o' },
  model: { type: 'string', short: 'm', default: 'base' },
  mix: { type: 'string', default: '1' },
  limit: { type: 'string', default: '100' },
  'high-pass': { type: 'string', default: String(PARAMETERS.highPass.default) },
  'auto-gain': { type: 'boolean', default: false },
  target: { type: 'string' },
  residual: { type: 'boolean', default: false },
  format: { type: 'string' },
  overwrite: { type: 'boolean', default: false },
} as const;

const OPTIONS = {
  ...ORDER_OPTIONS,
  jobs: { type: 'string', default: '1' },
  json: { type: 'boolean', default: false },
  quiet: { type: 'boolean', short: 'q', default: false },
  version: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** What `--help` prints. */
export function helpText({ installed, installable }: ModelNames): string {
  const more = [...installable].map(([line, names]) => `\n${' '.repeat(22)}after ${line}: ${names.join(', ')}`);
  return `Usage: denoise-node INPUT… -o OUTPUT [options]
       denoise-node queue add|work|status|retry|clean [options]
       denoise-node copy-assets DIR [--models NAME,…] [--inline]

Removes noise from speech recordings. INPUT is a file (WAV, FLAC, MP3, Ogg Vorbis or Opus, any rate
and number of channels) or a folder, which is searched for such files, through links, but not in what
is hidden. Output is WAV or FLAC. Rate, channels, bit depth and length stay as they are; what comes
from MP3, Vorbis or Opus gets 16 bits. FLAC has no floats: 32 bits become 24.

  -o, --output PATH   output file (one input file) or folder (kept in the shape of the input folder)
                      as INPUT and as PATH, - is the standard input and output: a filter in a pipe
  -m, --model MODEL   name of a bundled model, or the folder or URL of one (default: base);
                      NAME/VARIANT for a variant of one
                      bundled: ${installed.join(', ')}${more.join('')}
      --mix SHARE     0 leaves the sound as it is, 1 takes all noise out that the model can
                      (default: 1)
      --limit DB      most that noise is turned down, 0 to 100 dB (default: 100, no limit)
      --high-pass HZ  turn down what lies below, hum and rumble, 0 to 400 Hz (default: 0, off)
      --auto-gain     bring voices to one level, the same gain for all channels, without clipping
      --target DB     that level, -40 to -10 dBFS (default: -20)
      --residual      write what was taken out as well, input − output, beside it: clean.wav and
                      clean.noise.wav
      --format FORMAT wav or flac (default: as the output file's name says; in folders FLAC for FLAC,
                      else WAV)
      --jobs NUMBER   files that are worked on at once, each in a thread of its own, 1 to ${MOST_JOBS}
                      (default: 1; this machine has ${availableParallelism()} processors)
      --overwrite     replace output files that exist, never an input
      --json          print one JSON object about all files at the end, and nothing else
  -q, --quiet         print errors only
      --version       print the version
  -h, --help          print this

queue shares recordings out among any number of machines, from and to folders and S3, through a Redis:
denoise-node queue --help.

copy-assets puts the files that a page loads beside its script into DIR: worklet, worker, WebAssembly
and models (default: those of this package). It is for pages that no bundler makes: the option assets
of a node takes the URL of DIR. With --inline it writes one module that holds them, denoise-inline.js,
for pages that can serve nothing beside their script.

An output file is there whole or not at all: it is written under another name, ending in .part, and
renamed. A file that cannot be read is named with the reason, and the next one follows.

Exit status: 0 all files were written · 1 at least one file failed, the others were written
             2 the command line is wrong · 3 the model could not be loaded · 130 interrupted
`;
}

/**
 * Reads the arguments after the command's name; `'help'` or `'version'` where one of these is asked for.
 * Throws {@link UsageError} for anything that it does not understand.
 */
export function readCommandLine(args: readonly string[]): CommandLine | 'help' | 'version' {
  const { values, positionals } = parsed(args, OPTIONS);
  if (values.help) return 'help';
  if (values.version) return 'version';
  const { json, quiet } = values;
  return { ...orderOf(values, positionals), jobs: jobsOf(values.jobs), json, quiet };
}

/** What {@link ORDER_OPTIONS} came to. Throws {@link UsageError}. */
export function orderOf(values: Values<typeof ORDER_OPTIONS>, inputs: readonly string[]): Order {
  if (values.target !== undefined && !values['auto-gain'])
    throw new UsageError('Expected --auto-gain with --target, which is the level that it brings voices to.');
  if (inputs.length === 0) throw new UsageError('Expected an input file or folder, got none.');
  if (values.output === undefined) throw new UsageError('Expected an output with -o, got none.');
  return {
    inputs,
    output: values.output,
    model: values.model,
    mix: numberIn('--mix', values.mix, 0, 1),
    attenuationLimitDb: numberIn('--limit', values.limit, ...PARAMETERS.attenuationLimit.range),
    highPassHz: numberIn('--high-pass', values['high-pass'], ...PARAMETERS.highPass.range),
    autoGain: values['auto-gain'],
    targetLevelDb: numberIn(
      '--target',
      values.target ?? String(PARAMETERS.targetLevel.default),
      ...PARAMETERS.targetLevel.range,
    ),
    residual: values.residual,
    format: formatOf(values.format),
    overwrite: values.overwrite,
  };
}

/** How many files are worked on at once. Throws {@link UsageError}. */
export function jobsOf(text: string): number {
  return wholeNumberIn('--jobs', text, 1, MOST_JOBS);
}

type Options = NonNullable<Parameters<typeof parseArgs>[0]>['options'] & object;
type Parsed<T extends Options> = ReturnType<typeof parseArgs<{ options: T; allowPositionals: true }>>;
type Values<T extends Options> = Parsed<T>['values'];

/** Reads arguments. Throws {@link UsageError} for options that there are not. */
export function parsed<T extends Options>(args: readonly string[], options: T): Parsed<T> {
  try {
    return parseArgs({ args: withNegatives(args), allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(shortened(error instanceof Error ? error.message : String(error)));
  }
}

/** A value that begins with a dash looks like an option: `--target -26` is taken for `--target=-26`. */
function withNegatives(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    if (joined.at(-1) === '--target' && /^-[\d.]/.test(arg)) joined.push(`${joined.pop()}=${arg}`);
    else joined.push(arg);
  }
  return joined;
}

function formatOf(text: string | undefined): OutputFormat | undefined {
  if (text === undefined || text === 'wav' || text === 'flac') return text;
  throw new UsageError(`Expected --format wav or flac, got ${quoted(text)}.`);
}

/** The number that an option was given. Throws {@link UsageError}. */
export function wholeNumberIn(option: string, text: string, least: number, most: number): number {
  const value = numberIn(option, text, least, most);
  if (!Number.isInteger(value)) throw new UsageError(`Expected ${option} to be a whole number, got ${quoted(text)}.`);
  return value;
}

/** The number that an option was given. Throws {@link UsageError}. */
export function numberIn(option: string, text: string, least: number, most: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= least && value <= most))
    throw new UsageError(`Expected ${option} from ${least} to ${most}, got ${quoted(text)}.`);
  return value;
}
