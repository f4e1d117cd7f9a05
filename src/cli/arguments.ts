import { parseArgs } from 'node:util';

/** What the command line asks for, checked. */
export interface CommandLine {
  readonly inputs: readonly string[];
  readonly output: string;
  readonly model: string;
  readonly mix: number;
  readonly attenuationLimitDb: number;
  readonly overwrite: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** A mistake in the command line; the message is one sentence for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `Usage: denoise-node INPUT… -o OUTPUT [options]

Removes noise from speech recordings. INPUT is a WAV file (16-, 24-, 32-bit PCM or 32-bit float, any rate and number of
channels) or a folder, which is searched for WAV files. Rate, channels, bit depth and length stay as they are.

  -o, --output PATH   output file (one input file) or folder (kept in the shape of the input folder)
  -m, --model MODEL   name of a bundled model, or the folder or URL of one (default: base)
      --mix SHARE     0 leaves the sound as it is, 1 takes all noise out that the model can (default: 1)
      --limit DB      most that noise is turned down, 0 to 100 dB (default: 100, no limit)
      --overwrite     replace output files that exist
      --json          print one JSON object about all files at the end, and nothing else
  -q, --quiet         print errors only
      --version       print the version
  -h, --help          print this

Exit status: 0 all files were written · 1 at least one file failed, the others were written
             2 the command line is wrong · 3 the model could not be loaded · 130 interrupted
`;

/**
 * Reads the words after the command's name. `'help'` and `'version'` where these are asked for.
 * Throws {@link UsageError} for everything that is not understood.
 */
export function readCommandLine(words: readonly string[]): CommandLine | 'help' | 'version' {
  const { values, positionals } = parsed(words);
  if (values.help) return 'help';
  if (values.version) return 'version';
  if (positionals.length === 0) throw new UsageError('Expected an input file or folder, got none.');
  if (values.output === undefined) throw new UsageError('Expected an output with -o, got none.');
  return {
    inputs: positionals,
    output: values.output,
    model: values.model,
    mix: numberIn('--mix', values.mix, 0, 1),
    attenuationLimitDb: numberIn('--limit', values.limit, 0, 100),
    overwrite: values.overwrite,
    json: values.json,
    quiet: values.quiet,
  };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        output: { type: 'string', short: 'o' },
        model: { type: 'string', short: 'm', default: 'base' },
        mix: { type: 'string', default: '1' },
        limit: { type: 'string', default: '100' },
        overwrite: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        quiet: { type: 'boolean', short: 'q', default: false },
        version: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function numberIn(option: string, text: string, least: number, most: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= least && value <= most)) throw new UsageError(`Expected ${option} from ${least} to ${most}, got "${text}".`);
  return value;
}
