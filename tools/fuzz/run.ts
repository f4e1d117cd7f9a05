/**
 * `npm run fuzz -- [--minutes N] [--seed S] [--only TARGET] [--cases N]`: feeds what takes input from the world with
 * what the world may send. Each case has a seed of its own, one more than the case before; a finding is told with it,
 * and `--only TARGET --seed S --cases 1` does the same again.
 *
 * The cases run in a process of their own, which is ended where it takes too long or too much memory. The status is 1
 * where there were findings.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { TARGETS } from './targets.ts';

/** What the process of the cases says. */
export type CaseReport =
  /** A case begins. */
  | { readonly type: 'begin'; readonly target: string; readonly seed: number }
  | { readonly type: 'finding'; readonly words: string };

const SILENCE_MS = 60_000;
const MOST_HEAP_MB = 1024;
/** Enough for a day. */
const MOST_FINDINGS = 10;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
    only: { type: 'string' },
    cases: { type: 'string' },
  },
});
const names = values.only === undefined ? TARGETS.map(({ name }) => name) : values.only.split(',');
for (const name of names) {
  if (TARGETS.some((target) => target.name === name)) continue;
  console.error(`--only: expected ${TARGETS.map((target) => target.name).join(' or ')}, got "${name}".`);
  process.exit(2);
}
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const mostCases = values.cases === undefined ? Number.POSITIVE_INFINITY : Number(values.cases);
let endMs = Date.now() + 60_000 * Number(values.minutes);
console.log(`seed ${seed}, ${names.join(' and ')}, ${values.cases ?? `${values.minutes} minutes of`} cases`);

let cases = 0;
let findings = 0;
while (cases < mostCases && (Date.now() < endMs || values.cases !== undefined)) await runProcess(seed + cases);
console.log(`${cases} cases, ${findings} findings`);
process.exitCode = findings === 0 ? 0 : 1;

/** Runs cases from a seed on until the time is over, or one of them ends the process. */
async function runProcess(first: number): Promise<void> {
  let current: Extract<CaseReport, { type: 'begin' }> | undefined;
  let lastMs = Date.now();
  let reason = '';
  const child = fork(fileURLToPath(new URL('run-cases.ts', import.meta.url)), [names.join(), String(first)], {
    execArgv: ['--import', 'tsx', `--max-old-space-size=${MOST_HEAP_MB}`],
  });
  const end = (words: string): void => {
    reason = words;
    child.kill('SIGKILL');
  };
  child.on('message', (report: CaseReport) => {
    lastMs = Date.now();
    if (report.type === 'finding') tell(current, report.words);
    else if (cases >= mostCases || (Date.now() > endMs && values.cases === undefined)) end('over');
    else {
      cases += 1;
      current = report;
    }
  });
  const watch = setInterval(() => {
    if (Date.now() - lastMs > SILENCE_MS) end(`took more than ${SILENCE_MS / 1000} s`);
  }, 1000);
  const status = await exitOf(child);
  clearInterval(watch);
  if (reason === 'over') return;
  tell(current, reason || `ended the process with ${status}`);
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(signal ?? String(code)));
  });
}

function tell(current: { readonly target: string; readonly seed: number } | undefined, words: string): void {
  findings += 1;
  if (findings === MOST_FINDINGS) endMs = 0;
  const again = current && `npm run fuzz -- --only ${current.target} --seed ${current.seed} --cases 1`;
  console.log(`\nFINDING: ${words.slice(0, 1500)}\n  again: ${again ?? 'the process did not begin'}`);
  if (current === undefined) process.exit(1);
}
