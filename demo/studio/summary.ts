import { resultName } from './file-names.ts';
import {
  formatClock,
  formatDecibels,
  formatLength,
  formatLimit,
  formatPercent,
  formatSpeed,
  shapingStrings,
} from './formatters.ts';
import type { Item } from './queue.ts';
import { failureString } from './strings.ts';

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

/** For example `8 of 10 done, 1 failed, 1 cancelled: 12 min 30 s of sound, 31 × real time.` */
export function totalsString({ files, done, failed, cancelled, soundSeconds, workSeconds }: Totals): string {
  if (files === 0) return 'No files yet.';
  const counts = [
    `${done} of ${files} done`,
    ...(failed ? [`${failed} failed`] : []),
    ...(cancelled ? [`${cancelled} cancelled`] : []),
  ].join(', ');
  const speed = formatSpeed(soundSeconds / Math.max(1e-3, workSeconds));
  return done === 0 ? `${counts}.` : `${counts}: ${formatLength(soundSeconds)} of sound, ${speed}.`;
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
    if (item.status === 'failed') return `${item.file.name}: failed. ${failureString(item.error)}`;
    if (!item.enhanced || !item.recording) return `${item.file.name}: not done.`;
    const { report } = item.enhanced;
    const { mix, limitDb, ...shaping } = item.usedSettings!;
    const reduction = reductionDb(item);
    return [
      `${item.file.name} → ${resultName(item.file.name)}`,
      `${item.recording.facts}, ${formatClock(item.seconds!)}`,
      [
        `model ${report.modelName} ${report.modelVersion}`,
        `mix ${formatPercent(mix)}`,
        `limit: ${formatLimit(limitDb)}`,
        ...shapingStrings(shaping),
      ].join(', '),
      ...(reduction === undefined ? [] : [`pauses became ${formatDecibels(-reduction)}`]),
      item.recording.kept,
      ...warningsOf(item),
    ].join('\n  ');
  });
  const head = `Denoised with denoise-node, on this machine: no sound left it.\n${totalsString(totalsOf(items))}`;
  return `${[head, ...lines].join('\n\n')}\n`;
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
