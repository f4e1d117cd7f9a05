/**
 * `npm run conformance -- [FOLDER] [--only PART]`: makes recordings in the odd modes of the encoders that are
 * installed, reads them and those of the folder, and compares every sample with what the reference decoders give.
 * With `--only`, those whose names hold it.
 *
 * The status is 1 where samples differ, and where a recording that was made here is refused, read with a warning, or
 * not refused as it should be. What lies in the folder may be refused: then the words are in the table.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EXTENSIONS } from '../../src/cli/formats/open-audio.ts';
import { type Decoded, decodeOurs } from './decoded.ts';
import { MADE_FILES, type MadeFile, SOURCES } from './made-files.ts';
import { isInstalled, shell } from './programs.ts';
import { referenceFor } from './reference.ts';

/** A line of the table. */
interface Verdict {
  readonly name: string;
  readonly isWrong: boolean;
  readonly words: string;
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
const isWanted = (name: string): boolean => name.includes(values.only ?? '');
const work = await mkdtemp(join(tmpdir(), 'conformance-'));
try {
  const verdicts = [...(await verdictsOnMade()), ...(await verdictsOnFolder(positionals[0]))];
  const wrong = verdicts.filter(({ isWrong }) => isWrong).length;
  console.log(`\n${verdicts.length} recordings, ${wrong} of them not as they should be`);
  process.exitCode = wrong === 0 ? 0 : 1;
} finally {
  await rm(work, { recursive: true });
}

async function verdictsOnMade(): Promise<Verdict[]> {
  if (!isInstalled('sox')) {
    console.log('sox is not installed: nothing is made.');
    return [];
  }
  for (const line of Object.values(SOURCES)) shell(line, work);
  const verdicts: Verdict[] = [];
  for (const file of MADE_FILES.filter(({ name }) => isWanted(name))) {
    const missing = file.needs.filter((program) => !isInstalled(program));
    if (missing.length > 0) console.log(`left out: ${file.name} needs ${missing.join(' and ')}`);
    else verdicts.push(said(await verdictOnMade(file)));
  }
  return verdicts;
}

async function verdictOnMade({ name, line, refused }: MadeFile): Promise<Verdict> {
  const path = join(work, name);
  shell(`out=${name}; ${line}`, work);
  const verdict = await verdictOn(path, name);
  const { error, warnings } = verdict;
  if (refused !== undefined) return { ...verdict, isWrong: error === undefined || !refused.test(error) };
  return { ...verdict, isWrong: verdict.isWrong || error !== undefined || warnings.length > 0 };
}

async function verdictsOnFolder(folder: string | undefined): Promise<Verdict[]> {
  if (folder === undefined) return [];
  const names = (await readdir(folder, { recursive: true }))
    .filter((name) => Object.keys(EXTENSIONS).some((extension) => name.toLowerCase().endsWith(extension)))
    .filter(isWanted)
    .sort();
  const verdicts: Verdict[] = [];
  for (const name of names) verdicts.push(said(await verdictOn(join(folder, name), name)));
  return verdicts;
}

async function verdictOn(
  path: string,
  name: string,
): Promise<Verdict & { readonly error?: string; readonly warnings: readonly string[] }> {
  let ours: Decoded;
  try {
    ours = await decodeOurs(path);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { name, isWrong: false, words: `refused: ${words}`, error: words, warnings: [] };
  }
  const { isWrong, words } = await compare(path, ours);
  return { name, isWrong, warnings: ours.warnings, words: [words, ...ours.warnings].join('; ') };
}

async function compare(path: string, ours: Decoded): Promise<{ isWrong: boolean; words: string }> {
  const read = `${ours.kind}, ${ours.channels.length} × ${ours.channels[0].length}`;
  const reference = referenceFor(ours.kind);
  if (reference === undefined) return { isWrong: false, words: `${read}, nothing to compare with` };
  const theirs = await reference.decode(path, work, ours);
  if (theirs === undefined) return { isWrong: false, words: `${read}, refused by ${reference.program}` };
  const [a, b] = [ours.channels, theirs].map((planes) => `${planes.length} × ${planes[0]?.length ?? 0}`);
  if (a !== b) return { isWrong: true, words: `${read}, but ${b} by ${reference.program}` };
  const difference = largestDifference(ours.channels, theirs);
  const isNear = difference <= reference.tolerance;
  const words =
    difference === 0
      ? 'equal to'
      : isNear
        ? `within ${inDecibels(difference)} of`
        : `${inDecibels(difference)} AWAY FROM`;
  return { isWrong: !isNear, words: `${read}, ${words} ${reference.program}` };
}

function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let largest = 0;
  for (const [c, plane] of a.entries())
    for (let n = 0; n < plane.length; n++) largest = Math.max(largest, Math.abs(plane[n] - clipped(b[c][n])));
  return largest;
}

/** Programs that give floats leave what is beyond full scale there. */
function clipped(sample: number): number {
  return Math.max(-1, Math.min(1, sample));
}

function inDecibels(difference: number): string {
  return `${(20 * Math.log10(difference)).toFixed(0)} dB`;
}

function said(verdict: Verdict): Verdict {
  console.log(`${verdict.isWrong ? '✗' : '✓'} ${verdict.name.padEnd(34)} ${verdict.words}`);
  return verdict;
}
