/** What the studio tells its visitor about files: where they are, how long they take, how they are set. */
import { formatLength, formatPercent, formatSpeed, shapingStrings } from './formatters.ts';
import type { FileSettings } from './protocol.ts';
import type { Item } from './queue.ts';
import { failureString } from './strings.ts';
import { reductionDb } from './summary.ts';

/** Where a file is, in one line. */
export function stateString(item: Item): string {
  const { status, speed, remaining } = item;
  switch (status) {
    case 'waiting':
      return 'Waiting for its turn.';
    case 'opening':
      return 'Opening.';
    case 'working':
      if (speed === undefined || remaining === undefined) return 'Starting.';
      return `${Math.floor(100 * item.share)} %, ${formatSpeed(speed)}, ${formatLength(remaining)} left`;
    case 'done': {
      const reduction = reductionDb(item);
      const quieter =
        reduction !== undefined && reduction >= 0.5 ? ` Pauses are ${Math.round(reduction)} dB quieter.` : '';
      return `Done in ${formatLength(item.enhanced!.report.elapsedSeconds)}, ${formatSpeed(speed!)}.${quieter}`;
    }
    case 'failed':
      return failureString(item.error);
    case 'cancelled':
      return 'Cancelled.';
    default:
      return status satisfies never;
  }
}

/** How many files are left, how fast all workers are together, and how long it takes where that can be told. */
export function paceString(busy: readonly Item[]): string {
  const speed = busy.reduce((sum, item) => sum + (item.status === 'working' ? (item.speed ?? 0) : 0), 0);
  if (speed === 0) return `${busy.length} to go`;
  const pace = `${busy.length} to go, ${formatSpeed(speed)}`;
  // The length of a file is known once it is open.
  if (busy.some(({ seconds }) => seconds === undefined)) return pace;
  const remaining = busy.reduce((sum, { seconds, share }) => sum + (1 - share) * seconds!, 0) / speed;
  return `${pace}, ${formatLength(remaining)} left`;
}

/** For example `base, mix 80 %, at most 24 dB, high-pass 80 Hz, voice at −20 dBFS`. */
export function settingsString({ model, mix, limitDb, ...shaping }: FileSettings): string {
  const limit = limitDb === 100 ? 'no limit' : `at most ${limitDb} dB`;
  return [model, `mix ${formatPercent(mix)}`, limit, ...shapingStrings(shaping)].join(', ');
}
