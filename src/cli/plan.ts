import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, relative, resolve } from 'node:path';
import { UsageError } from './arguments.ts';

/** One recording to enhance. */
export interface Job {
  readonly input: string;
  readonly output: string;
}

/** An input that cannot become a job. */
export interface Refusal {
  readonly input: string;
  readonly reason: string;
}

const EXTENSION = '.wav';

/**
 * Pairs inputs with outputs: a file goes to `output` itself or into that folder, what a folder holds goes there under the same relative name.
 * Throws {@link UsageError} where the output cannot hold the inputs.
 */
export async function planJobs(inputs: readonly string[], output: string): Promise<{ jobs: Job[]; refusals: Refusal[] }> {
  const jobs: Job[] = [];
  const refusals: Refusal[] = [];
  const kinds = await Promise.all(inputs.map(kindOf));
  const toFolder = inputs.length > 1 || kinds[0] === 'folder' || (await kindOf(output)) === 'folder' || /[/\\]$/.test(output);
  if (!toFolder && !isWav(output)) throw new UsageError(`Expected an output ending in ${EXTENSION}, or a folder ending in a slash, got "${output}".`);
  if (toFolder && (await kindOf(output)) === 'file') throw new UsageError(`Expected an output folder for these inputs, but "${output}" is a file.`);
  for (const [i, input] of inputs.entries()) {
    if (kinds[i] === 'missing') {
      refusals.push({ input, reason: 'no such file or folder' });
    } else if (kinds[i] === 'folder') {
      const found = await wavFilesIn(input);
      if (found.length === 0) refusals.push({ input, reason: `no ${EXTENSION} files in this folder` });
      for (const file of found) jobs.push({ input: file, output: join(output, relative(input, file)) });
    } else if (isWav(input)) {
      jobs.push({ input, output: toFolder ? join(output, basename(input)) : output });
    } else {
      refusals.push({ input, reason: `expected a ${EXTENSION} file, got "${extname(input)}"` });
    }
  }
  return { jobs, refusals: [...refusals, ...collisions(jobs)] };
}

/** Two inputs for one output would silently leave one of them; the later ones are taken off the list. */
function collisions(jobs: Job[]): Refusal[] {
  const takenBy = new Map<string, string>();
  const refusals: Refusal[] = [];
  for (const job of [...jobs]) {
    const key = resolve(job.output);
    const first = takenBy.get(key);
    if (first === undefined) {
      takenBy.set(key, job.input);
    } else {
      jobs.splice(jobs.indexOf(job), 1);
      refusals.push({ input: job.input, reason: `its output ${job.output} is also that of ${first}` });
    }
  }
  return refusals;
}

async function wavFilesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = await Promise.all(
    entries.map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return wavFilesIn(path);
      return entry.isFile() && isWav(path) ? [path] : [];
    }),
  );
  return nested.flat().sort();
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'missing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return 'missing';
  }
}

function isWav(path: string): boolean {
  return extname(path).toLowerCase() === EXTENSION;
}
