import {
  clock,
  decibels,
  failureInWords,
  lengthInWords,
  limitInWords,
  resultName,
  speedInWords,
} from './formatters.ts';
import type { Item } from './queue.ts';

/** Counts and sums over all files, for one line. */
export interface Totals {
  readonly files: number;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly soundSeconds: number;
  readonly workSeconds: number;
}

export function totalsOf(items: readonly Item[]): Totals {
  const count = (status: Item['status']) => items.filter((item) => item.status === status).length;
  const done = items.filter(({ enhanced }) => enhanced);
  return {
    files: items.length,
    done: count('done'),
    failed: count('failed'),
    cancelled: count('cancelled'),
    soundSeconds: done.reduce((sum, { seconds }) => sum + seconds!, 0),
    workSeconds: done.reduce((sum, { enhanced }) => sum + enhanced!.report.elapsedSeconds, 0),
  };
}

/** For example `8 of 10 done, 1 failed, 1 cancelled: 12:30 of sound, 31 × real time.` */
export function totalsInWords({ files, done, failed, cancelled, soundSeconds, workSeconds }: Totals): string {
  if (files === 0) return 'No files yet.';
  const counts = [
    `${done} of ${files} done`,
    ...(failed ? [`${failed} failed`] : []),
    ...(cancelled ? [`${cancelled} cancelled`] : []),
  ].join(', ');
  return done === 0
    ? `${counts}.`
    : `${counts}: ${lengthInWords(soundSeconds)} of sound, ${speedInWords(soundSeconds / Math.max(1e-3, workSeconds))}.`;
}

/** How much quieter the pauses became, dB; undefined where that cannot be told. */
export function reductionDb(item: Item): number | undefined {
  const [before, after] = item.enhanced?.report.background ?? [];
  if (before === undefined || after === undefined || !Number.isFinite(before)) return undefined;
  // What is below −100 LUFS nobody hears; without a floor, silence would be infinitely quieter.
  return Math.max(0, before - Math.max(after, -100));
}

/** What was done, as a text file that goes into the archive. */
export function summaryText(items: readonly Item[]): string {
  const lines = items.map((item) => {
    if (item.status === 'failed') return `${item.file.name}: failed. ${failureInWords(item.error)}`;
    if (!item.enhanced || !item.recording) return `${item.file.name}: not done.`;
    const { report } = item.enhanced;
    const { mix, limitDb } = item.usedSettings!;
    const reduction = reductionDb(item);
    const settings = `model ${report.modelName} ${report.modelVersion}, mix ${Math.round(100 * mix)} %, limit: ${limitInWords(limitDb)}`;
    const quieter = reduction === undefined ? '' : `\n  pauses became ${decibels(-reduction)}`;
    return `${item.file.name} → ${resultName(item.file.name)}\n  ${item.recording.facts}, ${clock(item.seconds!)}\n  ${settings}${quieter}\n  ${item.recording.kept}${warnings(item)}`;
  });
  return `Denoised with denoise-node, on this machine: no sound left it.\n${totalsInWords(totalsOf(items))}\n\n${lines.join('\n\n')}\n`;
}

function warnings(item: Item): string {
  return warningsOf(item)
    .map((warning) => `\n  ${warning}`)
    .join('');
}

/** What was odd about a file that was read all the same. */
export function warningsOf({ recording, enhanced }: Item): string[] {
  const broken = enhanced?.report.brokenSamples ?? 0;
  return [
    ...(recording?.warnings.map(
      (warning) => warning.charAt(0).toUpperCase() + warning.slice(1) + (warning.endsWith('.') ? '' : '.'),
    ) ?? []),
    ...(broken > 0 ? [`${broken} samples were not numbers and count as silence.`] : []),
  ];
}
